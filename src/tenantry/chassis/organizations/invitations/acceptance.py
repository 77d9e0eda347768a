"""Using an invitation."""

from sqlalchemy import select, update

from tenantry.chassis.access.entrance import secret_hash
from tenantry.chassis.audit.actions import record
from tenantry.chassis.identity.actions import confirm_address
from tenantry.chassis.identity.queries import require_verified
from tenantry.chassis.organizations.directory.actions import alone_with
from tenantry.chassis.organizations.invitations.models import Invitation
from tenantry.chassis.organizations.invitations.queries import invalid, presented
from tenantry.chassis.organizations.members.actions import admit
from tenantry.chassis.organizations.members.arrivals import Newcomer, newcomer
from tenantry.chassis.organizations.members.queries import role_of
from tenantry.core.errors import Forbidden
from tenantry.core.roles import Role
from tenantry.infra.database.scopes import OrganizationRef, OrgScope, Scope, UserScope
from tenantry.infra.events import emit


async def accept(scope: UserScope, token: str) -> OrgScope:
    """Join the organization, and go on inside. Who is a member already is simply let in, and nothing is used up.

    Raises:
        Forbidden: `invitation.invalid`; `invitation.other_address`, `invitation.other_domain`: not for this person's address;
            `email.unverified`, where the domain matters.
    """
    await scope.present(secret_hash(token))
    arriving = await newcomer(scope)
    row = await presented(scope, token)
    invitation: Invitation = row.Invitation
    refuse_others(invitation, arriving.email)
    if invitation.domain is not None:
        await require_verified(scope)
    elif invitation.email is not None:
        await confirm_address(scope)  # whoever holds the link has read the mail that was sent there
    organization = OrganizationRef(row.Organization.id, row.Organization.slug, row.Organization.name)
    role, invitation_id = Role.of(invitation.role), invitation.id
    inside = await scope.to_organization(organization, scope.actor, role=role, permissions=())
    entry = await alone_with(inside)
    if entry.deleted_at is not None:
        raise invalid()
    known = await role_of(inside, arriving.user_id)
    if known is not None:
        inside.role = known
        return inside
    used = await inside.session.execute(
        update(Invitation)
        .where(
            Invitation.id == invitation_id,
            Invitation.token_hash == secret_hash(token),
            Invitation.uses < Invitation.max_uses,
            Invitation.expires_at > scope.now(),
        )
        .values(uses=Invitation.uses + 1)
        .returning(Invitation.id)
    )
    if used.one_or_none() is None:  # somebody else was faster
        raise invalid()
    await _admit(inside, arriving, role, invitation_id)
    return inside


async def _admit(scope: OrgScope, arriving: Newcomer, role: Role, invitation_id: object) -> None:
    await record(scope, "organizations.invitation.accepted", subject=str(invitation_id), after={"role": role.word})
    await emit(scope, "organizations.invitation.accepted", invitation_id, {"user_id": arriving.user_id})
    await admit(scope, arriving, role)


async def invitation_for(scope: Scope, token: str, email: str) -> Invitation | None:
    """The invitation to an organization that the token is, if it is one. The scope sees the row of the presented secret.

    Raises:
        Forbidden: `invitation.invalid`; `invitation.other_address`, `invitation.other_domain`: not for this address.
    """
    if await scope.session.scalar(select(Invitation.id).where(Invitation.token_hash == secret_hash(token))) is None:
        return None
    invitation: Invitation = (await presented(scope, token)).Invitation
    refuse_others(invitation, email)
    return invitation


def refuse_others(invitation: Invitation, email: str) -> None:
    """Go on only if the invitation is for this address.

    Raises:
        Forbidden: `invitation.other_address`, `invitation.other_domain`.
    """
    if invitation.email is not None and invitation.email != email:
        raise Forbidden(
            "invitation.other_address",
            f"This invitation is for {invitation.email}, and you are {email}.",
            hint=f"Sign in as {invitation.email}, or ask for an invitation to {email}.",
        )
    if invitation.domain is not None and email.rpartition("@")[2] != invitation.domain:
        raise Forbidden(
            "invitation.other_domain",
            f"This invitation is for addresses at {invitation.domain}, and you are {email}.",
            hint=f"Sign in with an address at {invitation.domain}.",
        )
