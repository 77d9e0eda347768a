"""Passwords over the wire."""

from pydantic import BaseModel, Field

from tenantry.chassis.identity.passwords.hashing import LONGEST
from tenantry.chassis.identity.verification.schemas import LinkToken


class Forgotten(BaseModel):
    """Whose password is forgotten."""

    email: str = Field(max_length=320, examples=["ada@example.com"])


class PasswordReset(LinkToken):
    """A new password, with the secret from the link."""

    password: str = Field(max_length=LONGEST, json_schema_extra={"format": "password"})


class PasswordChange(BaseModel):
    """A new password, with the present one."""

    current_password: str = Field(max_length=LONGEST, json_schema_extra={"format": "password"})
    password: str = Field(max_length=LONGEST, json_schema_extra={"format": "password"})
