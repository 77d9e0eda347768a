"""The audit log over HTTP."""

from typing import Annotated
from uuid import UUID

from fastapi import Query, Request
from starlette.responses import StreamingResponse

from tenantry.chassis.access import needs, signed_in
from tenantry.chassis.audit import queries
from tenantry.chassis.audit.actions import record
from tenantry.chassis.audit.export import exported
from tenantry.chassis.audit.schemas import EntryOut, ExportFormat, Filters
from tenantry.core.pages import Page
from tenantry.core.roles import Role
from tenantry.infra.database.scopes import OrgScope, UserScope
from tenantry.infra.http.paging import Paging
from tenantry.infra.http.rates import rated
from tenantry.infra.http.routing import Router

PERMISSIONS = {"audit.read": Role.ADMIN, "audit.export": Role.ADMIN}

router = Router(tags=["audit"])


@router.get("/orgs/{org}/audit")
async def list_entries(
    scope: Annotated[OrgScope, needs("audit.read")], filters: Filters, asked: Paging
) -> Page[EntryOut]:
    """What was done in the organization, the newest first."""
    return await queries.list_entries(scope, filters, asked)


@router.get("/orgs/{org}/audit/export", response_class=StreamingResponse)
@rated("reports")
async def export_entries(
    request: Request,
    scope: Annotated[OrgScope, needs("audit.export")],
    filters: Filters,
    format: Annotated[ExportFormat, Query(description="`csv`, or `jsonl`: one JSON object a line.")] = "csv",
) -> StreamingResponse:
    """The same rows as an attachment, however many they are. That it was exported stands in the log too."""
    now = scope.now()
    # What is added from now on is not in it.
    frozen = filters.model_copy(update={"until": min(filters.until or now, now)})
    chosen = filters.model_dump(mode="json", exclude_none=True)
    await record(scope, "audit.exported", after={"format": format, **chosen})
    name = f"{scope.organization.slug}-audit-{now:%Y-%m-%d}.{format}"
    return StreamingResponse(
        exported(request.app.state.database, scope, frozen, format),
        media_type="text/csv; charset=utf-8" if format == "csv" else "application/jsonl",
        headers={
            "Content-Disposition": f'attachment; filename="{name}"',
            "Cache-Control": "private, no-store",
            "X-Content-Type-Options": "nosniff",
        },
    )


@router.get("/orgs/{org}/audit/{entry_id}")
async def get_entry(scope: Annotated[OrgScope, needs("audit.read")], entry_id: UUID) -> EntryOut:
    """One thing that was done."""
    return await queries.get_entry(scope, entry_id)


@router.get("/me/audit", tags=["me"])
async def list_own_entries(scope: Annotated[UserScope, signed_in()], filters: Filters, asked: Paging) -> Page[EntryOut]:
    """Your own sign-ins and changes, and what was tried on your account, the newest first."""
    return await queries.list_entries(scope, filters, asked)
