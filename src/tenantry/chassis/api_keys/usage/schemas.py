"""Usage over the wire."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import BaseModel, Field

Granularity = Literal["day", "week", "month"]


class Counted(BaseModel):
    """Requests of some kind in the period."""

    requests: int
    errors: int = Field(description="Those answered with 400 or above.")
    mean_ms: float | None = Field(description="How long they took on average, in milliseconds; null without requests.")
    p95_ms: float | None = Field(description="What 95 % of them stayed below, to the width of a bucket.")


class EndpointUsage(Counted):
    """One endpoint."""

    operation: str = Field(description="Its `operationId` in the OpenAPI document.")
    method: str
    path: str | None = Field(description="Its address, with parameters in braces; null for an operation that is gone.")


class StatusUsage(BaseModel):
    """How often one status was answered."""

    status: int
    requests: int


class KeyUsage(Counted):
    """One key."""

    id: UUID
    name: str | None


class UsageOut(Counted):
    """What keys were used for between `since` and `until`."""

    since: datetime
    until: datetime
    endpoints: list[EndpointUsage] = Field(description="The busiest 100, the busiest first.")
    statuses: list[StatusUsage]


class OrganizationUsage(UsageOut):
    """What all keys of the organization were used for."""

    keys: list[KeyUsage] = Field(description="The busiest 100, the busiest first.")


class Moment(Counted):
    """One day, week (from Monday) or month, in UTC."""

    start: datetime


class UsageHistory(BaseModel):
    """Usage over time; a stretch without requests is there too, with zeros."""

    granularity: Granularity
    items: list[Moment]
