"""Finding, tracing and impact, on the sample shop."""

from typing import Any

import pytest

from tenantry.products.pinata.engine.flow import Flow, NotFoundError, find
from tenantry.products.pinata.engine.flow.impact import impact
from tenantry.products.pinata.engine.flow.trace import Step, trace
from tenantry.products.pinata.graphs import lines_of

from .conftest import SHOP


@pytest.mark.parametrize(
    ("text", "kind", "name"),
    [
        ("POST /api/orders", "route", "POST /api/orders"),
        ("post /api/orders/", "route", "POST /api/orders"),
        ("GET /api/products/{anything}", "route", "GET /api/products/{sku}"),
        ("GET /api/products/SKU-1?full=1", "route", "GET /api/products/{sku}"),
        ("/api/categories", "route", "GET /api/categories"),
        ("order_lines", "table", "order_lines"),
        ("Order.Placed", "topic", "order.placed"),
        ("OrdersService.place", "function", "OrdersService.place"),
        ("services/catalog/catalog/prices.py:16", "function", "refresh_price"),
        ("./services/catalog/catalog/models.py:28", "table", "products"),
    ],
)
def test_what_people_type_is_found(flow: Flow, text: str, kind: str, name: str) -> None:
    assert (kind, name) in {(node["kind"], node["name"]) for node in find(flow, text)}


def test_an_exact_route_wins_over_one_with_parameters(flow: Flow) -> None:
    assert {node["name"] for node in find(flow, "GET /api/products")} == {"GET /api/products"}
    assert [node["id"] for node in find(flow, find(flow, "orders", ("table",))[0]["id"])]


@pytest.mark.parametrize(
    ("text", "near"), [("ordr_lines", "order_lines"), ("plac", "order.placed"), ("POST /api/nowhere", None)]
)
def test_what_is_not_there_is_said_with_what_looks_like_it(flow: Flow, text: str, near: str | None) -> None:
    with pytest.raises(NotFoundError) as error:
        find(flow, text)
    assert text in str(error.value)
    if near:
        assert near in str(error.value)


def steps(root: Step) -> list[Step]:
    return [root, *(deeper for step in root.steps for deeper in steps(step))]


def test_a_trace_goes_through_functions_services_and_topics(flow: Flow) -> None:
    root = trace(flow, find(flow, "POST /api/orders")[0])
    reached = {(step.node["kind"], step.node["name"], step.node["service"]) for step in steps(root)}
    assert ("db_write", "orders", "orders") in reached
    assert ("route", "GET /api/products/{sku}", "catalog") in reached, "by a request"
    assert ("consume", "order.placed", "notifications") in reached, "by a topic"
    assert ("db_write", "sent_messages", "notifications") in reached
    for step in steps(root)[1:]:
        assert step.via is not None
        assert step.via["evidence"], "each step has its proof"
        assert step.via["target"] == step.node["id"]
    unfolded = [step.node["id"] for step in steps(root) if step.steps]
    assert len(unfolded) == len(set(unfolded)), "nothing is unfolded twice"
    assert any(step.repeated for step in steps(root))


def test_a_trace_can_be_cut(flow: Flow) -> None:
    root = trace(flow, find(flow, "POST /api/orders")[0], depth=1)
    assert [step.node["name"] for step in root.steps] == ["OrdersController.place"]
    assert root.steps[0].cut
    assert root.to_dict()["steps"][0]["cut"] is True


def test_a_circle_of_calls_ends() -> None:
    nodes = [
        {
            "id": f"function_{i}",
            "kind": "function",
            "name": f"f{i}",
            "file": "a.py",
            "line": i,
            "end_line": i,
            "service": "",
            "confidence": 1.0,
        }
        for i in (1, 2)
    ]
    edges = [
        {"source": f"function_{a}", "target": f"function_{b}", "kind": "calls", "confidence": 1.0, "evidence": []}
        for a, b in ((1, 2), (2, 1))
    ]
    circle = Flow({"nodes": nodes, "edges": edges, "tables": [], "diagnostics": []})
    assert [step.repeated for step in steps(trace(circle, nodes[0]))] == [False, False, True]
    assert {row.node["name"] for row in impact(circle, "f1").direct} == {"f2"}


def names(rows: list[Any], kind: str) -> set[str]:
    return {row.node["name"] for row in rows if row.node["kind"] == kind}


def test_the_impact_of_a_column_tells_who_names_it_from_who_does_not(flow: Flow) -> None:
    found = impact(flow, "products.price", lines_of(SHOP))
    assert found.column == "price"
    named, unnamed = (
        {(row.node["file"].rpartition("/")[2], row.node["line"]) for row in rows}
        for rows in (found.direct, found.perhaps)
    )
    assert ("prices.py", 19) in named
    assert ("categories.py", 17) in unnamed
    assert not named & unnamed
    entries = {row.node["name"]: row.sure for row in found.entries if row.node["kind"] == "route"}
    assert entries["POST /api/products/{sku}/price"]
    assert not entries["GET /api/categories"]
    assert "POST /shop/carts/{id}/checkout" in entries, "two services away"
    assert found.services == ["catalog", "orders", "storefront"]


def test_the_impact_of_a_table_needs_no_source(flow: Flow) -> None:
    found = impact(flow, "products")
    assert not found.perhaps
    assert {"GET /api/categories", "POST /api/orders"} <= names(found.entries, "route")
    assert "stock_levels.product_id" in found.referring


def test_the_impact_of_a_route_and_of_a_topic(flow: Flow) -> None:
    route = impact(flow, "GET /api/products/{sku}")
    assert names(route.direct, "http_call") == {"GET http://catalog:8000/api/products/{sku}"}
    assert "POST /api/orders" in names(route.entries, "route")
    assert all(row.way[0] is row.node for row in route.entries)
    topic = impact(flow, "order.placed")
    assert names(topic.direct, "publish") == {"order.placed"} == names(topic.direct, "consume")
    assert "POST /api/orders" in names(topic.entries, "route")
    assert topic.to_dict()["services"] == ["notifications", "orders", "storefront"]


@pytest.mark.parametrize("text", ["products.prise", "nowhere.price", "nothing"])
def test_an_impact_of_nothing_is_refused(flow: Flow, text: str) -> None:
    with pytest.raises(NotFoundError):
        impact(flow, text)
