"""Profiles over the wire."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import AfterValidator, BaseModel, Field

from tenantry.chassis.identity.profile.choices import Currency, Locale, Theme, TimeZone


def _plain(name: str) -> str:
    name = " ".join(name.split())
    if not name or not name.isprintable():
        raise ValueError("Give a name of visible characters.")
    return name


PersonName = Annotated[str, Field(min_length=1, max_length=80, examples=["Ada Lovelace"]), AfterValidator(_plain)]


class Profile(BaseModel):
    """What a person sees of their own account. What is null follows the browser."""

    id: UUID
    email: str
    email_verified: bool
    name: str
    avatar: str | None = Field(description="Address of the picture, good for a day at least; null when there is none.")
    time_zone: str | None
    locale: str | None
    currency: str | None
    theme: Theme
    created_at: datetime


class AvatarUpload(BaseModel):
    """Where to send a picture."""

    id: UUID
    method: Literal["PUT"]
    url: str
    max_bytes: int


class AvatarChange(BaseModel):
    """The picture that was sent."""

    upload: UUID


class ProfileChange(BaseModel):
    """What can be changed; what is left out stays. Null goes back to what the browser says; a name stays one."""

    name: PersonName | None = None
    time_zone: TimeZone | None = None
    locale: Locale | None = None
    currency: Currency | None = None
    theme: Theme | None = None
