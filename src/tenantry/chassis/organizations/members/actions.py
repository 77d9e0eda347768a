"""What happens to members. Each of these first makes sure that nobody else changes the organization meanwhile."""

from uuid import UUID

from sqlalchemy import func, select

from tenantry.chassis.audit.actions import record
from tenantry.chassis.organizations.directory.actions import alone_with, note_members
from tenantry.chassis.organizations.members.arrivals import Newcomer
from tenantry.chassis.organizations.members.models import Membership
from tenantry.chassis.organizations.members.queries import find_member
from tenantry.chassis.organizations.members.rules import last_owner, refuse_above, refuse_giving
from tenantry.core.errors import Conflict, Forbidden, Invalid
from tenantry.core.roles import Role
from tenantry.infra.database.scopes import OrgScope
from tenantry.infra.events import access_changed, emit, touch

TOPIC = "organizations.members"


async def admit(scope: OrgScope, arriving: Newcomer, role: Role) -> Membership:
    """Make somebody a member; who is one already stays what they are."""
    await alone_with(scope)
    known = await scope.session.scalar(select(Membership).where(Membership.user_id == arriving.user_id))
    if known is not None:
        return known
    member = Membership(
        user_id=arriving.user_id,
        role=role.word,
        email=arriving.email,
        second_factor=arriving.second_factor,
        created_at=scope.now(),
    )
    scope.session.add(member)
    await scope.session.flush()
    await _changed(scope, "joined", member, after=role)
    return member


async def change_role(scope: OrgScope, member_id: UUID, role: Role) -> Membership:
    """Give a member another role.

    Raises:
        NotFound: `member.not_found`.
        Forbidden: `member.above`, `role.above`.
        Conflict: `member.last_owner`.
    """
    await alone_with(scope)
    member = await find_member(scope, member_id)
    acting = await acting_role(scope)
    refuse_above(acting, member)
    refuse_giving(acting, role)
    if member.role == role.word:
        return member
    await _keep_an_owner(scope, member)
    before, member.role = Role.of(member.role), role.word
    await scope.session.flush()
    await _changed(scope, "role_changed", member, before, role)
    return member


async def remove_member(scope: OrgScope, member_id: UUID) -> Membership:
    """Remove a member. All their sessions lose access at once, live sockets included.

    Raises:
        NotFound: `member.not_found`.
        Forbidden: `member.above`.
        Conflict: `member.last_owner`.
    """
    await alone_with(scope)
    member = await find_member(scope, member_id)
    refuse_above(await acting_role(scope), member)
    await _part(scope, member, "removed")
    return member


async def leave(scope: OrgScope) -> None:
    """The actor leaves the organization.

    Raises:
        Conflict: `member.last_owner`.
    """
    await alone_with(scope)
    member = (await scope.session.scalars(select(Membership).where(Membership.user_id == scope.actor.id))).one()
    await _part(scope, member, "left")


async def transfer_ownership(scope: OrgScope, member_id: UUID, confirm: str) -> Membership:
    """Make another member an owner, and the actor an admin.

    Raises:
        NotFound: `member.not_found`.
        Invalid: `confirmation.wrong`.
        Conflict: `member.already_owner`; `member.actor`, when no person acts.
        Forbidden: the actor is no owner any more.
    """
    await alone_with(scope)
    member = await find_member(scope, member_id)
    refuse_unconfirmed(scope, confirm)
    if await acting_role(scope) < Role.OWNER or scope.actor.kind != "user":
        raise Forbidden("member.above", "Only an owner can hand over ownership.", hint="Sign in as an owner.")
    if member.role == Role.OWNER.word:
        raise Conflict("member.already_owner", "This member is an owner already.", hint="Choose somebody else.")
    own = (await scope.session.scalars(select(Membership).where(Membership.user_id == scope.actor.id))).one()
    before, member.role, own.role = Role.of(member.role), Role.OWNER.word, Role.ADMIN.word
    await scope.session.flush()
    await _changed(scope, "role_changed", member, before, Role.OWNER)
    await _changed(scope, "role_changed", own, Role.OWNER, Role.ADMIN)
    return member


def refuse_unconfirmed(scope: OrgScope, confirm: str) -> None:
    """Go on only if the organization's address was written out.

    Raises:
        Invalid: `confirmation.wrong`.
    """
    if confirm.strip().lower() != scope.organization.slug:
        message = f"Write “{scope.organization.slug}” to confirm."
        raise Invalid(
            "confirmation.wrong",
            "This was not confirmed.",
            hint=message,
            errors=[{"field": "confirm", "message": message}],
        )


async def acting_role(scope: OrgScope) -> Role:
    """The actor's role as it is now: somebody else may have changed it since this request began.

    Raises:
        Forbidden: `permission.missing`, they are no member any more.
    """
    if scope.actor.person is None:
        return scope.role
    role = await scope.session.scalar(select(Membership.role).where(Membership.user_id == scope.actor.person))
    if role is None or Role.of(role) < scope.role:
        raise Forbidden(
            "permission.missing",
            "Your role here has just been changed.",
            hint="Load the page again to see what you may do now.",
        )
    return scope.role


async def _keep_an_owner(scope: OrgScope, member: Membership) -> None:
    if member.role != Role.OWNER.word:
        return
    owners = select(func.count()).select_from(Membership).where(Membership.role == Role.OWNER.word)
    if (await scope.session.scalar(owners) or 0) < 2:
        raise last_owner()


async def _part(scope: OrgScope, member: Membership, how: str) -> None:
    await _keep_an_owner(scope, member)
    await scope.session.delete(member)
    await scope.session.flush()
    await _changed(scope, how, member, before=Role.of(member.role))


async def _changed(
    scope: OrgScope, how: str, member: Membership, before: Role | None = None, after: Role | None = None
) -> None:
    """Tell it to whom it concerns: the directory, the person's sockets, whoever looks at the list, the log, subscribers."""
    roles = {"before": before and before.word, "after": after and after.word}
    await note_members(scope, await scope.session.scalar(select(func.count()).select_from(Membership)) or 0)
    await access_changed(scope, member.user_id)
    await touch(scope, TOPIC)
    await record(
        scope,
        f"organizations.member.{how}",
        subject=member.user_id,
        person=member.user_id,
        before={"role": before.word} if before else None,
        after={"role": after.word} if after else None,
    )
    await emit(scope, f"organizations.member.{how}", member.id, {"user_id": member.user_id} | roles)
