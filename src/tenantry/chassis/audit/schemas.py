"""The audit log over the wire."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import Query
from pydantic import AwareDatetime, BaseModel, Field

from tenantry.core.actors import ActorKind


class ActorOut(BaseModel):
    """Who acted. The name is “erased person” once that person's data was erased, and null where nobody is known."""

    kind: ActorKind
    id: UUID | None
    name: str | None


class EntryOut(BaseModel):
    """One thing that was done. `before` and `after` hold the fields that changed, or that matter."""

    id: UUID
    at: datetime
    action: str = Field(description="What was done, such as `organizations.member.removed`.")
    actor: ActorOut
    subject: str | None = Field(description="What it was done to: an id, or another stable name.")
    address: str | None
    user_agent: str | None
    request_id: str | None
    before: dict[str, Any] | None
    after: dict[str, Any] | None


_STORABLE = r"^[^\x00]*$"
"""Anything that a database can hold: text without NUL."""


class EntryFilters(BaseModel):
    """What is looked for; all that is given must fit."""

    actor: str | None = Field(
        None,
        max_length=100,
        pattern=_STORABLE,
        description="Id of the person or the API key that acted, or `system`, `anonymous`, `user`, `api_key`.",
    )
    action: str | None = Field(
        None, max_length=100, pattern=_STORABLE, description="The beginning of the action, such as `identity.`."
    )
    subject: str | None = Field(None, max_length=300, pattern=_STORABLE, description="What it was done to.")
    address: str | None = Field(None, max_length=100, pattern=_STORABLE, description="The address it came from.")
    since: AwareDatetime | None = Field(None, description="From this moment on.")
    until: AwareDatetime | None = Field(None, description="Before this moment.")


Filters = Annotated[EntryFilters, Query()]
ExportFormat = Literal["csv", "jsonl"]
