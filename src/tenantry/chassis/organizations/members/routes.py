"""Members over HTTP."""

from typing import Annotated
from uuid import UUID

from fastapi import Query

from tenantry.chassis.access import needs, signed_in
from tenantry.chassis.organizations import parting
from tenantry.chassis.organizations.live import summary
from tenantry.chassis.organizations.members import actions, queries
from tenantry.chassis.organizations.members.schemas import MemberChange, MemberCounts, MemberOut
from tenantry.chassis.organizations.schemas import Confirmation, RoleWord
from tenantry.core.pages import Page
from tenantry.core.roles import Role
from tenantry.infra.database.scopes import OrgScope, UserScope
from tenantry.infra.http.paging import Paging
from tenantry.infra.http.routing import Router

PERMISSIONS = {
    "organization.members.read": Role.VIEWER,
    "organization.members.write": Role.ADMIN,
    "organization.ownership.write": Role.OWNER,
}

Reader = Annotated[OrgScope, needs("organization.members.read")]
Writer = Annotated[OrgScope, needs("organization.members.write")]

router = Router(tags=["members"])


@router.get("/orgs/{org}/members")
async def list_members(
    scope: Reader,
    asked: Paging,
    q: Annotated[str, Query(max_length=200, description="Part of a name or an e-mail address.")] = "",
    role: RoleWord | None = None,
) -> Page[MemberOut]:
    """Who belongs to the organization, by name."""
    return await queries.list_members(scope, asked, q, role)


@router.get("/orgs/{org}/members/summary")
async def get_summary(scope: Reader) -> MemberCounts:
    """How many members and invitations there are."""
    return await summary(scope)


@router.get("/orgs/{org}/members/{member_id}")
async def get_member(scope: Reader, member_id: UUID) -> MemberOut:
    """One member."""
    return await queries.member_out(scope, member_id)


@router.patch("/orgs/{org}/members/{member_id}")
async def change_member(scope: Writer, member_id: UUID, change: MemberChange) -> MemberOut:
    """Give a member another role: none above your own, and nobody above you. The last owner stays one (409)."""
    await parting.change_role(scope, member_id, Role.of(change.role))
    return await queries.member_out(scope, member_id)


@router.delete("/orgs/{org}/members/{member_id}", status_code=204)
async def remove_member(scope: Writer, member_id: UUID) -> None:
    """Remove a member. They lose access at once, wherever they are signed in. The last owner stays (409)."""
    await parting.remove_member(scope, member_id)


@router.post("/orgs/{org}/members/{member_id}/ownership")
async def transfer_ownership(
    scope: Annotated[OrgScope, needs("organization.ownership.write", session_only=True)],
    member_id: UUID,
    confirmation: Confirmation,
) -> MemberOut:
    """Hand your ownership over: the member becomes an owner, and you an admin."""
    await actions.transfer_ownership(scope, member_id, confirmation.confirm)
    return await queries.member_out(scope, member_id)


@router.delete("/me/organizations/{organization_id}", status_code=204, tags=["me"])
async def leave_organization(scope: Annotated[UserScope, signed_in()], organization_id: UUID) -> None:
    """Leave an organization. Its last owner stays (409)."""
    await parting.leave(await queries.enter_own(scope, organization_id))
