"""How far a graph says it can be trusted."""

from pathlib import Path

from benchmarks.measure_truth import figures, measure
from tenantry.products.pinata.engine import scan
from tenantry.products.pinata.engine.honesty import honesty, measured

APP = """
import os
import requests
from fastapi import FastAPI

app = FastAPI()

@app.get("/known")
def known():
    return requests.get("https://partner.example.com/rates")

@app.get("/unknown")
def unknown(where):
    return requests.get(where)
"""


def test_what_was_not_followed_and_not_matched_is_counted(tmp_path: Path) -> None:
    (tmp_path / "app.py").write_text(APP)
    (tmp_path / "broken.py").write_text("def (:\n")
    document = scan(tmp_path).to_dict()
    told = document["honesty"]
    assert told == honesty(document)
    assert told["unread"] == {"parse.error": 1}
    assert told["unfollowed"] == {"url.dynamic": 1}
    assert told["unmatched"] == {"requests without a route": 1}
    assert told["nodes"] == 4
    assert told["unsure"] == 1
    by_name = {row["name"]: row for row in told["frameworks"]}
    assert by_name["fastapi"]["nodes"] == 2
    assert by_name["fastapi"]["measured"]["route"]["recall"] > 0.9


def test_the_figures_that_ship_are_shares_of_facts() -> None:
    shipped = measured()
    assert shipped["date"]
    for kinds in shipped["frameworks"].values():
        for row in kinds.values():
            assert row["facts"] >= 0
            assert all(0 <= row[name] <= 1 for name in ("recall", "precision") if name in row)


def test_measuring_counts_what_was_missed_and_what_was_invented() -> None:
    node = {"language": "python", "detail": {"framework": "flask"}, "line": 10, "file": "a.py"}
    nodes = [
        {**node, "id": "1", "kind": "route", "name": "GET /a/{x}"},
        {**node, "id": "2", "kind": "route", "name": "GET /invented"},
        {**node, "id": "3", "kind": "route", "name": "GET /elsewhere", "file": "tests/a.py"},
    ]
    facts = [
        {"kind": "route", "name": "GET /a/:id", "file": "a.py", "line": 12},
        {"kind": "route", "name": "GET /missed", "file": "a.py", "line": 12},
        {"kind": "route", "name": "GET /invented", "file": "a.py", "line": 40},
    ]
    scope = {"dirs": [""], "exhaustive": ["route"], "ignore": ["tests/*"]}
    told = figures(measure(facts, nodes, scope))
    assert told == {"flask": {"route": {"facts": 3, "recall": 0.333, "precision": 0.5}}}
