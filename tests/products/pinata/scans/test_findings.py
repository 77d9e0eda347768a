"""What a finished scan answers, on the sample."""

import csv
import io
from pathlib import Path
from typing import Any

import pytest

from tenantry.core.pages import Cursor
from tests.products.pinata.client import APP, Pinata, write_app


@pytest.fixture
async def scan(pinata: Pinata) -> Any:
    answer = await pinata.person.client.post(pinata.person.url("/samples/pinata"))
    await pinata.work()
    return await pinata.get(f"/scans/{answer.json()['path'].rpartition('/')[2]}")


async def every_node(pinata: Pinata, scan: Any, **filters: str) -> list[Any]:
    nodes: list[Any] = []
    after = ""
    while True:
        page = await pinata.get(f"/scans/{scan['id']}/nodes", params={"limit": 20, "after": after or None, **filters})
        nodes += page["items"]
        if not (after := page["next"]):
            return nodes


async def test_nodes_are_listed_filtered_and_counted(pinata: Pinata, scan: Any) -> None:
    base = f"/scans/{scan['id']}"
    everything = await every_node(pinata, scan)
    page = await pinata.get(f"{base}/nodes")
    assert len({node["id"] for node in everything}) == len(everything) == sum(page["counts"].values())
    assert page["counts"]["route"] == scan["metrics"]["routes"]
    assert "catalog" in page["services"]
    for kind in ("route", "db_write"):
        assert [n for n in everything if n["kind"] == kind] == await every_node(pinata, scan, kind=kind)
    several = await every_node(pinata, scan, kind="route,table")
    assert {node["kind"] for node in several} == {"route", "table"}
    catalog = await every_node(pinata, scan, service="catalog")
    assert catalog == [node for node in everything if node["service"] == "catalog"]
    folder = await every_node(pinata, scan, folder="services/orders")
    assert folder == [n for n in everything if (n["file"] or "").startswith("services/orders/")]
    assert folder
    found = await every_node(pinata, scan, q="PRODUCTS sku")
    assert found
    assert all("products" in f"{n['name']} {n['file']}".lower() for n in found)
    counts = (await pinata.get(f"{base}/nodes", params={"folder": "services/orders", "kind": "route"}))["counts"]
    assert sum(counts.values()) == len(folder)
    assert await every_node(pinata, scan, q="100%") == []
    await pinata.get(f"{base}/nodes", 422, params={"after": "nonsense"})
    for page in ("nodes", "tables", "diagnostics"):
        for position in (10**30, -(10**30)):
            await pinata.get(f"{base}/{page}", params={"after": Cursor.encode(position)})
    assert (await pinata.get(f"{base}/nodes", params={"q": "\0", "folder": "\0x", "service": "\0"}))[
        "counts"
    ] is not None


async def test_a_node_shows_its_lines_and_neighbours(pinata: Pinata, scan: Any) -> None:
    base = f"/scans/{scan['id']}/nodes"
    route = next(n for n in await every_node(pinata, scan, kind="route") if n["name"] == "GET /api/orders/{id}")
    node = await pinata.get(f"{base}/{route['id']}")
    source = node["source"]
    first, last = source["highlight"]
    assert first == route["line"]
    assert any(
        "@Get" in line for line in source["lines"][first - source["first_line"] : last - source["first_line"] + 1]
    )
    assert any(neighbour["edge"]["kind"] == "handles" for neighbour in node["outgoing"])
    handler = next(n["node"] for n in node["outgoing"] if n["edge"]["kind"] == "handles")
    back = await pinata.get(f"{base}/{handler['id']}")
    assert route["id"] in [neighbour["node"]["id"] for neighbour in back["incoming"]]
    service = (await every_node(pinata, scan, kind="service"))[0]
    assert (await pinata.get(f"{base}/{service['id']}"))["source"] is None or service["file"]
    assert (await pinata.get(f"{base}/route_nothing", 404))["code"] == "pinata.node.not_found"


async def test_paths_lead_to_effects(pinata: Pinata, scan: Any) -> None:
    lengths = []
    for route in await every_node(pinata, scan, kind="route"):
        paths = (await pinata.get(f"/scans/{scan['id']}/nodes/{route['id']}/paths"))["paths"]
        lengths += [len(paths)]
        assert all(path[0]["id"] == route["id"] for path in paths)
        assert [len(path) for path in paths] == sorted(len(path) for path in paths)
        assert all(
            path[-1]["kind"] in ("db_read", "db_write", "http_call", "publish", "cache_read", "cache_write")
            for path in paths
        )
    assert max(lengths) > 1


async def test_the_graph_for_drawing(pinata: Pinata, scan: Any) -> None:
    answer = await pinata.raw(f"/scans/{scan['id']}/graph")
    graph = answer.json()
    nodes, edges = graph["nodes"], graph["edges"]
    count = len(nodes["id"])
    assert count == len(await every_node(pinata, scan))
    assert {len(column) for column in nodes.values()} == {count}
    assert all(isinstance(value, float) for value in nodes["x"] + nodes["y"])
    assert max(edges["source"] + edges["target"]) < count
    assert {graph["kinds"][kind] for kind in nodes["kind"]} == set(graph["kinds"])
    assert answer.headers["content-encoding"] == "gzip"
    assert "immutable" in answer.headers["cache-control"]
    again = await pinata.raw(f"/scans/{scan['id']}/graph", headers={"if-none-match": answer.headers["etag"]})
    assert again.status_code == 304
    plain = await pinata.raw(f"/scans/{scan['id']}/graph", headers={"accept-encoding": "identity"})
    assert "content-encoding" not in plain.headers
    assert plain.json() == graph


