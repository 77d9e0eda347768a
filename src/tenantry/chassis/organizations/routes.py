"""Organizations over HTTP."""

from typing import Annotated

from fastapi import Request

from tenantry.chassis.access import access_of, needs, signed_in
from tenantry.chassis.organizations import actions, queries
from tenantry.chassis.organizations.schemas import (
    OrganizationCard,
    OrganizationChange,
    OrganizationNew,
    OrganizationOut,
)
from tenantry.core.roles import Role
from tenantry.infra.database.scopes import OrgScope, UserScope
from tenantry.infra.http.conditions import Conditional
from tenantry.infra.http.routing import Router

PERMISSIONS = {"organization.read": Role.VIEWER, "organization.write": Role.ADMIN}

router = Router(tags=["organizations"])


@router.post("/orgs", status_code=201)
async def create_organization(
    request: Request, new: OrganizationNew, scope: Annotated[UserScope, signed_in()]
) -> OrganizationCard:
    """Found an organization; you become its owner."""
    inside = await actions.create_organization(scope, access_of(request).permissions, name=new.name, slug=new.slug)
    return OrganizationCard(slug=inside.organization.slug, name=inside.organization.name, role=inside.role.word)


@router.get("/orgs/{org}")
async def get_organization(
    scope: Annotated[OrgScope, needs("organization.read")], conditions: Conditional
) -> OrganizationOut:
    """One organization of yours, with what you may do in it."""
    organization = await queries.organization_out(scope)
    conditions.tag(organization)
    return organization


@router.patch("/orgs/{org}")
async def change_organization(
    change: OrganizationChange, scope: Annotated[OrgScope, needs("organization.write")], conditions: Conditional
) -> OrganizationOut:
    """Rename an organization. Its address stays. `If-Match` with its ETag keeps you from overwriting another's change."""
    conditions.check(await queries.organization_out(scope))
    await actions.rename_organization(scope, change.name)
    scope.session.expire_all()
    organization = await queries.organization_out(scope)
    conditions.tag(organization)
    return organization
