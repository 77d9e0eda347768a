"""Pages of a list: `?limit=&after=` asks, `{"items": [...], "next": "…"}` answers.

A cursor holds the sort key of the last row seen, so that a page costs the same however deep it lies. It is opaque to
callers, and is not a secret: row-level security decides what a forged one can see, which is nothing new.
"""

import base64
import json
from collections.abc import Iterable
from datetime import datetime
from types import UnionType
from typing import Any, Generic, Self, TypeVar
from uuid import UUID

from pydantic import BaseModel, Field

from tenantry.core.errors import Invalid

T = TypeVar("T")

CursorValue = str | int | float | bool | None | datetime | UUID


class Page(BaseModel, Generic[T]):
    """One page of a list. `next` is what to send as `after` for the following page; null on the last."""

    items: list[T]
    next: str | None = None

    @classmethod
    def of(cls, rows: Iterable[Any], next: str | None = None) -> Self:
        """A page of rows whose columns are named like the fields of an item: `Page[NoteOut].of(rows)`."""
        return cls.model_validate({"items": rows, "next": next}, from_attributes=True)


class PageParams(BaseModel):
    """What a caller asks for: at most `limit` items, after the cursor of the previous page."""

    limit: int = Field(50, ge=1, le=200, description="How many items at most.")
    after: str | None = Field(None, max_length=1000, description="The `next` of the previous page.")


class Cursor:
    """The sort key of a row, written as text. Times and ids keep their type on the way back."""

    @staticmethod
    def encode(*key: CursorValue) -> str:
        """The key as URL-safe text."""
        return base64.urlsafe_b64encode(json.dumps([_pack(part) for part in key]).encode()).decode().rstrip("=")

    @staticmethod
    def decode(text: str, *types: type | UnionType) -> tuple[Any, ...]:
        """The key again; each part must be of its type, as in `Cursor.decode(after, datetime, UUID)`.

        Raises:
            Invalid: `cursor.invalid`, when `encode` did not make it from such a key.
        """
        try:
            raw = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
            key = tuple(_unpack(part) for part in json.loads(raw))
            if len(key) != len(types) or not all(map(isinstance, key, types)):
                raise ValueError("a key of another list")
            return key
        except (ValueError, TypeError, RecursionError):
            raise Invalid(
                "cursor.invalid",
                "The page cursor is not one of ours.",
                hint="Send `after` exactly as `next` came, or leave it out to start at the beginning.",
                errors=[{"field": "after", "message": "Not a cursor of this list."}],
            ) from None


def _pack(part: CursorValue) -> Any:
    match part:
        case datetime():
            return {"t": part.isoformat()}
        case UUID():
            return {"u": part.hex}
        case _:
            return part


def _unpack(part: Any) -> Any:
    match part:
        case {"t": str(moment)}:
            return datetime.fromisoformat(moment)
        case {"u": str(digits)}:
            return UUID(hex=digits)
        case dict() | list():
            raise ValueError("unknown part")
        case _:
            return part
