"""Tables of second factors, and of sign-ins that still wait for one."""

from datetime import datetime

from sqlalchemy import Index, UniqueConstraint
from sqlalchemy.orm import Mapped

from tenantry.infra.database.models import PersonalModel, sealed_as


class AuthenticatorApp(PersonalModel):
    """The secret that a person's authenticator app shares with us (RFC 6238). Until a code has confirmed it, it counts for nothing."""

    __tablename__ = "identity_authenticator_apps"
    __table_args__ = (UniqueConstraint("user_id"),)

    sealed: Mapped[bytes] = sealed_as("identity.authenticator_app:{user_id}")
    created_at: Mapped[datetime]
    confirmed_at: Mapped[datetime | None]
    last_step: Mapped[int]
    """The time step of the last code that was accepted: none is accepted twice."""


class RecoveryCode(PersonalModel):
    """One way in for the day everything else is lost. Using it is deleting it."""

    __tablename__ = "identity_recovery_codes"
    __table_args__ = (UniqueConstraint("user_id", "signature"),)

    signature: Mapped[str]
    """HMAC of the code under the installation's own key: a stolen table alone cannot be searched for codes."""
    created_at: Mapped[datetime]


class PendingSignIn(PersonalModel):
    """Somebody who gave the first factor and still owes the second. Whoever presents its token may do that and nothing else."""

    __tablename__ = "identity_pending_sign_ins"
    __presented__ = "token_hash"
    __table_args__ = (UniqueConstraint("token_hash"), Index(None, "expires_at"))

    token_hash: Mapped[bytes]
    first: Mapped[str]
    """How they began: `password`, or a provider."""
    attempts: Mapped[int]
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
