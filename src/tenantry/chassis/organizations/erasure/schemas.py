"""The end of an organization over the wire."""

from datetime import datetime

from pydantic import BaseModel, Field


class Deletion(BaseModel):
    """That an organization is being deleted."""

    deleted_at: datetime
    erase_at: datetime = Field(description="When it is gone for good. Its owners can restore it until then.")
