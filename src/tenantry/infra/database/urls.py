"""Where the database is, for each role."""

from dataclasses import dataclass, field
from urllib.parse import unquote, urlsplit

from psycopg.conninfo import conninfo_to_dict, make_conninfo
from sqlalchemy import URL

from tenantry.core.settings import Settings, SettingsError
from tenantry.infra.database.roles import APP, OWNER, QUEUE, ROLES, SYSTEM, RoleName


@dataclass(frozen=True)
class DatabaseUrls:
    """One database, reachable as any of the roles; `direct` reaches it without a pooler, where there is one."""

    conninfo: str
    passwords: dict[RoleName, str] = field(repr=False)
    direct: str | None = None

    def of(self, role: RoleName, *, direct: bool = False) -> str:
        """libpq's connection string for a role."""
        base = self.direct if direct and self.direct else self.conninfo
        return make_conninfo(base, user=role, password=self.passwords[role])

    def sqlalchemy(self, role: RoleName, *, direct: bool = False) -> URL:
        """SQLAlchemy's address for a role, for psycopg."""
        parts = {key: str(value) for key, value in conninfo_to_dict(self.of(role, direct=direct)).items()}
        return URL.create(
            "postgresql+psycopg",
            username=parts.pop("user"),
            password=parts.pop("password"),
            database=parts.pop("dbname", None),
            query=parts,
        )

    def database(self, name: str) -> "DatabaseUrls":
        """Another database of the same server."""
        direct = make_conninfo(self.direct, dbname=name) if self.direct else None
        return DatabaseUrls(make_conninfo(self.conninfo, dbname=name), self.passwords, direct)

    @property
    def name(self) -> str:
        """The database's name."""
        return str(conninfo_to_dict(self.conninfo)["dbname"])

    @property
    def pooled(self) -> bool:
        """Whether a pooler stands in between, which rules out prepared statements and LISTEN."""
        return self.direct is not None


def external_urls(settings: Settings) -> DatabaseUrls:
    """The addresses of a database of the operator's own. A role without a password of its own uses the one in the URL.

    Raises:
        SettingsError: a role has no password at all; the message names the variables.
    """
    if settings.database_url is None:
        raise SettingsError("TENANTRY_DATABASE_URL is not set.")
    url = settings.database_url.get_secret_value()
    own = {
        OWNER: settings.database_owner_password,
        APP: settings.database_app_password,
        QUEUE: settings.database_queue_password,
        SYSTEM: settings.database_system_password,
    }
    shared = unquote(urlsplit(url).password or "")
    passwords = {role: secret.get_secret_value() if (secret := own[role]) else shared for role in ROLES}
    missing = [
        f"TENANTRY_DATABASE_{role.removeprefix('tenantry_').upper()}_PASSWORD" for role in ROLES if not passwords[role]
    ]
    if missing:
        raise SettingsError(f"The database's roles need their passwords; set {', '.join(missing)}.")
    direct = settings.database_direct_url.get_secret_value() if settings.database_direct_url else None
    return DatabaseUrls(url, passwords, direct)
