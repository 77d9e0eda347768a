"""Layout, differences, exports and the file itself."""

import csv
import io
import json
import random
import time
from pathlib import Path
from typing import Any

import pytest

from tenantry.products.pinata.engine import diff, layout, load, scan, to_csv, to_mermaid
from tenantry.products.pinata.engine.graph import KINDS

from .reading import read


def scanned(root: Path, name: str = "fastapi") -> dict[str, Any]:
    return scan(read(name).write(root)).to_dict()


def made(count: int, edges: int) -> dict[str, Any]:
    """A graph of that size, of the usual mix of kinds."""
    chance = random.Random(7)
    kinds = (
        ["route"] * 10 + ["function"] * 50 + ["db_read"] * 20 + ["db_write"] * 10 + ["table"] * 8 + ["http_call"] * 2
    )
    nodes = [
        {"id": f"n{i}", "kind": kinds[i % 100], "name": f"n{i}", "file": f"src/m{i % 300}/f{i % 1500}.py", "line": i % 400,
         "end_line": i % 400, "service": f"s{i % 4}", "language": "python", "confidence": 1.0, "detail": {}}
        for i in range(count)
    ]  # fmt: skip
    rows = [
        {"source": f"n{chance.randrange(count)}", "target": f"n{chance.randrange(count)}", "kind": "calls", "confidence": 1.0,
         "evidence": [{"file": "a.py", "line": 1}]}
        for _ in range(edges)
    ]  # fmt: skip
    return {"schema": "pinata.scan/1", "nodes": nodes, "edges": rows, "tables": []}


def test_the_document_is_the_published_one(tmp_path: Path) -> None:
    document = scanned(tmp_path)
    assert list(document) == [
        "schema", "engine", "repository", "stats", "nodes", "edges", "tables", "diagnostics", "honesty",
    ]  # fmt: skip
    assert document["schema"] == "pinata.scan/1"
    assert set(document["stats"]) == {"files", "bytes", "seconds", "languages", "skipped"}
    ids = {node["id"] for node in document["nodes"]}
    for node in document["nodes"]:
        assert list(node) == [
            "id",
            "kind",
            "name",
            "file",
            "line",
            "end_line",
            "service",
            "language",
            "confidence",
            "detail",
        ]
        assert node["kind"] in KINDS
        assert node["end_line"] >= node["line"]
        assert 0 < node["confidence"] <= 1
    for edge in document["edges"]:
        assert list(edge) == ["source", "target", "kind", "confidence", "evidence"]
        assert {edge["source"], edge["target"]} <= ids
        assert edge["evidence"]
    users = next(table for table in document["tables"] if table["name"] == "users")
    assert users["columns"][0] == {
        "name": "id",
        "type": "serial",
        "nullable": False,
        "primary_key": True,
        "references": None,
    }
    prices = next(table for table in document["tables"] if table["name"] == "prices")
    assert prices["columns"][0]["references"] == "items"


def test_a_file_is_read_back(tmp_path: Path) -> None:
    graph = scan(read("flask").write(tmp_path / "r"))
    graph.write_json(tmp_path / "scan.json")
    assert load(tmp_path / "scan.json") == graph.to_dict()
    (tmp_path / "other.json").write_text('{"schema": "something/2"}')
    with pytest.raises(ValueError, match=r"pinata\.scan/1"):
        load(tmp_path / "other.json")


def test_flows_run_from_left_to_right(tmp_path: Path) -> None:
    document = scanned(tmp_path)
    points = layout(document).points
    assert points == layout(json.loads(json.dumps(document))).points
    assert set(points) == {node["id"] for node in document["nodes"]}
    assert len(set(points.values())) == len(points)
    x = {node["id"]: points[node["id"]][0] for node in document["nodes"]}
    for edge in document["edges"]:
        if edge["kind"] in ("handles", "does", "reads", "writes"):
            assert x[edge["source"]] < x[edge["target"]]


