"""What all parts of an organization are called over the wire."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import AfterValidator, BaseModel, Field

RoleWord = Literal["viewer", "member", "admin", "owner"]


def _plain(name: str) -> str:
    name = " ".join(name.split())
    if not name or not name.isprintable():
        raise ValueError("Give a name of visible characters.")
    return name


Name = Annotated[str, Field(min_length=1, max_length=80), AfterValidator(_plain)]


class OrganizationCard(BaseModel):
    """One of the organizations a person belongs to."""

    id: UUID
    slug: str
    name: str
    role: RoleWord
    logo: str | None = Field(None, description="Address of its picture; null when it has none.")
    members: int = 1
    erase_at: datetime | None = Field(
        None, description="When it is gone for good; null unless it is being deleted. Only owners see it until then."
    )


class OrganizationOut(OrganizationCard):
    """An organization, as one of its members sees it."""

    permissions: list[str] = Field(description="What your role allows you here.")
    former_slugs: list[str] = Field(description="Addresses it had before, which lead here.")
    created_at: datetime


class Confirmation(BaseModel):
    """What cannot be undone is confirmed by writing the organization's address."""

    confirm: str = Field(max_length=100, description="The organization’s slug.", examples=["acme"])
