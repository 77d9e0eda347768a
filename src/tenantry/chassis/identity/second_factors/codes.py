"""Codes: those of an authenticator app, and those kept for the day it is lost."""

import hmac
import re
import secrets
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import pyotp

from tenantry.infra.secrets import Sealer, Signer

STEP_SECONDS = 30
DRIFT = 1
"""How many steps a telephone's clock may be off, either way (RFC 6238 §5.2)."""

RECOVERY_CODES = 10
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
_APP_CODE = re.compile(r"[0-9]{6}")


class CodeKeys:
    """Seals the secrets of authenticator apps and signs recovery codes, each bound to its person."""

    def __init__(self, keys: Sequence[bytes]) -> None:
        self._sealer = Sealer(keys)
        self._signer = Signer(keys, "recovery code")

    def seal(self, user_id: UUID, secret: str) -> bytes:
        """The secret as it is stored."""
        return self._sealer.seal(secret.encode(), f"identity.authenticator_app:{user_id}")

    def open(self, user_id: UUID, sealed: bytes) -> str:
        """The secret, in base 32.

        Raises:
            SealBrokenError: it is another person's, or the key that sealed it is gone.
        """
        return self._sealer.open(sealed, f"identity.authenticator_app:{user_id}").decode()

    def sign(self, user_id: UUID, code: str) -> str:
        """A recovery code as it is stored."""
        return self._signer.sign(f"{user_id}:{plain(code)}")

    def is_code(self, user_id: UUID, code: str, signature: str) -> bool:
        """Whether this is the recovery code that was signed."""
        return self._signer.verify(f"{user_id}:{plain(code)}", signature)


def plain(code: str) -> str:
    """The code without the spaces and dashes that make it readable, in small letters."""
    return re.sub(r"[\s-]", "", code).lower()


def is_app_code(code: str) -> bool:
    """Whether it has the form of an app's code: six digits."""
    return _APP_CODE.fullmatch(plain(code)) is not None


def new_secret() -> str:
    """160 random bits in base 32, as RFC 4226 wants them."""
    return pyotp.random_base32()


def provisioning_uri(secret: str, account: str, issuer: str) -> str:
    """What the QR code says: `otpauth://totp/…`."""
    return pyotp.TOTP(secret).provisioning_uri(name=account, issuer_name=issuer)


def matching_step(secret: str, code: str, at: datetime) -> int | None:
    """The time step this code belongs to, if it is one of those near the present moment."""
    totp = pyotp.TOTP(secret, interval=STEP_SECONDS)
    now, given, found = int(at.timestamp()) // STEP_SECONDS, plain(code), None
    for step in range(now - DRIFT, now + DRIFT + 1):
        if hmac.compare_digest(totp.generate_otp(step), given):
            found = step
    return found


def new_recovery_codes() -> list[str]:
    """Ten codes such as `k7m3p-x9w2q`, of 49 random bits each; they are guessed at only a few times an hour."""
    return [
        "-".join("".join(secrets.choice(_LETTERS) for _ in range(5)) for _ in range(2)) for _ in range(RECOVERY_CODES)
    ]
