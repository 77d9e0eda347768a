"""Answers kept for a while, so that a repeated request is answered and not done again."""

from datetime import datetime

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from tenantry.infra.database.models import SecretModel, sealed_as


class Answer(SecretModel):
    """What one request with an Idempotency-Key was answered.

    The secret is made of the actor, the organization, the address and the key together: nobody else can find the row.
    """

    __tablename__ = "http_answers"
    __presented__ = "key_hash"
    __table_args__ = (Index(None, "expires_at"),)

    key_hash: Mapped[bytes] = mapped_column(primary_key=True)
    request_hash: Mapped[bytes]
    sealed: Mapped[bytes] = sealed_as("http.answer:{key_hash}")
    expires_at: Mapped[datetime]
