"""What earlier scans found: facts by content, whole graphs by the content of the whole tree.

One SQLite file per engine version; an engine that reads differently never sees another's facts. A cache that cannot be
opened or is damaged is thrown away: it only ever saves time.
"""

import hashlib
import marshal
import os
import sqlite3
import sys
import time
from collections.abc import Iterable
from functools import cache as remembered
from importlib.metadata import version
from pathlib import Path

from tenantry.products.pinata.engine.reading import Reading

GRAMMARS = (
    "tree-sitter", "tree-sitter-python", "tree-sitter-javascript", "tree-sitter-typescript", "tree-sitter-c-sharp",
    "tree-sitter-java", "tree-sitter-go",
)  # fmt: skip
KEPT_SECONDS = 30 * 86_400  # caches of other engine versions are removed after this
MAX_BYTES = 2_000_000_000
RACY_NANOSECONDS = 2_000_000_000  # a file changed this shortly before it was read may change again within one tick

_SCHEMA = """
CREATE TABLE IF NOT EXISTS facts (key BLOB PRIMARY KEY, status TEXT, code TEXT, message TEXT, data BLOB);
CREATE TABLE IF NOT EXISTS trees (root TEXT PRIMARY KEY, data BLOB);
CREATE TABLE IF NOT EXISTS graphs (key BLOB PRIMARY KEY, used REAL, data BLOB);
"""


@remembered
def fingerprint() -> str:
    """Changes with the engine's own source, its grammars and the Python that packs the facts."""
    state = hashlib.blake2b(digest_size=8)
    state.update(repr((sys.version_info[:2], [version(name) for name in GRAMMARS])).encode())
    here = Path(__file__).parent
    for path in sorted((*here.rglob("*.py"), *here.glob("*.json"))):
        state.update(path.relative_to(here).as_posix().encode() + b"\0" + path.read_bytes())
    return state.hexdigest()


class Cache:
    """Reads may run in any process; only the process that scans writes."""

    def __init__(self, connection: sqlite3.Connection, file: str) -> None:
        self._connection = connection
        self.file = file

    @classmethod
    def open(cls, folder: Path) -> "Cache | None":
        """The cache in a folder, made if need be; None when the folder cannot be used."""
        try:
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            _remove_old(folder)
            file = folder / f"facts-{fingerprint()}.sqlite"
            if file.exists() and file.stat().st_size > MAX_BYTES:
                file.unlink()
            return cls(_connect(file), str(file))
        except sqlite3.DatabaseError:
            for path in folder.glob(f"facts-{fingerprint()}.sqlite*"):
                path.unlink(missing_ok=True)
            try:
                return cls(_connect(file), str(file))
            except sqlite3.Error:
                return None
        except OSError:
            return None

    @classmethod
    def reader(cls, file: str) -> "Cache | None":
        try:
            return cls(sqlite3.connect(f"{Path(file).as_uri()}?mode=ro", uri=True, timeout=10), file)
        except sqlite3.Error:
            return None

    def close(self) -> None:
        self._connection.close()

    @property
    def empty(self) -> bool:
        """Whether no facts are kept yet, so that nothing need be looked for."""
        try:
            return self._connection.execute("SELECT 1 FROM facts LIMIT 1").fetchone() is None
        except sqlite3.Error:
            return False

    def facts(self, path: str, digest: bytes) -> Reading | None:
        try:
            row = self._connection.execute(
                "SELECT status, data, code, message FROM facts WHERE key = ?", (_key(path, digest),)
            ).fetchone()
        except sqlite3.Error:
            return None
        return Reading(path, digest, *row) if row else None

    def keep_facts(self, readings: list[Reading]) -> None:
        """One after another, so that the packed facts of a whole tree are never in memory at once."""
        rows = ((_key(r.path, r.digest), r.status, r.code, r.message, r.packed().data) for r in readings if r.digest)
        self._write("INSERT OR REPLACE INTO facts VALUES (?, ?, ?, ?, ?)", rows)

    def tree(self, root: str) -> dict[str, tuple[int, int, int, bytes]]:
        """path → (size, modified, inode, digest) as of the last scan of this root."""
        try:
            row = self._connection.execute("SELECT data FROM trees WHERE root = ?", (root,)).fetchone()
            return marshal.loads(row[0]) if row else {}
        except (sqlite3.Error, ValueError, EOFError, TypeError):
            return {}

    def keep_tree(self, root: str, tree: dict[str, tuple[int, int, int, bytes]]) -> None:
        fresh = time.time_ns() - RACY_NANOSECONDS
        settled = {path: row for path, row in tree.items() if row[1] < fresh}
        self._write("INSERT OR REPLACE INTO trees VALUES (?, ?)", [(root, marshal.dumps(settled))])

    def graph(self, key: bytes) -> bytes | None:
        try:
            row = self._connection.execute("SELECT data FROM graphs WHERE key = ?", (key,)).fetchone()
        except sqlite3.Error:
            return None
        return row[0] if row else None

    def keep_graph(self, key: bytes, data: bytes) -> None:
        self._write("INSERT OR REPLACE INTO graphs VALUES (?, ?, ?)", [(key, time.time(), data)])
        self._write("DELETE FROM graphs WHERE key NOT IN (SELECT key FROM graphs ORDER BY used DESC LIMIT 50)", [()])

    def _write(self, statement: str, rows: Iterable[tuple[object, ...]]) -> None:
        try:
            with self._connection:
                self._connection.executemany(statement, rows)
        except sqlite3.Error:  # a full disk or another writer: the scan itself is not in danger
            return


def _key(path: str, digest: bytes) -> bytes:
    """Content and suffix: the same bytes read differently as `.ts` and as `.tsx`."""
    return digest + path[path.rfind(".") :].lower().encode("utf-8", "replace")


def _connect(file: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(file, timeout=10)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = OFF")
    connection.executescript(_SCHEMA)
    os.chmod(file, 0o600)
    return connection


def _remove_old(folder: Path) -> None:
    for path in folder.glob("facts-*.sqlite*"):
        if fingerprint() not in path.name and time.time() - path.stat().st_mtime > KEPT_SECONDS:
            path.unlink(missing_ok=True)
