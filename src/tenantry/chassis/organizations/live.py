"""What of an organization can be watched live, and what it announces."""

from tenantry.chassis.organizations.invitations.queries import count_invitations
from tenantry.chassis.organizations.members.actions import TOPIC
from tenantry.chassis.organizations.members.queries import count_members
from tenantry.chassis.organizations.members.schemas import MemberCounts
from tenantry.infra.database.scopes import OrgScope
from tenantry.infra.live import Topic

EVENTS = {
    **{f"organizations.organization.{how}": "organization.read" for how in ("created", "renamed", "moved", "restored")},
    **{
        f"organizations.member.{how}": "organization.members.read"
        for how in ("joined", "role_changed", "removed", "left")
    },
    **{
        f"organizations.invitation.{how}": "organization.invitations.read"
        for how in ("sent", "created", "renewed", "revoked", "accepted")
    },
}
"""Facts that are announced, each with the permission it takes to see it."""


async def summary(scope: OrgScope) -> MemberCounts:
    """How many members and invitations there are."""
    return MemberCounts(members=await count_members(scope), invitations=await count_invitations(scope))


async def watch_members(scope: OrgScope, id: str) -> dict[str, object] | None:
    """What is told whenever somebody joins, leaves, or is invited; who looks at a list reads it again then."""
    return None if id else (await summary(scope)).model_dump()


TOPICS = (Topic(TOPIC, load=watch_members, permission="organization.members.read"),)
