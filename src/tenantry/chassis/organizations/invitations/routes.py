"""Invitations over HTTP."""

from typing import Annotated
from uuid import UUID

from fastapi import Request

from tenantry.chassis.access import Visitor, needs, signed_in, stranger
from tenantry.chassis.access.entrance import secret_hash
from tenantry.chassis.organizations.directory.queries import entry_of
from tenantry.chassis.organizations.invitations import actions, queries
from tenantry.chassis.organizations.invitations.acceptance import accept
from tenantry.chassis.organizations.invitations.actions import Inviting
from tenantry.chassis.organizations.invitations.schemas import (
    InvitationMade,
    InvitationOut,
    InvitationSeen,
    InvitationsNew,
    InvitationToken,
    LinkNew,
)
from tenantry.chassis.organizations.members.queries import card_of
from tenantry.chassis.organizations.schemas import OrganizationCard
from tenantry.core.pages import Page
from tenantry.core.roles import Role
from tenantry.infra.database.scopes import OrgScope, UserScope
from tenantry.infra.http.paging import Paging
from tenantry.infra.http.routing import Router

PERMISSIONS = {"organization.invitations.read": Role.ADMIN, "organization.invitations.write": Role.ADMIN}

Reader = Annotated[OrgScope, needs("organization.invitations.read")]
Writer = Annotated[OrgScope, needs("organization.invitations.write")]

router = Router(tags=["members"])


def _inviting(request: Request) -> Inviting:
    return Inviting(request.app.state.limiter, request.app.state.settings.base_url)


@router.get("/orgs/{org}/invitations")
async def list_invitations(scope: Reader, asked: Paging) -> Page[InvitationOut]:
    """Invitations that wait to be used, or have expired, the latest first."""
    return await queries.list_invitations(scope, asked)


@router.post("/orgs/{org}/invitations", status_code=201)
async def invite(request: Request, scope: Writer, new: InvitationsNew) -> Page[InvitationOut]:
    """Invite people by mail: all of them, or none and errors that name each place. Who was invited before gets a new link.

    Each is good for that address alone, and once. Whether an address has an account is not told.
    """
    made = await actions.invite(scope, _inviting(request), new)
    return Page(items=[await queries.invitation_out(scope, invitation_id) for invitation_id in made])


@router.post("/orgs/{org}/invitations/links", status_code=201)
async def make_link(request: Request, scope: Writer, new: LinkNew) -> InvitationMade:
    """Make a link to be handed on, for as many people as you say. It is told here and never again."""
    invitation_id, link = await actions.make_link(scope, _inviting(request), new)
    return InvitationMade(**dict(await queries.invitation_out(scope, invitation_id)), link=link)


@router.post("/orgs/{org}/invitations/{invitation_id}/resend")
async def resend_invitation(request: Request, scope: Writer, invitation_id: UUID) -> InvitationMade:
    """Send it again, or make a new link in place of the old one. Its time begins anew."""
    link = await actions.resend(scope, _inviting(request), invitation_id)
    return InvitationMade(**dict(await queries.invitation_out(scope, invitation_id)), link=link)


@router.delete("/orgs/{org}/invitations/{invitation_id}", status_code=204)
async def revoke_invitation(scope: Writer, invitation_id: UUID) -> None:
    """Take it back: its link ends at once."""
    await actions.revoke(scope, invitation_id)


@router.post("/auth/invitation", tags=["auth"])
async def see_invitation(visitor: Annotated[Visitor, stranger()], given: InvitationToken) -> InvitationSeen:
    """What an invitation is to, for whoever holds its link."""
    async with visitor.database.presented_scope(secret_hash(given.token), read_only=True) as scope:
        return await queries.seen(scope, given.token)


@router.post("/me/invitations", tags=["me"])
async def accept_invitation(
    request: Request, scope: Annotated[UserScope, signed_in()], given: InvitationToken
) -> OrganizationCard:
    """Join the organization that an invitation is to. Who is a member already is answered alike, and nothing is used up."""
    inside = await accept(scope, given.token)
    return card_of(await entry_of(inside), inside.role.word)
