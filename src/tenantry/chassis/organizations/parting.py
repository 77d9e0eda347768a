"""Changing and ending what somebody is to an organization: with it goes what they have promised to others."""

from uuid import UUID

from tenantry.chassis.organizations.invitations.actions import withdraw_beyond
from tenantry.chassis.organizations.members import actions
from tenantry.core.roles import Role
from tenantry.infra.database.scopes import OrgScope


async def change_role(scope: OrgScope, member_id: UUID, role: Role) -> None:
    """Give a member another role; invitations of theirs to higher ones end.

    Raises:
        NotFound: `member.not_found`.
        Forbidden: `member.above`, `role.above`.
        Conflict: `member.last_owner`.
    """
    member = await actions.change_role(scope, member_id, role)
    await withdraw_beyond(scope, member.user_id, role)


async def remove_member(scope: OrgScope, member_id: UUID) -> None:
    """Remove a member; invitations of theirs end. All their sessions lose access at once, live sockets included.

    Raises:
        NotFound: `member.not_found`.
        Forbidden: `member.above`.
        Conflict: `member.last_owner`.
    """
    member = await actions.remove_member(scope, member_id)
    await withdraw_beyond(scope, member.user_id, None)


async def leave(scope: OrgScope) -> None:
    """The actor leaves the organization; invitations of theirs end.

    Raises:
        Conflict: `member.last_owner`.
    """
    await actions.leave(scope)
    if scope.actor.person is not None:
        await withdraw_beyond(scope, scope.actor.person, None)
