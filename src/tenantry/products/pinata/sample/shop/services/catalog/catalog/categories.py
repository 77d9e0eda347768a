from typing import Annotated

from fastapi import APIRouter, Depends
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from catalog.database import get_session
from catalog.models import Category, Product

router = APIRouter(prefix="/categories", tags=["categories"])
Session = Annotated[AsyncSession, Depends(get_session)]


@router.get("")
async def list_categories(session: Session) -> list[dict]:
    counts = select(Category.name, func.count(Product.id)).join(Product).group_by(Category.name)
    return [{"name": name, "products": count} for name, count in await session.execute(counts)]


@router.put("/{category_id}")
async def rename_category(category_id: int, name: str, session: Session) -> dict:
    category = await session.get_one(Category, category_id)
    category.name = name
    session.add(category)
    return {"id": category.id, "name": category.name}
