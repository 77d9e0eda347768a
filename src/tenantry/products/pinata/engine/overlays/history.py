"""How often, when and by whom files were changed, and who owns them: from git and CODEOWNERS."""

import subprocess
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pathspec import GitIgnoreSpec

from tenantry.products.pinata.engine.flow.index import Flow

_SECONDS = 120
_MARK, _PART = "\x01", "\x02"
_OWNERS = (".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS", ".gitlab/CODEOWNERS")
_MOST_AUTHORS = 3


class HistoryError(ValueError):
    """There is no history to be had; the text says why."""


@dataclass(slots=True)
class Changes:
    """Of one file: commits, lines added and removed, the time of the last commit, commits by author."""

    commits: int = 0
    lines: int = 0
    last: int = 0
    authors: Counter[str] = field(default_factory=Counter)


@dataclass(frozen=True, slots=True)
class History:
    """By file, relative to the root; `owners` are (pattern, owners) rows of CODEOWNERS, of which the last that fits counts."""

    files: dict[str, Changes]
    owners: list[tuple[GitIgnoreSpec, list[str]]]


def read_history(root: Path, since: str = "1 year ago") -> History:
    """The history of the files below `root`, merges left out.

    Raises:
        HistoryError: the folder is in no git repository, or git cannot tell.
    """
    settings = ["-c", "core.quotepath=off", "-c", "log.showSignature=false"]
    shape = ["--no-merges", "--no-renames", "--numstat", "--relative", f"--format={_MARK}%at{_PART}%aN"]
    words = ["git", "-C", str(root), *settings, "log", f"--since={since}", *shape, "--", "."]
    try:
        done = subprocess.run(words, capture_output=True, timeout=_SECONDS, check=False)
    except FileNotFoundError:
        raise HistoryError("git is not installed, so there is no history.") from None
    except subprocess.TimeoutExpired:
        raise HistoryError(f"git took longer than {_SECONDS} seconds to tell the history.") from None
    if done.returncode:
        raise HistoryError(
            f"git cannot tell the history of {root}: {done.stderr.decode(errors='replace').strip()[:300]}"
        )
    files: dict[str, Changes] = defaultdict(Changes)
    when, author = 0, ""
    for line in done.stdout.decode("utf-8", "replace").splitlines():
        if line.startswith(_MARK):
            at, _, author = line[1:].partition(_PART)
            when = int(at) if at.isdigit() else 0
            continue
        added, tab, rest = line.partition("\t")
        removed, _, path = rest.partition("\t")
        if not tab or not path:
            continue
        row = files[path]
        row.commits += 1
        row.lines += sum(int(number) for number in (added, removed) if number.isdigit())
        row.last = max(row.last, when)
        row.authors[author] += 1
    return History(dict(files), _owners(root))


def changed(flow: Flow, history: History) -> dict[str, dict[str, Any]]:
    """Node id → `{"commits", "lines", "last", "authors", "owners"}` of its file; authors are the three with most commits."""
    known: dict[str, dict[str, Any] | None] = {}
    for node in flow.document["nodes"]:
        if node["file"] and node["file"] not in known:
            known[node["file"]] = _told(node["file"], history)
    return {node["id"]: told for node in flow.document["nodes"] if (told := known.get(node["file"]))}


def _told(file: str, history: History) -> dict[str, Any] | None:
    row, owners = history.files.get(file), _owned_by(file, history)
    if row is None:
        return {"commits": 0, "lines": 0, "last": None, "authors": [], "owners": owners} if owners else None
    authors = sorted(row.authors.items(), key=lambda item: (-item[1], item[0]))[:_MOST_AUTHORS]
    return {
        "commits": row.commits,
        "lines": row.lines,
        "last": datetime.fromtimestamp(row.last, UTC).isoformat(),
        "authors": [{"name": name, "commits": number} for name, number in authors],
        "owners": owners,
    }


def _owned_by(file: str, history: History) -> list[str]:
    return next((owners for spec, owners in reversed(history.owners) if spec.match_file(file)), [])


def _owners(root: Path) -> list[tuple[GitIgnoreSpec, list[str]]]:
    for name in _OWNERS:
        path = root / name
        if path.is_file() and not path.is_symlink():
            rows = [line.split(" #")[0].split() for line in path.read_text("utf-8", "replace").splitlines()]
            wanted = [row for row in rows if row and row[0][0] not in "#[^"]
            return [(GitIgnoreSpec.from_lines([row[0]]), row[1:]) for row in wanted]
    return []
