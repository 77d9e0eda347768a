"""Organizations over the wire."""

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


class OrganizationNew(BaseModel):
    """An organization to be. Without a slug it gets one made from its name."""

    name: Name
    slug: str | None = Field(None, max_length=60, description="Its name in addresses: a–z, 0–9 and dashes, 2 to 40.")


class OrganizationChange(BaseModel):
    """What can be changed about an organization."""

    name: Name


class OrganizationCard(BaseModel):
    """One of the organizations a person belongs to."""

    slug: str
    name: str
    role: RoleWord


class OrganizationOut(OrganizationCard):
    """An organization, as one of its members sees it."""

    id: UUID
    permissions: list[str] = Field(description="What your role allows you here.")
    members: int
    created_at: datetime
