"""Notes over the wire."""

from datetime import datetime
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field


class NoteNew(BaseModel):
    """A note to be."""

    title: str = Field(min_length=1, max_length=200)
    body: str = Field("", max_length=10_000, json_schema_extra={"format": "textarea"})


class NoteChange(BaseModel):
    """What of a note is to change; what is left out stays."""

    title: str | None = Field(None, min_length=1, max_length=200)
    body: str | None = Field(None, max_length=10_000)


class NoteOut(BaseModel):
    """A note. `words` is null until they have been counted."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    title: str
    body: str
    words: int | None
    created_at: datetime
