"""How far a graph can be trusted: what could not be read or followed in this tree, and how well the rules that were used did where facts
had been read by hand."""

import json
from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any

from tenantry.products.pinata.engine.graph import EFFECTS, ENTRIES

MEASURED = Path(__file__).with_name("measured.json")
"""What `python -m benchmarks.measure_truth` wrote: by framework and kind of node, the facts read by hand, and precision and recall."""

_UNREAD = (
    "parse.error",
    "parse.too_deep",
    "file.too_large",
    "file.not_utf8",
    "file.binary",
    "file.unreadable",
    "engine.failed",
)
_UNFOLLOWED = ("url.dynamic", "topic.dynamic", "table.dynamic")


def honesty(document: dict[str, Any]) -> dict[str, Any]:
    """`unread` and `unfollowed`: diagnostic code → how often; `unmatched`: requests that reach no route of the tree, topics that nobody
    sends or hears; `unsure`: nodes with a confidence below 1; `frameworks`: those at work, with how many nodes each gave and what was
    `measured` of it, by kind (null where nobody has)."""
    codes = Counter(diagnostic["code"] for diagnostic in document["diagnostics"])
    counted = [node for node in document["nodes"] if node["kind"] in EFFECTS | ENTRIES | {"table"}]
    used = Counter(framework for node in counted if (framework := node["detail"].get("framework")))
    figures = measured()["frameworks"]
    return {
        "unread": {code: codes[code] for code in _UNREAD if codes[code]},
        "unfollowed": {code: codes[code] for code in _UNFOLLOWED if codes[code]},
        "unmatched": _unmatched(document),
        "unsure": sum(node["confidence"] < 1 for node in counted),
        "nodes": len(counted),
        "frameworks": [
            {"name": name, "nodes": number, "measured": figures.get(name)}
            for name, number in sorted(used.items(), key=lambda item: (-item[1], item[0]))
        ],
        "measured": measured()["date"],
    }


@cache
def measured() -> dict[str, Any]:
    """The figures that came with this engine."""
    figures: dict[str, Any] = json.loads(MEASURED.read_text("utf-8"))
    return figures


def _unmatched(document: dict[str, Any]) -> dict[str, int]:
    """Only what leaves the tree by its own word: a request to a host outside is matched with that host."""
    requested = {edge["source"] for edge in document["edges"] if edge["kind"] == "requests"}
    sent = {edge["target"] for edge in document["edges"] if edge["kind"] == "publishes"}
    heard = {edge["source"] for edge in document["edges"] if edge["kind"] == "delivers"}
    ids: dict[str, list[str]] = {"http_call": [], "topic": []}
    for node in document["nodes"]:
        if node["kind"] in ids:
            ids[node["kind"]].append(node["id"])
    found = {
        "requests without a route": sum(node not in requested for node in ids["http_call"]),
        "topics nobody hears": sum(node not in heard for node in ids["topic"]),
        "topics nobody sends": sum(node not in sent for node in ids["topic"]),
    }
    return {name: number for name, number in found.items() if number}
