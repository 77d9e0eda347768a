"""How an organization's people sign in, over the wire."""

import re
from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr

JoinRole = Literal["viewer", "member", "admin"]
_DOMAIN = re.compile(r"(?=.{4,253}$)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}")


def _domain(value: str) -> str:
    try:
        plain = value.strip().rstrip(".").encode("idna").decode().lower()
    except UnicodeError:
        plain = ""
    if not _DOMAIN.fullmatch(plain):
        raise ValueError("Give a domain such as example.com.")
    return plain


class SignInChange(BaseModel):
    """What may be required. A second factor can be required only by somebody who has one."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"second_factor_required": False}]})

    second_factor_required: bool | None = None
    single_sign_on_required: bool | None = None


class ConnectionNew(BaseModel):
    """An issuer of OpenID Connect. Leave the secret out to keep the one that is stored."""

    issuer: str = Field(max_length=500, pattern=r"^https?://[^\s?#]+$", examples=["https://login.example.com"])
    client_id: str = Field(min_length=1, max_length=300, examples=["tenantry"])
    client_secret: SecretStr | None = Field(None, max_length=1000)
    joins: bool = Field(True, description="Whether somebody new who comes from there becomes a member.")
    role: JoinRole = Field("member", description="As what they do.")


class ConnectionOut(BaseModel):
    """The issuer that is connected; its secret is never shown."""

    issuer: str
    client_id: str
    joins: bool
    role: JoinRole
    created_at: datetime


class SignInOut(BaseModel):
    """How the organization's people sign in."""

    second_factor_required: bool
    single_sign_on_required: bool = Field(
        description="Whether members with an address of a verified domain must come by single sign-on; owners need not."
    )
    connection: ConnectionOut | None
    redirect_uri: str = Field(description="What to register at the issuer, exactly.")


class DomainNew(BaseModel):
    """A domain of e-mail addresses."""

    domain: Annotated[str, Field(max_length=300, examples=["example.com"]), AfterValidator(_domain)]


class DomainOut(BaseModel):
    """A domain, and the TXT record that shows whose it is."""

    id: UUID
    domain: str
    record_name: str = Field(examples=["_tenantry.example.com"])
    record_value: str = Field(examples=["tenantry-verification=…"])
    verified_at: datetime | None
    created_at: datetime


class DomainList(BaseModel):
    """The organization's domains, by name."""

    items: list[DomainOut]


class AddressGiven(BaseModel):
    """An e-mail address, and where to go after signing in."""

    email: str = Field(max_length=320, examples=["ada@example.com"])
    next: str = Field("", max_length=500)


class Discovered(BaseModel):
    """Whose single sign-on an address belongs to, by its domain alone: whether there is such an account isn't told."""

    organization: str | None = Field(
        description="The organization's name; null where the domain has no single sign-on."
    )