async def test_tables(pinata: Pinata, scan: Any) -> None:
    tables = (await pinata.get(f"/scans/{scan['id']}/tables"))["items"]
    by_name = {table["name"]: table for table in tables}
    assert by_name["categories"]["columns"][0] == {
        "name": "id", "type": "int", "nullable": False, "primary_key": True, "references": None,
    }  # fmt: skip
    assert any(column["references"] for table in tables for column in table["columns"])
    assert sum(table["readers"] for table in tables) == scan["metrics"]["reads"]
    assert sum(table["writers"] for table in tables) == scan["metrics"]["writes"]


async def test_exports_hold_what_is_on_the_page(pinata: Pinata, scan: Any) -> None:
    url = f"/scans/{scan['id']}/export"
    whole = await pinata.raw(url)
    assert whole.headers["content-disposition"] == "attachment; filename*=UTF-8''Sample-shop-1.json"
    document = whole.json()
    assert document["schema"] == "pinata.scan/1"
    assert len(document["nodes"]) == len(await every_node(pinata, scan))
    plain = await pinata.raw(url, headers={"accept-encoding": "identity"})
    assert plain.json() == document
    listed = await every_node(pinata, scan, kind="route", service="catalog", q="products")
    params = {"kind": "route", "service": "catalog", "q": "products"}
    part = (await pinata.raw(url, params=params)).json()
    assert [node["id"] for node in part["nodes"]] == [node["id"] for node in listed]
    rows = list(csv.DictReader(io.StringIO((await pinata.raw(url, params={**params, "format": "csv"})).text)))
    assert [row["id"] for row in rows] == [node["id"] for node in listed]
    mermaid = await pinata.raw(url, params={"format": "mermaid"})
    assert mermaid.text.startswith("flowchart")
    assert "Sample-shop-1.mmd" in mermaid.headers["content-disposition"]
    assert (await pinata.raw(url, params={"format": "exe"})).status_code == 422


async def test_a_second_scan_shows_what_changed(pinata: Pinata, tmp_path: Path) -> None:
    root = write_app(tmp_path)
    repository = await pinata.add_folder(root)
    first = await pinata.scan(repository)
    assert first["status"] == "succeeded", first
    changes = await pinata.get(f"/scans/{first['id']}/changes")
    assert changes["against"] is None
    (root / "app.py").write_text(APP + '\n\n@app.delete("/orders/{order_id}")\ndef drop(order_id: int):\n    pass\n')
    second = await pinata.scan(repository)
    assert (second["number"], second["baseline"]["id"]) == (2, first["id"])
    assert second["metrics"]["routes"] == first["metrics"]["routes"] + 1 == second["baseline"]["metrics"]["routes"] + 1
    changes = await pinata.get(f"/scans/{second['id']}/changes")
    assert changes["against"] == {"id": first["id"], "number": 1}
    assert "DELETE /orders/{order_id}" in [node["name"] for node in changes["nodes"]["added"]]
    assert changes["nodes"]["removed"] == []
    backwards = await pinata.get(f"/scans/{first['id']}/changes", params={"against": second["id"]})
    assert "DELETE /orders/{order_id}" in [node["name"] for node in backwards["nodes"]["removed"]]
    other = await pinata.scan(await pinata.add_folder(write_app(tmp_path, "other")))
    answer = await pinata.get(f"/scans/{first['id']}/changes", 422, params={"against": other["id"]})
    assert answer["code"] == "pinata.changes.other_repository"
    for unknown in ("nonsense", "00000000-0000-7000-8000-000000000000"):
        await pinata.get(f"/scans/{first['id']}/changes", 404, params={"against": unknown})


async def test_unchanged_code_keeps_its_ids_and_evidence_stays_as_scanned(pinata: Pinata, tmp_path: Path) -> None:
    root = write_app(tmp_path)
    repository = await pinata.add_folder(root)
    first = await pinata.scan(repository)
    nodes = await every_node(pinata, first)
    second = await pinata.scan(repository)
    assert await every_node(pinata, second) == nodes
    (root / "app.py").unlink()
    route = next(node for node in nodes if node["kind"] == "route")
    source = (await pinata.get(f"/scans/{second['id']}/nodes/{route['id']}"))["source"]
    assert "\n".join(source["lines"]) in APP


async def test_results_of_scans_without_one(pinata: Pinata, tmp_path: Path) -> None:
    scan = await pinata.start(await pinata.add_folder(write_app(tmp_path)))
    for page in ("nodes", "graph", "tables", "diagnostics", "changes", "export"):
        assert (await pinata.get(f"/scans/{scan['id']}/{page}", 409))["code"] == "pinata.scan.no_result"


def test_gzip_is_only_sent_to_those_who_take_it() -> None:
    from starlette.requests import Request

    from tenantry.products.pinata.findings.gzipped import takes_gzip

    def asks(header: str | None) -> bool:
        headers = [(b"accept-encoding", header.encode())] if header is not None else []
        return takes_gzip(Request({"type": "http", "headers": headers}))

    assert all(asks(text) for text in ("gzip", "br, gzip;q=0.5", "*"))
    assert not any(asks(text) for text in (None, "", "identity", "br", "gzip;q=0"))
