"""Coming in with an API key: `Authorization: Bearer tnt_live_…`."""

from collections.abc import Callable
from uuid import UUID

from sqlalchemy import Row, select
from starlette.requests import HTTPConnection

from tenantry.chassis.access import Identity
from tenantry.chassis.access.entrance import Key
from tenantry.chassis.api_keys.models import ApiKey, RotatedSecret
from tenantry.chassis.api_keys.tokens import is_token
from tenantry.chassis.organizations.directory.queries import had_slug, with_directory
from tenantry.chassis.organizations.members.queries import role_of
from tenantry.core.actors import Actor
from tenantry.core.errors import Unauthenticated
from tenantry.core.roles import Role
from tenantry.infra.database.scopes import AnonymousScope, OrganizationRef, OrgScope

Refused = Callable[[OrganizationRef, Actor, str, AnonymousScope], None]
"""Called with the key and why it was refused: `revoked`, `expired`, `rotated`, `owner_left`."""

_SCHEME = "bearer "


class ApiKeys:
    """The way in for programs. `refused` hears of keys that were good once."""

    def __init__(self, refused: Refused) -> None:
        self._refused = refused

    def credential(self, connection: HTTPConnection) -> str | None:
        """The key that came with the request.

        Raises:
            Unauthenticated: `api_key.malformed`; the checksum tells, and nobody is asked.
        """
        value = connection.headers.get("authorization", "")
        if value[: len(_SCHEME)].lower() != _SCHEME or not (token := value[len(_SCHEME) :].strip()).startswith("tnt_"):
            return None
        if not is_token(token):
            raise Unauthenticated(
                "api_key.malformed",
                "This is no API key of ours: a part of it is missing or mistyped.",
                hint="Copy the whole key, from tnt_live_ to its end.",
                headers={"WWW-Authenticate": "Bearer"},
            )
        return token

    async def identify(self, scope: AnonymousScope) -> Identity:
        """The key, in its organization.

        Raises:
            Unauthenticated: `api_key.invalid`, for whatever reason.
        """
        found = await _presented(scope) or await _rotated(scope)
        if found is None:
            raise _bad()
        key, organization, over = found
        actor = Actor.api_key(key.id, key.name, key.user_id)
        why = "rotated" if over else _over(key, scope)
        role: Role | None = Role.of(key.role)
        if why is None and key.user_id is not None:
            role = await _role_of(scope, organization, actor, key.user_id)
            why = None if role else "owner_left"
        if why is not None or role is None:
            self._refused(organization, actor, why or "", scope)
            raise _bad()

        async def led_by(scope: AnonymousScope, slug: str) -> bool:
            return await had_slug(scope, organization.id, slug)

        return Identity(actor, key=Key(organization, role, frozenset(key.permissions), led_by))


_Found = tuple[ApiKey, OrganizationRef, bool]


async def _presented(scope: AnonymousScope) -> _Found | None:
    """The key whose secret was presented."""
    row = (await scope.session.execute(with_directory(select(ApiKey), ApiKey.org_id))).one_or_none()
    return (row[0], _ref(row), False) if row else None


async def _rotated(scope: AnonymousScope) -> _Found | None:
    """The key whose earlier secret was presented, and whether that one's time is over."""
    old = select(RotatedSecret.key_id, RotatedSecret.expires_at)
    row = (await scope.session.execute(with_directory(old, RotatedSecret.org_id))).one_or_none()
    if row is None:
        return None
    organization = _ref(row)
    inside = await _enter(scope, organization, scope.actor)
    key = await inside.session.get(ApiKey, (organization.id, row.key_id))
    return (key, organization, row.expires_at <= scope.now()) if key else None


def _ref(row: Row[tuple[object, ...]]) -> OrganizationRef:
    return OrganizationRef(row.organization_id, row.organization_slug, row.organization_name)


async def _enter(scope: AnonymousScope, organization: OrganizationRef, actor: Actor) -> OrgScope:
    return await scope.to_organization(organization, actor, role=Role.VIEWER, permissions=())


async def _role_of(scope: AnonymousScope, organization: OrganizationRef, actor: Actor, user_id: UUID) -> Role | None:
    return await role_of(await _enter(scope, organization, actor), user_id)


def _over(key: ApiKey, scope: AnonymousScope) -> str | None:
    if key.revoked_at is not None:
        return "revoked"
    return "expired" if key.expires_at is not None and key.expires_at <= scope.now() else None


def _bad() -> Unauthenticated:
    return Unauthenticated(
        "api_key.invalid",
        "This API key is not, or no longer, good.",
        hint="It may have been revoked, replaced or expired; make a new one.",
        headers={"WWW-Authenticate": "Bearer"},
    )
