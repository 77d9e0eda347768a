"""What is said at the front door."""

from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import BaseModel, Field

from tenantry.chassis.identity.schemas import Credentials
from tenantry.chassis.organizations.schemas import Name, OrganizationCard
from tenantry.core.settings import Mode, SignUp


class Registration(Credentials):
    """A new account. `invitation` is the secret from the link, where one is needed."""

    name: Name = Field(examples=["Ada Lovelace"])
    invitation: str | None = Field(None, max_length=200)


class Me(BaseModel):
    """The person who is signed in."""

    id: UUID
    email: str
    name: str
    created_at: datetime
    organizations: list[OrganizationCard]


class Sample(BaseModel):
    """Where the sample can be looked at, in the interface."""

    path: str = Field(examples=["/ada-lovelace/pinata"])


class Resource(BaseModel):
    """One kind of thing a product has, described well enough to draw a table, a page and a form for it."""

    name: str
    title: str
    path: str = Field(description="Address of the list, with `{org}` in it.")
    schema_: dict[str, Any] = Field(alias="schema", description="JSON Schema of one item.")
    create: dict[str, Any] | None = Field(description="JSON Schema of what POST takes; null when nothing can be added.")
    update: dict[str, Any] | None = Field(
        description="JSON Schema of what PATCH takes; null when nothing can be changed."
    )
    delete: bool


class ProductOut(BaseModel):
    """A product as the interface needs it."""

    slug: str
    name: str
    summary: str
    hue: int = Field(description="Its colour: an OKLCH hue in degrees.")
    icon: str = Field(description="Name of a Lucide icon.")
    interface: bool = Field(description="Whether it brings pages of its own; if not, they are drawn from `resources`.")
    sample: bool = Field(description="Whether it has a sample to try.")
    resources: list[Resource]


class Meta(BaseModel):
    """What runs here."""

    version: str
    mode: Mode
    sign_up: SignUp
    products: list[ProductOut]
