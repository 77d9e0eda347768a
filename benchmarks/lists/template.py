"""The FastAPI full-stack template's way of listing, rebuilt: synchronous SQLModel in the thread pool, a JWT, the user by
its id, a count, the list, two validations, and the pool that SQLAlchemy gives who asks for none. `create` is the application.

As in the template: https://github.com/fastapi/full-stack-fastapi-template (backend/app/api). Its e-mail, Sentry and front end
are left out, which only makes it faster, and its owner column has the index that it lacks, which does so too.
BENCH_DATABASE is libpq's connection string, BENCH_SCHEMA the schema of its tables, BENCH_SECRET what signs its tokens.
"""

import os
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Annotated, Any
from uuid import UUID, uuid4

import jwt
from fastapi import APIRouter, Depends, FastAPI, HTTPException
from fastapi.middleware.cors import CORSMiddleware
from fastapi.security import OAuth2PasswordBearer
from pydantic import EmailStr
from sqlalchemy import DateTime, Index
from sqlmodel import Field, Relationship, Session, SQLModel, col, create_engine, func, select

ALGORITHM = "HS256"


class UserBase(SQLModel):
    email: EmailStr = Field(unique=True, index=True, max_length=255)
    is_active: bool = True
    is_superuser: bool = False
    full_name: str | None = Field(default=None, max_length=255)


class User(UserBase, table=True):
    id: UUID = Field(default_factory=uuid4, primary_key=True)
    hashed_password: str
    created_at: datetime | None = Field(default_factory=lambda: datetime.now(UTC), sa_type=DateTime(timezone=True))  # type: ignore[call-overload]
    items: list["Item"] = Relationship(back_populates="owner", cascade_delete=True)


class ItemBase(SQLModel):
    title: str = Field(min_length=1, max_length=255)
    description: str | None = Field(default=None, max_length=255)


class Item(ItemBase, table=True):
    __table_args__ = (Index("ix_item_owner", "owner_id", "created_at"),)

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    created_at: datetime | None = Field(default_factory=lambda: datetime.now(UTC), sa_type=DateTime(timezone=True))  # type: ignore[call-overload]
    owner_id: UUID = Field(foreign_key="user.id", nullable=False, ondelete="CASCADE")
    owner: User | None = Relationship(back_populates="items")


class ItemPublic(ItemBase):
    id: UUID
    owner_id: UUID
    created_at: datetime | None = None


class ItemsPublic(SQLModel):
    data: list[ItemPublic]
    count: int


class TokenPayload(SQLModel):
    sub: str | None = None


def engine_of(conninfo: str, schema: str) -> Any:
    """As the template makes it, but for where the database is."""

    def connect() -> Any:
        import psycopg

        return psycopg.connect(conninfo, options=f"-c search_path={schema}")

    return create_engine("postgresql+psycopg://", creator=connect)


def create() -> FastAPI:
    engine = engine_of(os.environ["BENCH_DATABASE"], os.environ["BENCH_SCHEMA"])
    secret = os.environ["BENCH_SECRET"]
    oauth2 = OAuth2PasswordBearer(tokenUrl="/api/v1/login/access-token")

    def get_db() -> Iterator[Session]:
        with Session(engine) as session:
            yield session

    def get_current_user(session: Annotated[Session, Depends(get_db)], token: Annotated[str, Depends(oauth2)]) -> User:
        try:
            payload = TokenPayload(**jwt.decode(token, secret, algorithms=[ALGORITHM]))
        except jwt.InvalidTokenError:
            raise HTTPException(status_code=403, detail="Could not validate credentials") from None
        user = session.get(User, payload.sub)
        if not user:
            raise HTTPException(status_code=404, detail="User not found")
        if not user.is_active:
            raise HTTPException(status_code=400, detail="Inactive user")
        return user

    router = APIRouter(prefix="/items", tags=["items"])

    @router.get("/", response_model=ItemsPublic)
    def read_items(
        session: Annotated[Session, Depends(get_db)],
        current_user: Annotated[User, Depends(get_current_user)],
        skip: int = 0,
        limit: int = 100,
    ) -> Any:
        mine = Item.owner_id == current_user.id
        count = session.exec(select(func.count()).select_from(Item).where(mine)).one()
        statement = select(Item).where(mine).order_by(col(Item.created_at).desc()).offset(skip).limit(limit)
        items = [ItemPublic.model_validate(item) for item in session.exec(statement).all()]
        return ItemsPublic(data=items, count=count)

    app = FastAPI(title="Template", openapi_url="/api/v1/openapi.json")
    app.add_middleware(
        CORSMiddleware,
        allow_origins=["http://localhost:5173"],
        allow_credentials=True,
        allow_methods=["*"],
        allow_headers=["*"],
    )
    app.include_router(router, prefix="/api/v1")
    return app
