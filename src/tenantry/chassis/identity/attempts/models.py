"""Attempts to sign in that failed."""

from datetime import datetime

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from tenantry.infra.database.models import SecretModel


class Attempts(SecretModel):
    """How often somebody failed; found by whoever tries again. Succeeding deletes it."""

    __tablename__ = "identity_attempts"
    __presented__ = "key_hash"
    __table_args__ = (Index(None, "expires_at"),)

    key_hash: Mapped[bytes] = mapped_column(primary_key=True)
    failures: Mapped[int]
    wait_until: Mapped[datetime]
    expires_at: Mapped[datetime]
