from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiokafka import AIOKafkaProducer
from fastapi import APIRouter, FastAPI

from catalog import categories, products
from catalog.settings import settings


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    app.state.producer = AIOKafkaProducer(bootstrap_servers="broker:9092")
    await app.state.producer.start()
    yield
    await app.state.producer.stop()


app = FastAPI(title="Catalog", lifespan=lifespan)
api = APIRouter(prefix=settings.api_prefix)
api.include_router(products.router)
api.include_router(categories.router)
app.include_router(api)


@app.get("/healthz")
async def healthz() -> dict:
    return {"status": "ok"}
