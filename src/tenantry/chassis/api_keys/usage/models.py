"""The table of usage."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, Index, UniqueConstraint
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from tenantry.infra.database.models import TenantModel


class Usage(TenantModel):
    """How often, in one hour, a key called one operation and was answered with one status; how long that took.

    `buckets` counts the calls by duration, as `usage.durations` cuts them.
    """

    __tablename__ = "api_keys_usage"
    __table_args__ = (
        UniqueConstraint("org_id", "key_id", "hour", "operation", "method", "status"),
        Index(None, "org_id", "hour"),
    )

    key_id: Mapped[UUID]
    hour: Mapped[datetime]
    operation: Mapped[str]
    method: Mapped[str]
    status: Mapped[int]
    count: Mapped[int]
    total_ms: Mapped[int]
    buckets: Mapped[list[int]] = mapped_column(ARRAY(BigInteger))
