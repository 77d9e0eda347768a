"""Everything about an installation that can be set from outside, typed, in one place."""

import os
from functools import cached_property
from pathlib import Path
from typing import Any, Literal, Self
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, field_validator, model_validator

from tenantry.core.configuration import SecretWords, SettingsBase, SettingsError, Words, read

__all__ = ["Mode", "Settings", "SettingsError", "SignUp", "default_data_dir", "load_settings"]

Mode = Literal["local", "production"]
SignUp = Literal["open", "invited", "closed"]


def default_data_dir() -> Path:
    """`/var/lib/tenantry` for root, else the user's own data folder (`$XDG_DATA_HOME/tenantry`)."""
    if os.geteuid() == 0:
        return Path("/var/lib/tenantry")
    return Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share") / "tenantry"


class Settings(SettingsBase):
    """How this installation runs."""

    mode: Mode = Field(
        "local",
        description="`local` is for one person's machine. `production` wants its secrets set, and has no shortcuts.",
    )
    host: str = Field("127.0.0.1", description="The address to listen on.")
    port: int = Field(8000, ge=0, le=65535, description="The port to listen on; 0 takes a free one.")
    data_dir: Path = Field(
        default_factory=default_data_dir,
        description="Where the database, files and backups lie. As root: /var/lib/tenantry; else ~/.local/share/tenantry.",
    )
    public_url: str | None = Field(
        None, description="The address people see, such as https://tenantry.example. Unset: http://HOST:PORT."
    )
    sign_up: SignUp = Field(
        "open",
        description="Who may create an account: `open` (anybody), `invited` (with an invitation), `closed` (nobody).",
    )
    products: Words = Field(
        ("pinata",),
        description="The products to mount, with commas between them; others as `my_package.product:product`.",
    )
    secret_keys: SecretWords = Field(
        (),
        description="Keys for sealing and signing, 32 characters or more each, with commas between them. The first seals; all open. "
        "In local mode one is made in the data directory.",
    )

    database_url: SecretStr | None = Field(
        None, description="A PostgreSQL 15 or newer of your own, postgresql://host/database. Unset: the embedded one."
    )
    database_direct_url: SecretStr | None = Field(
        None,
        description="The same database without the pooler in between, needed for LISTEN when DATABASE_URL is a pooler.",
    )
    database_owner_password: SecretStr | None = Field(
        None, description="Password of tenantry_owner, which migrates and backs up."
    )
    database_app_password: SecretStr | None = Field(
        None, description="Password of tenantry_app, which serves requests and jobs."
    )
    database_queue_password: SecretStr | None = Field(
        None, description="Password of tenantry_queue, which claims jobs."
    )
    database_system_password: SecretStr | None = Field(
        None, description="Password of tenantry_system, which crosses organizations, audited."
    )
    database_pool_size: int = Field(10, ge=1, le=200, description="How many database connections one process keeps.")
    backups_kept: int = Field(5, ge=1, description="How many of the backups taken before migrations are kept.")

    redis_url: SecretStr | None = Field(
        None,
        description="A Redis in which all processes count rate limits together, redis://host:6379/0. Unset: each counts its own.",
    )
    storage_url: str | None = Field(
        None,
        description="Where files go: s3://bucket, gs://bucket, az://container. Unset: a folder in the data directory.",
    )
    smtp_url: SecretStr | None = Field(
        None,
        description="The mail server, smtps://user:password@host:465. Unset in local mode: a mailbox at /dev/mail.",
    )
    mail_from: str | None = Field(
        None, description="The sender of our mail, such as Tenantry <hello@tenantry.example>."
    )

    trusted_proxies: Words = Field(
        (),
        description="Addresses or networks of proxies whose X-Forwarded headers are believed, with commas between them.",
    )
    allowed_hosts: Words = Field(
        (),
        description="Host names answered besides that of PUBLIC_URL (and loopback in local mode), with commas between them.",
    )
    cors_origins: Words = Field(
        (),
        description="Pages of other sites that may call the API with a key, never with cookies: https://app.example, with commas.",
    )
    max_body_bytes: int = Field(2_000_000, ge=1000, description="The largest request body, uploads apart, in bytes.")
    log_level: Literal["debug", "info", "warning", "error"] = Field("info", description="The least that is logged.")
    log_format: Literal["auto", "text", "json"] = Field(
        "auto", description="How logs look; `auto` is text on a terminal and JSON elsewhere."
    )
    worker_concurrency: int = Field(4, ge=1, le=100, description="How many jobs one worker runs at once.")
    heavy_processes: int = Field(
        default_factory=lambda: max(1, (os.cpu_count() or 2) - 1),
        ge=1,
        le=256,
        description="How many processes do the heavy work beside the requests. Unset: one less than there are processors.",
    )

    @field_validator("data_dir")
    @classmethod
    def _absolute(cls, value: Path) -> Path:
        return value.expanduser().absolute()

    @field_validator("public_url")
    @classmethod
    def _origin(cls, value: str | None) -> str | None:
        if value is None:
            return None
        url = urlsplit(value)
        if url.scheme not in ("http", "https") or not url.hostname or url.path.strip("/") or url.query:
            raise ValueError("give the scheme and the host alone, such as https://tenantry.example")
        return value.rstrip("/")

    @field_validator("cors_origins")
    @classmethod
    def _origins(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for origin in value:
            url = urlsplit(origin)
            if url.scheme not in ("http", "https") or not url.hostname or f"{url.scheme}://{url.netloc}" != origin:
                raise ValueError(
                    f"give each origin as the scheme and the host alone, https://app.example, not “{origin}”"
                )
        return value

    @field_validator("secret_keys")
    @classmethod
    def _long_enough(cls, value: tuple[SecretStr, ...]) -> tuple[SecretStr, ...]:
        if any(len(key.get_secret_value()) < 32 for key in value):
            raise ValueError("each key needs 32 characters or more; `openssl rand -base64 32` makes one")
        return value

    @model_validator(mode="after")
    def _production_is_complete(self) -> Self:
        wanted = ("secret_keys", "public_url", "smtp_url", "mail_from") if self.mode == "production" else ()
        missing = [self.variables()[name] for name in wanted if not getattr(self, name)]
        if missing:
            raise ValueError(f"production cannot start before these are set: {', '.join(missing)}")
        return self

    @property
    def local(self) -> bool:
        """Whether this is one person's machine."""
        return self.mode == "local"

    @property
    def files_dir(self) -> Path:
        """Where stored files lie when `storage_url` is unset."""
        return self.data_dir / "files"

    @property
    def backups_dir(self) -> Path:
        """Where backups go that are given no other place."""
        return self.data_dir / "backups"

    @cached_property
    def base_url(self) -> str:
        """The address people see, without a slash at the end."""
        return self.public_url or f"http://{f'[{self.host}]' if ':' in self.host else self.host}:{self.port}"


def load_settings(**given: Any) -> Settings:
    """The settings of this process; what is `given` wins over the environment.

    Raises:
        SettingsError: values that cannot be accepted, or a production mode without its secrets; each is named.
    """
    return read(Settings, **given)
