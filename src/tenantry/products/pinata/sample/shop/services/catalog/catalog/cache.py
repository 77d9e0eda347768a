import json

import redis.asyncio as redis

from catalog.settings import settings

client = redis.from_url(settings.redis_url)


async def cached_product(sku: str) -> dict | None:
    found = await client.get(f"product:{sku}")
    return json.loads(found) if found else None


async def keep_product(sku: str, product: dict) -> None:
    await client.set(f"product:{sku}", json.dumps(product), ex=300)


async def forget_product(sku: str) -> None:
    await client.delete(f"product:{sku}")
