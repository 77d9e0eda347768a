"""Second factors over the wire."""

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, Field, model_validator

Method = Literal["authenticator_app", "recovery_code", "passkey"]
ProofMethod = Literal["password", "authenticator_app", "recovery_code", "passkey"]


class SecondStep(BaseModel):
    """The first factor was right, and a second is wanted: `POST /api/v1/auth/second-factor` within ten minutes."""

    second_factor: list[Method] = Field(description="What can be given, the best first.")
    expires_at: datetime


class Code(BaseModel):
    """A code from the authenticator app, or a recovery code."""

    code: str = Field(min_length=6, max_length=40, examples=["123456"])


class ProofGiven(BaseModel):
    """One of them: the password, or a code from the app or the recovery codes."""

    password: str | None = Field(None, max_length=256, examples=["four unrelated words"])
    code: str | None = Field(None, min_length=6, max_length=40)

    @model_validator(mode="after")
    def _one(self) -> "ProofGiven":
        if (self.password is None) == (self.code is None):
            raise ValueError("Give the password or a code.")
        return self


class Proved(BaseModel):
    """Whether this session may do what needs a recent proof, and how to give one."""

    until: datetime | None = Field(description="Until when; null when a proof is needed now.")
    methods: list[ProofMethod]


class AuthenticatorAppOut(BaseModel):
    """The authenticator app that is set up."""

    confirmed_at: datetime


class SecondFactors(BaseModel):
    """What stands between a stolen password and the account."""

    authenticator_app: AuthenticatorAppOut | None
    passkeys: int
    recovery_codes: int = Field(description="How many are left.")
    password: bool = Field(description="Whether the account has a password.")


class AppSetup(BaseModel):
    """What the authenticator app needs; shown once. It counts when a code confirms it."""

    secret: str = Field(description="For typing in by hand, in base 32.")
    uri: str = Field(description="What the QR code says: `otpauth://totp/…`.")
    qr: str = Field(description="The QR code, as an SVG document.")


class RecoveryCodes(BaseModel):
    """Each lets you in once. They are shown now and never again."""

    recovery_codes: list[str]
