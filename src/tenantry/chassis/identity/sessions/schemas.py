"""Sessions over the wire."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import BaseModel, Field


class DeviceOut(BaseModel):
    """What the browser or program said about itself."""

    name: str = Field(examples=["Firefox on Windows"])
    kind: Literal["computer", "phone", "tablet", "program"]


class SessionOut(BaseModel):
    """A place where you are signed in."""

    id: UUID
    current: bool = Field(description="Whether it is the one that asks.")
    device: DeviceOut
    address: str = Field(description="From where it began.")
    country: str | None = Field(description="Two letters, where a trusted proxy has told it.")
    created_at: datetime
    seen_at: datetime = Field(description="When it was used last, give or take five minutes.")
    expires_at: datetime
