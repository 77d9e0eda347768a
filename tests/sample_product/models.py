"""The table of notes."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Index
from sqlalchemy.orm import Mapped

from tenantry.sdk import TenantModel


class Note(TenantModel):
    """Something worth remembering."""

    __tablename__ = "notes_notes"
    __table_args__ = (Index(None, "org_id", "created_at", "id"),)

    title: Mapped[str]
    body: Mapped[str]
    words: Mapped[int | None]
    created_by: Mapped[UUID | None]
    created_at: Mapped[datetime]