def test_thirty_thousand_nodes_are_placed_quickly_and_in_shape() -> None:
    document = made(30_000, 47_000)
    start = time.process_time()
    points = layout(document).points
    assert time.process_time() - start < 5
    width = max(x for x, _ in points.values()) - min(x for x, _ in points.values())
    height = max(y for _, y in points.values()) - min(y for _, y in points.values())
    assert 0.5 < width / height < 4
    assert len(set(points.values())) == 30_000


def test_a_large_graph_is_a_map_of_folders() -> None:
    document = made(3_000, 6_000)
    laid = layout(document)
    parts = laid.districts
    assert len(parts) > 3
    for one in parts:
        for other in parts:
            apart = (
                one.x + one.width < other.x
                or other.x + other.width < one.x
                or one.y + one.height < other.y
                or other.y + other.height < one.y
            )
            assert one is other or apart, (one, other)
    for x, y in laid.points.values():
        assert any(p.x <= x <= p.x + p.width and p.y <= y <= p.y + p.height for p in parts)


def test_an_empty_graph_has_no_places() -> None:
    assert layout({"nodes": [], "edges": []}).points == {}


def test_moved_lines_are_no_change(tmp_path: Path) -> None:
    before = scanned(tmp_path)
    for path in ("src/shop/api/items.py", "src/shop/services.py"):
        (tmp_path / path).write_text("\n\n" + (tmp_path / path).read_text())
    assert not diff(before, scan(tmp_path).to_dict())


def test_changes_name_what_changed(tmp_path: Path) -> None:
    before = scanned(tmp_path)
    users = tmp_path / "src/shop/api/users.py"
    users.write_text(users.read_text().replace('"/profile"', '"/account"'))
    services = tmp_path / "src/shop/services.py"
    services.write_text(services.read_text().replace("DELETE FROM items", "DELETE FROM prices"))
    schema = tmp_path / "schema.sql"
    schema.write_text(
        schema.read_text().replace("token text", "token text NOT NULL") + "CREATE TABLE extra (id int);\n"
    )

    changes = diff(before, scan(tmp_path).to_dict()).to_dict()

    renamed = [(c["before"]["name"], c["after"]["name"]) for c in changes["nodes"]["changed"]]
    assert ("GET /api/v1/users/me/profile", "GET /api/v1/users/me/account") in renamed
    assert ("items", "prices") in renamed
    assert [node["name"] for node in changes["nodes"]["added"]] == ["extra"]
    assert changes["nodes"]["removed"] == []
    assert [table["name"] for table in changes["tables"]["added"]] == ["extra"]
    assert [c["after"]["name"] for c in changes["tables"]["changed"]] == ["users"]
    assert changes["edges"]["added"] > 0


def test_mermaid_stays_under_its_limits(tmp_path: Path) -> None:
    document = made(2_000, 3_000)
    diagrams = to_mermaid(document)
    assert all(diagram.count("-->") <= 450 and len(diagram) <= 45_000 for diagram in diagrams)
    edges = {(e["source"], e["target"], e["kind"]) for e in document["edges"]}
    assert sum(diagram.count("-->") for diagram in diagrams) == len(edges)
    awkward = scanned(tmp_path)
    awkward["nodes"][1]["name"] = 'a "quoted" #name <b>\n`x`'
    text = "".join(to_mermaid(awkward))
    assert '"quoted"' not in text
    assert "<b>" not in text


def test_csv_is_harmless(tmp_path: Path) -> None:
    document = scanned(tmp_path)
    document["nodes"][1]["name"] = "=HYPERLINK(1)"
    rows = list(csv.DictReader(io.StringIO(to_csv(document))))
    assert len(rows) == len(document["nodes"])
    assert rows[1]["name"] == "'=HYPERLINK(1)"
    assert len(list(csv.DictReader(io.StringIO(to_csv(document, "tables"))))) == sum(
        len(t["columns"]) for t in document["tables"]
    )
    assert next(csv.DictReader(io.StringIO(to_csv(document, "edges"))))["kind"]
    with pytest.raises(ValueError, match="nodes, edges or tables"):
        to_csv(document, "pictures")
