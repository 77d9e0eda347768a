"""The peer of a scan: tree-sitter alone on the very files that the scan reads. Also the floor: reading and hashing them.

`python -m benchmarks.bare_parse parse|read ROOT` prints one line of JSON. Finding the files and importing the grammars are not counted.
"""

import hashlib
import json
import resource
import sys
import time
from collections.abc import Callable
from functools import cache
from pathlib import Path

import tree_sitter_c_sharp
import tree_sitter_go
import tree_sitter_java
import tree_sitter_javascript
import tree_sitter_python
import tree_sitter_typescript
from tree_sitter import Language, Parser

from tenantry.products.pinata.engine.discover import discover
from tenantry.products.pinata.engine.options import ScanOptions

GRAMMARS = {
    (".py", ".pyi"): tree_sitter_python.language,
    (".ts", ".mts", ".cts"): tree_sitter_typescript.language_typescript,
    (".tsx",): tree_sitter_typescript.language_tsx,
    (".cs",): tree_sitter_c_sharp.language,
    (".java",): tree_sitter_java.language,
    (".go",): tree_sitter_go.language,
    (".js", ".jsx", ".mjs", ".cjs"): tree_sitter_javascript.language,
}


@cache
def parser_for(suffix: str) -> Parser | None:
    for suffixes, language in GRAMMARS.items():
        if suffix in suffixes:
            return Parser(Language(language()))
    return None


failed: list[Path] = []
"""Files in which tree-sitter met an error; a parse that gives up early would be no peer."""


def parse(path: Path) -> int:
    parser = parser_for(path.suffix)
    source = path.read_bytes()
    if parser is not None:
        if parser.parse(source).root_node.has_error:
            failed.append(path)
    return len(source)


def read(path: Path) -> int:
    source = path.read_bytes()
    hashlib.sha256(source).digest()
    return len(source)


def main(work: str, root: Path) -> None:
    actions: dict[str, Callable[[Path], int]] = {"parse": parse, "read": read}
    act = actions[work]
    files = [root / entry.path for entry in discover(root, ScanOptions()).sources]
    before = time.process_time()
    size = sum(act(path) for path in files)
    seconds = time.process_time() - before
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    print(json.dumps({"files": len(files), "bytes": size, "cpu": seconds, "errors": len(failed), "peak_bytes": peak}))


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
