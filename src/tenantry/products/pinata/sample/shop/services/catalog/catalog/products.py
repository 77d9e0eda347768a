from typing import Annotated

from aiokafka import AIOKafkaProducer
from fastapi import APIRouter, Depends, HTTPException, Request
from pydantic import BaseModel
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from catalog import cache, prices
from catalog.database import get_session
from catalog.models import Category, Product, Tag
from catalog.stock import StockKeeper

router = APIRouter(prefix="/products", tags=["products"])
Session = Annotated[AsyncSession, Depends(get_session)]


class NewProduct(BaseModel):
    sku: str
    name: str
    price: float
    category_id: int
    tags: list[str] = []


class Reservation(BaseModel):
    quantity: int


def get_producer(request: Request) -> AIOKafkaProducer:
    return request.app.state.producer


def get_stock(session: Session, producer: Annotated[AIOKafkaProducer, Depends(get_producer)]) -> StockKeeper:
    return StockKeeper(session, producer)


Stock = Annotated[StockKeeper, Depends(get_stock)]


@router.get("")
async def list_products(session: Session, category: str | None = None) -> list[dict]:
    query = select(Product).join(Category)
    if category:
        query = query.where(Category.name == category)
    return [to_dict(product) for product in await session.scalars(query)]


@router.get("/{sku}")
async def show_product(sku: str, session: Session) -> dict:
    if found := await cache.cached_product(sku):
        return found
    product = (await session.execute(select(Product).where(Product.sku == sku))).scalar_one_or_none()
    if product is None:
        raise HTTPException(404)
    shown = to_dict(product)
    await cache.keep_product(sku, shown)
    return shown


@router.post("", status_code=201)
async def add_product(new: NewProduct, session: Session) -> dict:
    tags = list(await session.scalars(select(Tag).where(Tag.name.in_(new.tags))))
    product = Product(sku=new.sku, name=new.name, price=new.price, category_id=new.category_id, tags=tags)
    session.add(product)
    await session.flush()
    return to_dict(product)


@router.delete("/{sku}", status_code=204)
async def remove_product(sku: str, session: Session) -> None:
    product = (await session.execute(select(Product).where(Product.sku == sku))).scalar_one()
    await session.delete(product)
    await cache.forget_product(sku)


@router.post("/{sku}/price")
async def refresh_price(sku: str, session: Session) -> dict:
    product = await prices.refresh_price(session, sku)
    await cache.forget_product(sku)
    return to_dict(product)


@router.get("/{product_id}/stock")
async def show_stock(product_id: int, stock: Stock) -> dict:
    return {"available": await stock.available(product_id)}


@router.post("/{product_id}/reservations")
async def reserve(product_id: int, reservation: Reservation, stock: Stock) -> dict:
    return {"left": await stock.reserve(product_id, reservation.quantity)}


def to_dict(product: Product) -> dict:
    return {"sku": product.sku, "name": product.name, "price": float(product.price)}
