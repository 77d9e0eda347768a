"""Organizations over HTTP: those of the person who asks, and each one itself."""

from typing import Annotated

from fastapi import Request

from tenantry.chassis.access import access_of, needs, signed_in
from tenantry.chassis.organizations.directory.actions import move, rename
from tenantry.chassis.organizations.directory.queries import entry_of
from tenantry.chassis.organizations.directory.schemas import OrganizationChange, OrganizationNew
from tenantry.chassis.organizations.erasure import routes as erasure
from tenantry.chassis.organizations.founding import create_organization as found
from tenantry.chassis.organizations.invitations import routes as invitations
from tenantry.chassis.organizations.members import routes as members
from tenantry.chassis.organizations.members.queries import card_of, organization_out, own_organizations
from tenantry.chassis.organizations.schemas import OrganizationCard, OrganizationOut
from tenantry.chassis.organizations.sign_in import routes as sign_in
from tenantry.core.pages import Page
from tenantry.core.roles import Role
from tenantry.infra.database.scopes import OrgScope, UserScope
from tenantry.infra.http.conditions import Conditional
from tenantry.infra.http.routing import Router
from tenantry.infra.rate_limits import Rate

PERMISSIONS = {
    "organization.read": Role.VIEWER,
    "organization.write": Role.ADMIN,
    **members.PERMISSIONS,
    **invitations.PERMISSIONS,
    **erasure.PERMISSIONS,
    **sign_in.PERMISSIONS,
}

MOVES = Rate.of("addresses", "10/day")
"""Each move keeps an address from everybody else, so nobody collects them."""

router = Router(tags=["organizations"])


@router.post("/orgs", status_code=201)
async def create_organization(
    request: Request, new: OrganizationNew, scope: Annotated[UserScope, signed_in()]
) -> OrganizationCard:
    """Found an organization; you become its owner."""
    inside = await found(scope, access_of(request).permissions, name=new.name, slug=new.slug)
    return card_of(await entry_of(inside), inside.role.word)


@router.get("/me/organizations", tags=["me"])
async def list_own_organizations(scope: Annotated[UserScope, signed_in()]) -> Page[OrganizationCard]:
    """Where you are a member, in the order in which you joined: all of them, on one page."""
    return Page(items=await own_organizations(scope))


@router.get("/orgs/{org}")
async def get_organization(
    scope: Annotated[OrgScope, needs("organization.read")], conditions: Conditional
) -> OrganizationOut:
    """One organization of yours, with what you may do in it. At an address that it had before you are redirected (308)."""
    organization = await organization_out(scope)
    conditions.tag(organization)
    return organization


@router.patch("/orgs/{org}")
async def change_organization(
    request: Request,
    change: OrganizationChange,
    scope: Annotated[OrgScope, needs("organization.write")],
    conditions: Conditional,
) -> OrganizationOut:
    """Give an organization another name or address. The old address leads to the new one, and nobody else can take it.

    `If-Match` with its ETag keeps you from overwriting another's change.
    """
    conditions.check(await organization_out(scope))
    if change.name is not None:
        await rename(scope, change.name)
    if change.slug is not None:
        await request.app.state.limiter.require(MOVES, str(scope.org_id))
        await move(scope, change.slug)
    organization = await organization_out(scope)
    conditions.tag(organization)
    return organization


router.include_router(members.router)
router.include_router(invitations.router)
router.include_router(erasure.router)
router.include_router(sign_in.router)
