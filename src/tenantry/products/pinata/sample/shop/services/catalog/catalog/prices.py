import csv
from pathlib import Path

import httpx
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from catalog.models import Product
from catalog.settings import settings

supplier = httpx.AsyncClient(base_url=settings.supplier_url)


async def refresh_price(session: AsyncSession, sku: str) -> Product:
    answer = await supplier.get(f"/prices/{sku}", timeout=5)
    answer.raise_for_status()
    product = (await session.execute(select(Product).where(Product.sku == sku))).scalar_one()
    product.price = answer.json()["price"]
    session.add(product)
    return product


async def import_price_list(session: AsyncSession, path: Path) -> int:
    changed = 0
    with path.open(newline="") as file:
        for row in csv.DictReader(file):
            product = await session.get(Product, int(row["id"]))
            if product is not None:
                product.price = row["price"]
                changed += 1
    return changed
