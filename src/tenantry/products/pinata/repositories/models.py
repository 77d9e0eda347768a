"""Tables of repositories and of archives sent to us."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Index
from sqlalchemy.orm import Mapped

from tenantry.sdk import TenantModel, sealed_as, tenant_key


class Repository(TenantModel):
    """Code with a name. `location` is what people see and holds no secret; `credentials` are sealed for this row alone."""

    __tablename__ = "pinata_repositories"
    __table_args__ = (
        tenant_key("pinata_uploads", "upload_id", ondelete="SET NULL"),
        Index(None, "org_id", "created_at", "id"),
        Index(None, "org_id", "upload_id"),
    )

    name: Mapped[str]
    source_kind: Mapped[str]
    location: Mapped[str]
    branch: Mapped[str | None]
    upload_id: Mapped[UUID | None]
    credentials: Mapped[bytes | None] = sealed_as("pinata.repository:{id}")
    known_hosts: Mapped[str]
    languages: Mapped[dict[str, Any]]
    scans: Mapped[int]
    """How many scans were ever started; the number of the last one."""
    created_by: Mapped[UUID | None]
    created_at: Mapped[datetime]


class Upload(TenantModel):
    """An archive on its way to us, or here: `bytes` is what its sender announced."""

    __tablename__ = "pinata_uploads"
    __table_args__ = (Index(None, "org_id", "created_at"),)

    filename: Mapped[str]
    bytes: Mapped[int]
    created_by: Mapped[UUID | None]
    created_at: Mapped[datetime]

    @property
    def file(self) -> str:
        """Its name in the organization's files."""
        return f"pinata/uploads/{self.id}"
