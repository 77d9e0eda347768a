"""Usage over HTTP."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import Query, Request
from pydantic import AwareDatetime

from tenantry.chassis.access import needs
from tenantry.chassis.api_keys.queries import find_key
from tenantry.chassis.api_keys.usage import queries
from tenantry.chassis.api_keys.usage.schemas import Granularity, OrganizationUsage, UsageHistory, UsageOut
from tenantry.infra.database.scopes import OrgScope
from tenantry.infra.http.routing import Router

Reader = Annotated[OrgScope, needs("api_keys.read")]
Since = Annotated[AwareDatetime | None, Query(description="From this moment on. Left out: 30 days before the end.")]
Until = Annotated[AwareDatetime | None, Query(description="Before this moment. Left out: now.")]
Stretch = Annotated[Granularity, Query(description="How long each stretch is, in UTC; weeks begin on Monday.")]

router = Router(tags=["api_keys"])


@router.get("/orgs/{org}/api-keys/{key_id}/usage")
async def get_key_usage(
    request: Request, scope: Reader, key_id: UUID, since: Since = None, until: Until = None
) -> UsageOut:
    """What one key was used for: endpoints, statuses, and how long answers took."""
    await find_key(scope, key_id, revoked=True)
    asked = _period(scope, since, until)
    return await queries.usage_of(scope, asked, _paths(request.app), key_id)


@router.get("/orgs/{org}/api-keys/{key_id}/usage/history")
async def get_key_usage_history(
    scope: Reader, key_id: UUID, granularity: Stretch = "day", since: Since = None, until: Until = None
) -> UsageHistory:
    """How much one key was used over time."""
    await find_key(scope, key_id, revoked=True)
    return await queries.usage_history(scope, _period(scope, since, until), granularity, key_id)


@router.get("/orgs/{org}/usage")
async def get_usage(request: Request, scope: Reader, since: Since = None, until: Until = None) -> OrganizationUsage:
    """What all API keys to the organization were used for."""
    return await queries.organization_usage(scope, _period(scope, since, until), _paths(request.app))


@router.get("/orgs/{org}/usage/history")
async def get_usage_history(
    scope: Reader, granularity: Stretch = "day", since: Since = None, until: Until = None
) -> UsageHistory:
    """How much all API keys to the organization were used over time."""
    return await queries.usage_history(scope, _period(scope, since, until), granularity)


def _period(scope: OrgScope, since: datetime | None, until: datetime | None) -> queries.Period:
    return queries.period(scope, since, until)


def _paths(app: Any) -> dict[str, str]:
    """From operations to their addresses; made once, from the OpenAPI document."""
    if not hasattr(app.state, "paths_of_operations"):
        app.state.paths_of_operations = {
            operation["operationId"]: path
            for path, methods in app.openapi()["paths"].items()
            for operation in methods.values()
        }
    paths: dict[str, str] = app.state.paths_of_operations
    return paths
