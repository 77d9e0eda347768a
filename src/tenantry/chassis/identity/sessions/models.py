"""Tokens that were replaced."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKeyConstraint, Index, UniqueConstraint
from sqlalchemy.orm import Mapped

from tenantry.infra.database.models import PersonalModel


class RetiredToken(PersonalModel):
    """A token that a session had before. It goes with the session."""

    __tablename__ = "identity_retired_tokens"
    __presented__ = "token_hash"
    __table_args__ = (
        UniqueConstraint("token_hash"),
        Index(None, "user_id", "session_id"),
        ForeignKeyConstraint(
            ["user_id", "session_id"], ["identity_sessions.user_id", "identity_sessions.id"], ondelete="CASCADE"
        ),
    )

    session_id: Mapped[UUID]
    token_hash: Mapped[bytes]
    retired_at: Mapped[datetime]
