"""Whatever changes in a tree, a scan that remembers the last one gives the same bytes as one that remembers nothing."""

import json
import random
import shutil
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tenantry.products.pinata.engine import ScanOptions, scan

from .reading import read

PARTS = ("fastapi", "django", "express", "nestjs", "sqlalchemy", "raw_sql")
SLOW = [HealthCheck.too_slow, HealthCheck.data_too_large]


def stable(root: Path, options: ScanOptions | None = None) -> str:
    document = scan(root, options=options).to_dict()
    document["stats"]["seconds"] = 0
    return json.dumps(document)


def changed(root: Path, chance: random.Random) -> None:
    """Change, move, copy or remove a file of the tree, or take a change back by writing what another file says."""
    files = sorted(path for path in root.rglob("*") if path.is_file())
    file, other = chance.choice(files), chance.choice(files)
    match chance.randrange(7):
        case 0 if len(files) > 3:
            file.unlink()
        case 1:
            target = other.parent / f"moved_{chance.randrange(9)}{file.suffix}"
            file.rename(target)
        case 2:
            shutil.copy(file, file.with_name(f"{file.stem}_copy{file.suffix}"))
        case 3 if file.suffix == other.suffix:
            file.write_bytes(other.read_bytes())
        case 4:
            file.write_bytes(b"\n\n" + file.read_bytes())
        case 5:
            lines = file.read_text().splitlines(keepends=True)
            del lines[chance.randrange(len(lines) + 1) :][:3]
            file.write_text("".join(lines))
        case _:
            text = file.read_text()
            words = [word for word in ("/api", "id", "name", "orders", "users", "get", "save") if word in text]
            if words:
                word = chance.choice(words)
                file.write_text(text.replace(word, f"{word}2", chance.randrange(1, 4)))


def walked(chance: random.Random, steps: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        root, options = Path(folder) / "tree", ScanOptions(cache_dir=Path(folder) / "cache")
        for part in chance.sample(PARTS, 3):
            read(part).write(root / part)
        scan(root, options=options)
        for _ in range(steps):
            for _ in range(chance.randint(1, 4)):
                changed(root, chance)
            assert stable(root, options) == stable(root)


@settings(max_examples=5, deadline=None, suppress_health_check=SLOW)
@given(st.randoms(use_true_random=False))
def test_an_incremental_scan_is_a_cold_one(chance: random.Random) -> None:
    walked(chance, 2)


@pytest.mark.deep
@settings(max_examples=80, deadline=None, suppress_health_check=SLOW)
@given(st.randoms(use_true_random=False))
def test_long_histories_of_changes(chance: random.Random) -> None:
    walked(chance, 8)
