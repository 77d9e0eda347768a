"""Tables of how an organization's people sign in. (What is required stands in the directory, where each request looks first.)"""

import hashlib
from datetime import datetime

from sqlalchemy import Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped

from tenantry.infra.database.models import TenantModel, sealed_as


class Connection(TenantModel):
    """The organization's own issuer of OpenID Connect. There is one at most."""

    __tablename__ = "organizations_connections"
    __table_args__ = (UniqueConstraint("org_id"),)

    issuer: Mapped[str]
    client_id: Mapped[str]
    sealed_secret: Mapped[bytes] = sealed_as("organizations.connection:{org_id}")
    joins: Mapped[bool]
    """Whether somebody who comes from there and is no member yet becomes one."""
    role: Mapped[str]
    created_at: Mapped[datetime]


class EmailDomain(TenantModel):
    """A domain of e-mail addresses, the organization's own once its TXT record has shown it. Before anybody is known it is found by
    the hash of its name."""

    __tablename__ = "organizations_email_domains"
    __presented__ = "domain_hash"
    __table_args__ = (
        UniqueConstraint("org_id", "domain"),
        Index(None, "domain_hash", unique=True, postgresql_where=text("verified_at IS NOT NULL")),
    )

    domain: Mapped[str]
    domain_hash: Mapped[bytes]
    token: Mapped[str]
    verified_at: Mapped[datetime | None]
    created_at: Mapped[datetime]


def domain_hash(domain: str) -> bytes:
    """By what the organization of a domain is found."""
    return hashlib.sha256(b"domain\0" + domain.encode()).digest()
