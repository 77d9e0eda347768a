"""API keys over the wire."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import AfterValidator, AwareDatetime, BaseModel, Field

from tenantry.chassis.organizations.schemas import Name

Status = Literal["active", "expired", "revoked"]
Permission = Annotated[str, Field(max_length=100)]
PermissionList = Annotated[
    list[Permission],
    Field(
        min_length=1,
        max_length=300,
        examples=[["organization.read"]],
        description="What it may do: at most what you may do yourself.",
    ),
    AfterValidator(lambda names: sorted(set(names))),
]


Slug = Annotated[str, Field(max_length=100, pattern=r"^[^\x00]*$", description="The organization’s slug.")]


class ApiKeyNew(BaseModel):
    """A key to be."""

    name: Name = Field(examples=["Nightly import"])
    permissions: PermissionList
    expires_at: AwareDatetime | None = Field(
        None, description="When it stops working; null for never, where that is allowed."
    )


class OwnApiKeyNew(ApiKeyNew):
    """A key of your own to be, for one of your organizations."""

    organization: Slug


class ApiKeyChange(BaseModel):
    """What can be changed about a key."""

    name: Name


class Rotation(BaseModel):
    """How long the old secret works beside the new one."""

    overlap_hours: int = Field(
        24, ge=0, le=24 * 30, description="0 ends the old secret at once; 720 (30 days) at most."
    )


class PersonOut(BaseModel):
    """Somebody, by name; the name is null once they are gone."""

    id: UUID
    name: str | None


class ApiKeyOut(BaseModel):
    """A key, without its secret."""

    id: UUID
    name: str
    organization: str
    prefix: str = Field(description="How its secret begins.", examples=["tnt_live_Ab3d"])
    permissions: list[str]
    status: Status
    owner: PersonOut | None = Field(description="Whose own key it is; null for a key of the organization.")
    made_by: PersonOut | None
    created_at: datetime
    expires_at: datetime | None
    last_used_at: datetime | None = Field(description="Noted a few seconds late.")
    old_secret_until: datetime | None = Field(description="Until when the secret before the last rotation still works.")
    revoked_at: datetime | None


class ApiKeyMade(ApiKeyOut):
    """A key with its secret, which is shown this once."""

    secret: str = Field(description="What programs send as `Authorization: Bearer …`.")


class GrantableOut(BaseModel):
    """A permission that you may give to a key."""

    name: str
    group: str = Field(description="The product or the part of the service it belongs to.")


class Grantable(BaseModel):
    """What you may give to a key here."""

    items: list[GrantableOut]
    longest_days: int | None = Field(description="After how many days a new key expires at the latest; null for never.")
