"""The sample shop, scanned once: four services in two languages, with tables, topics and calls between them."""

from pathlib import Path
from typing import Any

import pytest

import tenantry.products.pinata.sample as sample
from tenantry.products.pinata.engine import scan
from tenantry.products.pinata.engine.flow import Flow

SHOP = Path(sample.__file__).parent / "shop"


@pytest.fixture(scope="session")
def shop() -> dict[str, Any]:
    return scan(SHOP).to_dict()


@pytest.fixture(scope="session")
def flow(shop: dict[str, Any]) -> Flow:
    return Flow(shop)
