"""What is scanned: the repositories named in TENANTRY_BENCH_REPOS (paths with `:` between them), else generated ones."""

import os
from pathlib import Path

from benchmarks import generated_python, generated_typescript
from benchmarks.words import Words

SEED = 20261121
FILES_PER_ENTITY = 5
WRITTEN = 1_760_000_000
"""When the files say they were written: a scan rightly distrusts the date of a file that is only seconds old."""


def generate(folder: Path, language: str, files: int) -> Path:
    """Writes a repository of at least so many source files in `language` ("python" or "typescript") and returns its root."""
    words = Words(SEED)
    count = -(-files // FILES_PER_ENTITY)
    entities = [words.entity(index) for index in range(count)]
    kind, make = {
        "python": (generated_python, generated_python.package),
        "typescript": (generated_typescript, generated_typescript.module),
    }[language]
    root = folder / f"generated-{language}-{files}"
    texts = kind.shared(entities)
    for index in range(count):
        texts |= make(index, words)
    for name, text in texts.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        os.utime(path, (WRITTEN, WRITTEN))
    return root


def repositories(folder: Path, files: int = 1_000) -> list[Path]:
    """The two (or more) repositories to measure with."""
    given = [
        Path(word).expanduser().resolve() for word in os.environ.get("TENANTRY_BENCH_REPOS", "").split(":") if word
    ]
    for path in given:
        if not path.is_dir():
            raise NotADirectoryError(f"TENANTRY_BENCH_REPOS names {path}, which is no folder.")
    return given or [generate(folder, language, files) for language in ("python", "typescript")]
