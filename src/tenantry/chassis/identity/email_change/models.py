"""Changes of address that wait to be confirmed."""

from datetime import datetime

from sqlalchemy import Index, UniqueConstraint
from sqlalchemy.orm import Mapped

from tenantry.infra.database.models import PersonalModel


class EmailChange(PersonalModel):
    """The address somebody wants to have, and where it was confirmed."""

    __tablename__ = "identity_email_changes"
    __table_args__ = (UniqueConstraint("user_id"), Index(None, "expires_at"))

    email: Mapped[str]
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    confirmed_old_at: Mapped[datetime | None]
    confirmed_new_at: Mapped[datetime | None]
