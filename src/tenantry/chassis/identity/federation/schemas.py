"""Other sign-ins over the wire."""

from datetime import datetime
from uuid import UUID

from pydantic import BaseModel, Field


class ProviderOut(BaseModel):
    """Somewhere one can sign in beside here."""

    id: str
    label: str = Field(examples=["Google"])
    kind: str = Field(description="`oidc` or `github`.")


class ProviderList(BaseModel):
    """Where one can sign in beside here; empty when nothing is set up."""

    items: list[ProviderOut]


class Departing(BaseModel):
    """Where to go after signing in there: a path of our own."""

    next: str = Field("", max_length=500, examples=["/ada/pinata"])


class Linking(BaseModel):
    """Which provider's account to link."""

    provider: str = Field(max_length=40, examples=["google"])


class Away(BaseModel):
    """Where the browser goes now."""

    url: str


class LinkedOut(BaseModel):
    """A sign-in elsewhere that opens your account."""

    id: UUID
    provider: str
    issuer: str
    label: str = Field(description="What you are called there.")
    created_at: datetime
    used_at: datetime | None


class LinkedList(BaseModel):
    """The sign-ins elsewhere that open your account, the oldest first."""

    items: list[LinkedOut]
