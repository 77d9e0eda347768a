import json
from datetime import UTC, datetime

from aiokafka import AIOKafkaProducer
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from catalog.models import StockLevel

LOW = 5


class StockKeeper:
    def __init__(self, session: AsyncSession, producer: AIOKafkaProducer) -> None:
        self.session = session
        self.producer = producer

    async def available(self, product_id: int) -> int:
        levels = await self.session.scalars(select(StockLevel).where(StockLevel.product_id == product_id))
        return sum(level.quantity for level in levels)

    async def reserve(self, product_id: int, quantity: int) -> int:
        await self.session.execute(
            update(StockLevel)
            .where(StockLevel.product_id == product_id)
            .values(quantity=StockLevel.quantity - quantity)
        )
        left = await self.available(product_id)
        if left < LOW:
            await self.producer.send_and_wait("stock.low", json.dumps({"product_id": product_id, "left": left}).encode())
        return left

    async def count(self, product_id: int, warehouse: str, quantity: int) -> None:
        level = StockLevel(
            product_id=product_id, warehouse=warehouse, quantity=quantity, counted_at=datetime.now(UTC)
        )
        await self.session.merge(level)
