"""What a session has been shown."""

from datetime import datetime

from sqlalchemy import ForeignKeyConstraint
from sqlalchemy.orm import Mapped

from tenantry.infra.database.models import PersonalModel


class Proof(PersonalModel):
    """How a session began, and when its person last showed who they are. Its `id` is the session's, and it goes with it."""

    __tablename__ = "identity_proofs"
    __table_args__ = (
        ForeignKeyConstraint(
            ["user_id", "id"], ["identity_sessions.user_id", "identity_sessions.id"], ondelete="CASCADE"
        ),
    )

    signed_in_by: Mapped[str]
    """`password`, `passkey`, or the provider of another sign-in, such as `google`."""
    method: Mapped[str]
    """What was shown last."""
    at: Mapped[datetime]
