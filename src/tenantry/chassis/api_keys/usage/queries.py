"""What can be asked about usage."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, func, literal_column, select

from tenantry.chassis.api_keys.models import ApiKey
from tenantry.chassis.api_keys.usage.durations import BUCKETS, percentile
from tenantry.chassis.api_keys.usage.models import Usage
from tenantry.chassis.api_keys.usage.schemas import (
    Counted,
    EndpointUsage,
    Granularity,
    KeyUsage,
    Moment,
    OrganizationUsage,
    StatusUsage,
    UsageHistory,
    UsageOut,
)
from tenantry.core.errors import Invalid
from tenantry.infra.database.scopes import OrgScope

DEFAULT_DAYS = 30
MOST_MOMENTS = 400
BUSIEST = 100
EARLIEST, LATEST = datetime(2000, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Period:
    """From `since` until before `until`."""

    since: datetime
    until: datetime


def period(scope: OrgScope, since: datetime | None, until: datetime | None) -> Period:
    """The last 30 days, unless it is said otherwise.

    Raises:
        Invalid: `usage.period`, it ends before it begins, or lies in another century.
    """
    until = until or scope.now()
    if not EARLIEST < until < LATEST:
        raise _no_period("until", "Choose an end between 2000 and 2200.")
    since = since or until - timedelta(days=DEFAULT_DAYS)
    if not EARLIEST <= since < until:
        raise _no_period("since", "Choose a beginning before the end, and after 2000.")
    return Period(since.astimezone(UTC), until.astimezone(UTC))


def _no_period(field: str, message: str) -> Invalid:
    return Invalid("usage.period", message, errors=[{"field": field, "message": message}])


async def usage_of(scope: OrgScope, asked: Period, paths: Mapping[str, str], key_id: UUID | None = None) -> UsageOut:
    """What one key, or all of the organization's, was used for. `paths` leads from operations to addresses."""
    (total,) = await _counted(scope, asked, key_id)
    endpoints = await _counted(scope, asked, key_id, Usage.operation, Usage.method)
    statuses = await _counted(scope, asked, key_id, Usage.status)
    return UsageOut(
        since=asked.since,
        until=asked.until,
        **_figures(total),
        endpoints=[
            EndpointUsage(operation=row.operation, method=row.method, path=paths.get(row.operation), **_figures(row))
            for row in endpoints[:BUSIEST]
        ],
        statuses=sorted((StatusUsage(status=r.status, requests=r.requests) for r in statuses), key=lambda s: s.status),
    )


async def organization_usage(scope: OrgScope, asked: Period, paths: Mapping[str, str]) -> OrganizationUsage:
    """What all keys of the organization were used for, key by key."""
    keys = (await _counted(scope, asked, None, Usage.key_id))[:BUSIEST]
    found = select(ApiKey.id, ApiKey.name).where(ApiKey.org_id == scope.org_id, ApiKey.id.in_(r.key_id for r in keys))
    names = {row.id: row.name for row in await scope.session.execute(found)}
    used = await usage_of(scope, asked, paths)
    return OrganizationUsage(
        **used.model_dump(),
        keys=[KeyUsage(id=row.key_id, name=names.get(row.key_id), **_figures(row)) for row in keys],
    )


async def usage_history(
    scope: OrgScope, asked: Period, granularity: Granularity, key_id: UUID | None = None
) -> UsageHistory:
    """The same over time, with nothing left out.

    Raises:
        Invalid: `usage.period`, more than 400 moments.
    """
    starts = list(_starts(asked, granularity))
    if len(starts) > MOST_MOMENTS:
        raise _no_period(
            "since", f"That is more than {MOST_MOMENTS} of them; choose a later beginning, or weeks or months."
        )
    start = func.date_trunc(literal_column(f"'{granularity}'"), Usage.hour, literal_column("'UTC'")).label("start")
    whole = Period(starts[0], asked.until)
    rows = {row.start.astimezone(UTC): row for row in await _counted(scope, whole, key_id, start)}
    nothing = Counted(requests=0, errors=0, mean_ms=None, p95_ms=None).model_dump()
    items = [Moment(start=at, **(_figures(rows[at]) if at in rows else nothing)) for at in starts]
    return UsageHistory(granularity=granularity, items=items)


def _starts(asked: Period, granularity: Granularity) -> list[datetime]:
    """The beginning of every day, week or month that the period touches."""
    at = asked.since.replace(hour=0, minute=0, second=0, microsecond=0)
    if granularity == "week":
        at -= timedelta(days=at.weekday())
    if granularity == "month":
        at = at.replace(day=1)
    found: list[datetime] = []
    while at < asked.until and len(found) <= MOST_MOMENTS:
        found.append(at)
        if granularity == "month":
            at = (at + timedelta(days=32)).replace(day=1)
        else:
            at += timedelta(days=1 if granularity == "day" else 7)
    return found


async def _counted(scope: OrgScope, asked: Period, key_id: UUID | None, *by: Any) -> list[Any]:
    """Sums by these columns, the largest first. The hour in which the period begins counts whole."""
    requests = func.coalesce(func.sum(Usage.count), 0).label("requests")
    statement = select(
        *by,
        requests,
        func.coalesce(func.sum(Usage.count).filter(Usage.status >= 400), 0).label("errors"),
        func.coalesce(func.sum(Usage.total_ms), 0).label("total_ms"),
        *(func.coalesce(func.sum(Usage.buckets[n]), 0).label(f"bucket_{n}") for n in range(1, BUCKETS + 1)),
    ).where(*_within(scope, asked, key_id))
    if by:
        statement = statement.group_by(*by).order_by(requests.desc(), *by)
    return list((await scope.session.execute(statement)).all())


def _within(scope: OrgScope, asked: Period, key_id: UUID | None) -> list[ColumnElement[bool]]:
    since = asked.since.replace(minute=0, second=0, microsecond=0)
    found = [Usage.org_id == scope.org_id, Usage.hour >= since, Usage.hour < asked.until]
    return [*found, Usage.key_id == key_id] if key_id else found


def _figures(row: Any) -> dict[str, Any]:
    requests = int(row.requests)
    buckets = [int(getattr(row, f"bucket_{n}")) for n in range(1, BUCKETS + 1)]
    return {
        "requests": requests,
        "errors": int(row.errors),
        "mean_ms": round(int(row.total_ms) / requests, 1) if requests else None,
        "p95_ms": percentile(buckets, 0.95),
    }
