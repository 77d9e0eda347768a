"""What happens to invitations."""

import secrets
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert

from tenantry.chassis.access.entrance import secret_hash
from tenantry.chassis.audit.actions import record
from tenantry.chassis.audit.personal import personal, stranger
from tenantry.chassis.identity.queries import require_verified
from tenantry.chassis.organizations.directory.actions import alone_with
from tenantry.chassis.organizations.invitations.addresses import addresses, domain
from tenantry.chassis.organizations.invitations.models import Invitation
from tenantry.chassis.organizations.invitations.queries import find_invitation
from tenantry.chassis.organizations.invitations.schemas import InvitationsNew, LinkNew
from tenantry.chassis.organizations.members.actions import TOPIC, acting_role
from tenantry.chassis.organizations.members.queries import names_of_members
from tenantry.chassis.organizations.members.rules import refuse_giving
from tenantry.core.errors import Invalid
from tenantry.core.ids import new_id
from tenantry.core.roles import Role
from tenantry.infra.database.scopes import OrgScope, SystemScope
from tenantry.infra.events import emit, touch
from tenantry.infra.mail import compose, send
from tenantry.infra.rate_limits import Rate, RateLimiter

PER_ORGANIZATION = Rate.of("invitations", "100/hour")
PER_ADDRESS = Rate.of("invitations of one address", "10/day")
KEPT = timedelta(days=30)
"""How long an invitation whose time is over is shown, to be sent again."""


@dataclass(frozen=True)
class Inviting:
    """What it takes to invite."""

    limiter: RateLimiter
    base_url: str

    def link(self, token: str) -> str:
        """Where the invitation is accepted. What stands behind the # never reaches a server, nor its log."""
        return f"{self.base_url}/invitation#{token}"


async def invite(scope: OrgScope, inviting: Inviting, new: InvitationsNew) -> list[UUID]:
    """Send invitations by mail, all or none. Who was invited before gets a new link, and the old one ends.

    Raises:
        Forbidden: `email.unverified`, `role.above`.
        Invalid: `email.invalid`, `invitation.member`; `errors` names each place in `emails`.
        TooMany: too many in a short time, by this organization or to one address.
    """
    role = await _may_give(scope, new.role)
    emails = addresses(new.emails)
    await _refuse_members(scope, emails)
    for email in emails.values():
        await inviting.limiter.require(PER_ORGANIZATION, str(scope.org_id))
        await inviting.limiter.require(PER_ADDRESS, email)
    return [await _send(scope, inviting, email, role, new.days) for email in emails.values()]


async def make_link(scope: OrgScope, inviting: Inviting, new: LinkNew) -> tuple[UUID, str]:
    """Make a link to be handed on; answers with it, for only its hash is kept.

    Raises:
        Forbidden: `email.unverified`, `role.above`.
        Invalid: `domain.invalid`, `role.by_link`.
        TooMany: too many in a short time.
    """
    role = await _may_give(scope, new.role)
    if role is Role.OWNER:
        message = "Owners are invited by mail, so that it is certain who becomes one."
        raise Invalid("role.by_link", message, errors=[{"field": "role", "message": message}])
    within = domain(new.domain)
    await inviting.limiter.require(PER_ORGANIZATION, str(scope.org_id))
    token = secrets.token_urlsafe(32)
    invitation = Invitation(
        token_hash=secret_hash(token),
        domain=within,
        role=role.word,
        max_uses=new.max_uses,
        days=new.days,
        invited_by=scope.actor.person,
        created_at=scope.now(),
        sent_at=scope.now(),
        expires_at=scope.now() + timedelta(days=new.days),
    )
    scope.session.add(invitation)
    await scope.session.flush()
    await _changed(scope, "created", invitation)
    return invitation.id, inviting.link(token)


async def resend(scope: OrgScope, inviting: Inviting, invitation_id: UUID) -> str | None:
    """Send it again, or make a new link, which is answered; the old link ends, and the time begins anew.

    Raises:
        NotFound: `invitation.not_found`.
        Forbidden: `email.unverified`, `role.above`.
        TooMany: too many in a short time.
    """
    invitation = await find_invitation(scope, invitation_id)
    role = await _may_give(scope, invitation.role)
    await inviting.limiter.require(PER_ORGANIZATION, str(scope.org_id))
    if invitation.email is not None:
        await inviting.limiter.require(PER_ADDRESS, invitation.email)
        await _send(scope, inviting, invitation.email, role, invitation.days)
        return None
    token = secrets.token_urlsafe(32)
    invitation.token_hash, invitation.invited_by = secret_hash(token), scope.actor.person
    invitation.sent_at, invitation.expires_at = scope.now(), scope.now() + timedelta(days=invitation.days)
    await scope.session.flush()
    await _changed(scope, "renewed", invitation)
    return inviting.link(token)


