"""What a command may be pointed at: a folder (scanned now), a graph file, or a commit of the repository around the working folder."""

import gzip
import json
import os
import re
import subprocess
import tarfile
import tempfile
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

from tenantry.products.pinata.engine import ScanOptions
from tenantry.products.pinata.engine.graph import SCHEMA
from tenantry.products.pinata.engine.scan import scan

_GIT_SECONDS = 120


class NoGraphError(ValueError):
    """There is no graph to be had from what was given; the text says why and what would do."""


def read_graph(given: str, *, include_tests: bool = False) -> dict[str, Any]:
    """The graph of a folder, or from a file (`.json`, also gzipped).

    Raises:
        NoGraphError: it is neither, or the file holds something else.
    """
    path = Path(given)
    if path.is_dir():
        return scan_folder(path, include_tests=include_tests)
    if path.is_file():
        return _from_file(path)
    raise NoGraphError(f"{given} is not there. Give a folder to scan, or a file that `pinata scan --json` wrote.")


def read_side(given: str) -> dict[str, Any]:
    """Likewise for one side of a comparison, which may be a commit, branch or tag as well.

    Raises:
        NoGraphError: it is nothing of these, or there was nothing in it to read.
    """
    document = read_graph(given) if Path(given).exists() else _of_commit(given)
    if not document["stats"]["files"]:
        raise NoGraphError(
            f"{given} holds no file in a language that Pinata reads, so nothing can be compared with it."
        )
    return document


def scan_folder(path: Path, *, include_tests: bool = False) -> dict[str, Any]:
    """The graph of a folder as it is now; what earlier scans found is used again."""
    options = ScanOptions(
        cache_dir=cache_dir(),
        processes=os.cpu_count() or 1,
        commit=commit_of(path),
        include_tests=include_tests,
    )
    return scan(path, options=options).to_dict()


def lines_of(root: Path) -> Any:
    """Reads lines of files below a folder, each file once; none for what is gone or lies elsewhere."""
    base = root.resolve()

    @cache
    def lines(file: str) -> Sequence[str]:
        path = (base / file).resolve()
        if not path.is_relative_to(base) or not path.is_file():
            return ()
        return path.read_text("utf-8", errors="replace").splitlines()

    return lines


def cache_dir() -> Path:
    """Where facts are kept between scans: `$XDG_CACHE_HOME/tenantry/pinata`, by default below `~/.cache`."""
    base = os.environ.get("XDG_CACHE_HOME", "")
    return (Path(base) if os.path.isabs(base) else Path.home() / ".cache") / "tenantry" / "pinata"


def commit_of(path: Path) -> str | None:
    """The commit that is checked out, when the folder is a git checkout and git is there."""
    try:
        done = _git(path, "rev-parse", "HEAD")
    except NoGraphError:
        return None
    return done.stdout.decode().strip() or None if done.returncode == 0 else None


def _from_file(path: Path) -> dict[str, Any]:
    try:
        content = path.read_bytes()
        document = json.loads(gzip.decompress(content) if content[:2] == b"\x1f\x8b" else content)
    except (OSError, EOFError, ValueError, RecursionError) as error:
        raise NoGraphError(f"{path} cannot be read as a graph: {error}.") from None
    parts = ("nodes", "edges", "tables", "diagnostics", "stats", "repository", "engine")
    if (
        not isinstance(document, dict)
        or document.get("schema") != SCHEMA
        or any(part not in document for part in parts)
    ):
        raise NoGraphError(f"{path} is not a {SCHEMA} file. `pinata scan PATH --json {path.name}` writes one.")
    return document


def _of_commit(revision: str) -> dict[str, Any]:
    """The graph of a commit's own files, wherever the working tree stands; neither it nor the repository is touched."""
    here = Path.cwd()
    top = _git(here, "rev-parse", "--show-toplevel")
    if top.returncode:
        raise NoGraphError(
            f"{revision} is neither a folder nor a file, and {here} is no git repository to find a commit in."
        )
    root = Path(os.fsdecode(top.stdout.removesuffix(b"\n")))
    found = _git(root, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}")
    if found.returncode:
        shallow = _git(root, "rev-parse", "--is-shallow-repository").stdout.strip() == b"true"
        hint = " This is a shallow clone: `git fetch --unshallow` brings the rest." if shallow else ""
        raise NoGraphError(f"There is no folder, file or commit called {revision}.{hint}")
    commit = found.stdout.decode().strip()
    with tempfile.TemporaryDirectory(prefix="pinata-commit-") as folder:
        # The folder is called like the repository: services without a name of their own are named after it.
        tree = Path(folder, re.sub(r"[^\w.-]", "_", root.name) or "repository")
        archive = Path(folder, "tree.tar")
        done = _git(root, "archive", "--format=tar", f"--output={archive}", commit)
        if done.returncode:
            raise NoGraphError(
                f"git could not give the files of {revision}: {done.stderr.decode(errors='replace').strip()}"
            )
        with tarfile.open(archive) as packed:
            packed.extractall(tree, filter="data", members=[member for member in packed if member.isfile()])
        options = ScanOptions(cache_dir=cache_dir(), processes=os.cpu_count() or 1, commit=commit)
        return scan(tree, options=options).to_dict()


def _git(folder: Path, *words: str) -> subprocess.CompletedProcess[bytes]:
    try:
        return subprocess.run(
            ["git", "-C", str(folder), *words], capture_output=True, timeout=_GIT_SECONDS, check=False
        )
    except FileNotFoundError:
        raise NoGraphError("git is not installed, so commits cannot be compared; give two graph files.") from None
    except subprocess.TimeoutExpired:
        raise NoGraphError(f"git took longer than {_GIT_SECONDS} seconds.") from None
