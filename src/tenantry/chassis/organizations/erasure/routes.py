"""The end of an organization over HTTP."""

from typing import Annotated

from fastapi import Request

from tenantry.chassis.access import needs
from tenantry.chassis.organizations.erasure import actions
from tenantry.chassis.organizations.erasure.schemas import Deletion
from tenantry.chassis.organizations.schemas import Confirmation
from tenantry.core.roles import Role
from tenantry.infra.database.scopes import OrgScope
from tenantry.infra.http.routing import Router

PERMISSIONS = {"organization.delete": Role.OWNER}

router = Router(tags=["organizations"])


@router.post("/orgs/{org}/deletion")
async def delete_organization(
    request: Request,
    scope: Annotated[OrgScope, needs("organization.delete", recently_proved=True, session_only=True)],
    confirmation: Confirmation,
) -> Deletion:
    """Delete the organization. It is closed to everybody at once, and 30 days later it is gone for good."""
    return await actions.delete_organization(scope, confirmation.confirm, request.app.state.settings.base_url)


@router.delete("/orgs/{org}/deletion", status_code=204)
async def restore_organization(
    request: Request, scope: Annotated[OrgScope, needs("organization.delete", session_only=True, deleted=True)]
) -> None:
    """Restore an organization that is being deleted, as it was."""
    await actions.restore_organization(scope, request.app.state.settings.base_url)
