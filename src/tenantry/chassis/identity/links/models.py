"""Links that are on their way."""

from datetime import datetime

from sqlalchemy import Index, UniqueConstraint
from sqlalchemy.orm import Mapped

from tenantry.infra.database.models import PersonalModel


class Link(PersonalModel):
    """One link, found by presenting its secret's hash. Using it is deleting it."""

    __tablename__ = "identity_links"
    __presented__ = "token_hash"
    __table_args__ = (UniqueConstraint("token_hash"), Index(None, "user_id", "purpose"), Index(None, "expires_at"))

    token_hash: Mapped[bytes]
    purpose: Mapped[str]
    email: Mapped[str]
    """The mailbox it was sent to."""
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
