"""Measures the engine against facts read by hand, and writes what it ships: `engine/measured.json`.

    python -m benchmarks.measure_truth TRUTH REPOSITORIES [--write]

TRUTH holds OWNER__REPOSITORY.jsonl files (`repo`, `commit`, `kind`, `name`, `file`, `line` a line) and scope.json, which says where
a kind is listed exhaustively; REPOSITORIES holds each repository's files at that commit in a folder OWNER__REPOSITORY. Recall counts
facts that were found with their name within three lines of their place (a table: by its name). Precision is counted where a kind is
exhaustive. A fact that was missed counts against the framework that found most of its kind in its repository.
"""

import argparse
import fnmatch
import json
import re
import sys
from collections import Counter, defaultdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tenantry.products.pinata.engine import ScanOptions, scan
from tenantry.products.pinata.engine.honesty import MEASURED

LINES = 3
KINDS = {"file_read": "file", "file_write": "file", "file_io": "file"}
HOLE = re.compile(r"\{[^}]*\}|:[A-Za-z_]\w*|<[^>]*>|\*")
HOST = re.compile(r"^[a-z+]+://[^/]*|^\{\}(?=/)", re.IGNORECASE)

Tally = dict[str, int]


def spelled(kind: str, name: str) -> str:
    """One spelling for what is the same: parameters without names, no hosts, no schema, small letters."""
    if kind in ("route", "http_call"):
        method, _, path = name.partition(" ")
        path = HOLE.sub("{}", path.partition("?")[0])
        return f"{method} {HOST.sub('', path) if kind == 'http_call' else path}".lower().rstrip("/").replace(" /", " ")
    plain = re.sub(r'["`\[\]]', "", name.lower())
    return plain.rpartition(".")[2] if kind in ("table", "db_read", "db_write") else plain


def measure(
    facts: list[dict[str, Any]], nodes: list[dict[str, Any]], scope: dict[str, Any]
) -> dict[tuple[str, str], Tally]:
    """(framework, kind) → facts, found, told, true."""
    by_kind: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for node in nodes:
        by_kind[KINDS.get(node["kind"], node["kind"])].append(node)
    tallies: dict[tuple[str, str], Tally] = defaultdict(Counter)  # type: ignore[arg-type]
    true: set[str] = set()
    usual = {kind: Counter(map(framework_of, rows)).most_common(1)[0][0] for kind, rows in by_kind.items()}
    for fact in facts:
        kind = KINDS.get(fact["kind"], fact["kind"])
        hits = [node for node in by_kind[kind] if is_fact(node, fact, kind)]
        true.update(node["id"] for node in hits)
        row = tallies[framework_of(hits[0]) if hits else usual.get(kind, "?"), kind]
        row["facts"] += 1
        row["found"] += bool(hits)
    for kind in scope.get("exhaustive", ()):
        for node in by_kind[KINDS.get(kind, kind)]:
            if inside(node, scope):
                row = tallies[framework_of(node), KINDS.get(kind, kind)]
                row["told"] += 1
                row["true"] += node["id"] in true
    return tallies


def is_fact(node: dict[str, Any], fact: dict[str, Any], kind: str) -> bool:
    same = spelled(kind, node["name"]) == spelled(kind, fact["name"] or "")
    return same and (kind == "table" or (node["file"] == fact["file"] and abs(node["line"] - fact["line"]) <= LINES))


def framework_of(node: dict[str, Any]) -> str:
    return str(node["detail"].get("framework") or node["language"] or "?")


def inside(node: dict[str, Any], scope: dict[str, Any]) -> bool:
    path = node["file"]
    below = any(
        path == folder or path.startswith(f"{folder.rstrip('/')}/") or not folder for folder in scope.get("dirs", [""])
    )
    return below and not any(fnmatch.fnmatch(path, pattern) for pattern in scope.get("ignore", ()) if "/" in pattern)


def figures(tallies: dict[tuple[str, str], Tally]) -> dict[str, Any]:
    """As it is shipped: framework → kind → facts, recall, and precision where anything could be counted."""
    found: dict[str, Any] = defaultdict(dict)
    for (framework, kind), row in sorted(tallies.items()):
        entry: dict[str, Any] = {"facts": row["facts"]}
        if row["facts"]:
            entry["recall"] = round(row["found"] / row["facts"], 3)
        if row["told"]:
            entry["precision"] = round(row["true"] / row["told"], 3)
        found[framework][kind] = entry
    return dict(found)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("truth", type=Path)
    parser.add_argument("repositories", type=Path)
    parser.add_argument("--write", action="store_true", help=f"write {MEASURED.name}")
    words = parser.parse_args()
    scopes = json.loads((words.truth / "scope.json").read_text())
    whole: dict[tuple[str, str], Tally] = defaultdict(Counter)  # type: ignore[arg-type]
    for path in sorted(words.truth.glob("*.jsonl")):
        root = words.repositories / path.stem
        if not root.is_dir():
            print(f"{path.stem} is not in {words.repositories}: left out")
            continue
        facts = [json.loads(line) for line in path.read_text().splitlines() if line.strip()]
        nodes = scan(root, options=ScanOptions()).to_dict()["nodes"]
        for key, row in measure(facts, nodes, scopes.get(facts[0]["repo"], {})).items():
            for name, number in row.items():
                whole[key][name] = whole[key].get(name, 0) + number
    result = {"date": datetime.now(UTC).strftime("%Y-%m"), "frameworks": figures(whole)}
    for framework, kinds in result["frameworks"].items():
        for kind, row in kinds.items():
            shares = {name: f"{row[name]:.0%}" if name in row else "–" for name in ("recall", "precision")}
            print(
                f"{framework:<24} {kind:<10} {row['facts']:>4} facts  recall {shares['recall']:>5}  precision {shares['precision']:>5}"
            )
    if words.write:
        MEASURED.write_text(json.dumps(result, indent=1, sort_keys=True) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
