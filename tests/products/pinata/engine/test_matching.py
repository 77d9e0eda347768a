"""Which routes a call reaches."""

import pytest

from tenantry.products.pinata.engine.matching import RoutePaths, host_of

ROUTES = RoutePaths(
    [
        ("GET /api/products/{sku}", "catalog", "c1"),
        ("GET /api/products/{id}", "legacy", "l1"),
        ("POST /api/orders", "orders", "o1"),
        ("ANY /anything", "legacy", "l2"),
    ]
)


@pytest.mark.parametrize(
    ("call", "reached"),
    [
        ("GET /api/products/{sku}", ["c1", "l1"]),
        ("GET {base}/api/products/{x}", ["c1", "l1"]),
        ("GET http://localhost:8000/api/products/7", []),
        ("GET http://catalog:8000/api/products/{sku}", ["c1"]),
        ("GET http://legacy.shop.svc.cluster.local/api/products/{sku}", ["l1"]),
        ("GET https://products.example.com/api/products/{sku}", []),
        ("POST http://orders/api/orders", ["o1"]),
        ("DELETE http://orders/api/orders", []),
        ("PUT /anything", ["l2"]),
        ("GET http://catalog:8000/", []),
    ],
)
def test_a_call_reaches_the_routes_it_names(call: str, reached: list[str]) -> None:
    assert ROUTES.match(call, host_of(call)) == reached
