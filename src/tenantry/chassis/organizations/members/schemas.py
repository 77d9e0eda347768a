"""Members over the wire."""

from datetime import datetime
from uuid import UUID

from pydantic import BaseModel, Field

from tenantry.chassis.organizations.schemas import RoleWord


class MemberOut(BaseModel):
    """A member. `email`, `second_factor` and `seen_at` are as of when they last came in."""

    id: UUID
    user_id: UUID
    name: str
    email: str | None
    role: RoleWord
    second_factor: bool | None = Field(description="Whether they sign in with a second factor; null when not known.")
    seen_at: datetime | None
    joined_at: datetime
    you: bool = Field(description="Whether it is who asks.")


class MemberChange(BaseModel):
    """What of a member is to change."""

    role: RoleWord


class MemberCounts(BaseModel):
    """How many there are of each kind."""

    members: int
    invitations: int