async def revoke(scope: OrgScope, invitation_id: UUID) -> None:
    """Take it back; its link ends at once.

    Raises:
        NotFound: `invitation.not_found`.
    """
    invitation = await find_invitation(scope, invitation_id)
    await scope.session.delete(invitation)
    await scope.session.flush()
    await _changed(scope, "revoked", invitation)


async def withdraw_beyond(scope: OrgScope, person: UUID, role: Role | None) -> None:
    """Take back what somebody has promised and could not promise any more: with this role, or as no member."""
    theirs = select(Invitation).where(Invitation.invited_by == person, Invitation.uses < Invitation.max_uses)
    for invitation in list(await scope.session.scalars(theirs)):
        if role is None or Role.of(invitation.role) > role:
            await scope.session.delete(invitation)
            await scope.session.flush()
            await _changed(scope, "revoked", invitation)


async def forget_expired(scope: SystemScope) -> None:
    """Remove invitations whose time has been over for long, used or not."""
    await scope.session.execute(delete(Invitation).where(Invitation.expires_at <= scope.now() - KEPT))


async def _may_give(scope: OrgScope, word: str) -> Role:
    role = Role.of(word)
    await alone_with(scope)
    refuse_giving(await acting_role(scope), role)
    await require_verified(scope)
    return role


async def _refuse_members(scope: OrgScope, emails: dict[int, str]) -> None:
    known = await names_of_members(scope, emails.values())
    found = {place: known[email] for place, email in emails.items() if email in known}
    if found:
        raise Invalid(
            "invitation.member",
            f"Already in {scope.organization.name}: {', '.join(found.values())}.",
            hint="Leave them out. Roles of members are changed in the list of members.",
            errors=[{"field": f"emails.{place}", "message": f"{name} is a member."} for place, name in found.items()],
        )


async def _send(scope: OrgScope, inviting: Inviting, email: str, role: Role, days: int) -> UUID:
    token, now = secrets.token_urlsafe(32), scope.now()
    values = {
        "token_hash": secret_hash(token),
        "role": role.word,
        "uses": 0,
        "max_uses": 1,
        "days": days,
        "invited_by": scope.actor.person,
        "sent_at": now,
        "expires_at": now + timedelta(days=days),
    }
    statement = insert(Invitation).values(id=new_id(), email=email, created_at=now, **values)
    renewing = statement.on_conflict_do_update(index_elements=[Invitation.org_id, Invitation.email], set_=values)
    invitation = (await scope.session.scalars(renewing.returning(Invitation), execution_options=_FRESH)).one()
    mail = compose(
        __package__,
        "invitation",
        to=email,
        inviter=scope.actor.name,
        organization=scope.organization.name,
        role=f"{'an' if role.word[0] in 'aeiou' else 'a'} {role.word}",
        email=email,
        until=f"{invitation.expires_at:%-d %B %Y}",
        link=inviting.link(token),
    )
    await send(scope, mail)
    await _changed(scope, "sent", invitation)
    return invitation.id


_FRESH = {"populate_existing": True}


async def _changed(scope: OrgScope, how: str, invitation: Invitation) -> None:
    await touch(scope, TOPIC)
    whom = stranger(invitation.email) if invitation.email else None
    about = {
        "email": personal(invitation.email, of=whom),
        "domain": invitation.domain,
        "role": invitation.role,
        "max_uses": invitation.max_uses,
        "expires_at": invitation.expires_at,
    }
    before, after = (about, None) if how == "revoked" else (None, about)
    await record(
        scope, f"organizations.invitation.{how}", subject=invitation.id, person=whom, before=before, after=after
    )
    data = {"role": invitation.role, "by": "mail" if invitation.email else "link"}
    await emit(scope, f"organizations.invitation.{how}", invitation.id, data)
