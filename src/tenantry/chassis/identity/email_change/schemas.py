"""Changes of address over the wire."""

from datetime import datetime

from pydantic import BaseModel, Field


class EmailNew(BaseModel):
    """The address the account shall have."""

    email: str = Field(max_length=320, examples=["ada@new.example"])


class EmailChangeOut(BaseModel):
    """A change that waits to be confirmed."""

    email: str
    confirmed_old: bool = Field(description="At the present address; not needed while that one is unverified.")
    confirmed_new: bool
    expires_at: datetime


class EmailOut(BaseModel):
    """The account's address."""

    email: str
    verified: bool
    change: EmailChangeOut | None
