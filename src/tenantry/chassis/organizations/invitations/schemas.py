"""Invitations over the wire."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, Field

from tenantry.chassis.organizations.schemas import RoleWord

Days = Annotated[int, Field(ge=1, le=30, description="For how many days they are good.")]
Token = Annotated[str, Field(min_length=1, max_length=200, description="The secret from the link.")]


class InvitationsNew(BaseModel):
    """Invitations to be sent by mail, one to each address; all of them or none."""

    emails: list[Annotated[str, Field(max_length=320, examples=["grace@example.com"])]] = Field(
        min_length=1, max_length=50
    )
    role: RoleWord = "member"
    days: Days = 7


class LinkNew(BaseModel):
    """A link to be handed on."""

    role: RoleWord = "member"
    max_uses: int = Field(10, ge=1, le=1000, description="How many people may join by it.")
    domain: str | None = Field(
        None, max_length=253, description="Only people whose verified e-mail address ends so may join: `example.com`."
    )
    days: Days = 7


class InvitationOut(BaseModel):
    """An invitation that waits to be used, or has expired. `email` is null for a link that may be handed on."""

    id: UUID
    email: str | None
    domain: str | None
    role: RoleWord
    uses: int
    max_uses: int
    invited_by: str | None = Field(description="The name of who invited.")
    created_at: datetime
    sent_at: datetime
    expires_at: datetime
    expired: bool


class InvitationMade(InvitationOut):
    """The same, with the link where it may be handed on: it is told once, and only its hash is kept."""

    link: str | None


class InvitationToken(BaseModel):
    """The secret from the link."""

    token: Token


class InvitationSeen(BaseModel):
    """What whoever holds the link is told."""

    organization: str = Field(description="What it is called.")
    slug: str
    role: RoleWord
    invited_by: str | None
    email: str | None = Field(description="The address it was sent to, the only one it is good for.")
    domain: str | None
    expires_at: datetime
