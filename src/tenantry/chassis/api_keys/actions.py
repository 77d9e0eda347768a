"""What happens to API keys. A secret leaves here once, and only its hash stays."""

from collections.abc import Collection
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import delete, func, select

from tenantry.chassis.access.entrance import secret_hash
from tenantry.chassis.api_keys.models import ApiKey, RotatedSecret
from tenantry.chassis.api_keys.queries import find_key, is_over
from tenantry.chassis.api_keys.schemas import ApiKeyNew
from tenantry.chassis.api_keys.settings import ApiKeySettings
from tenantry.chassis.api_keys.tokens import new_token, shown
from tenantry.chassis.audit.actions import record
from tenantry.core.errors import Conflict, Invalid
from tenantry.infra.database.scopes import OrgScope, SystemScope
from tenantry.infra.events import access_changed

MOST = 200
"""How many keys of an organization may be good at once."""


async def make_key(
    scope: OrgScope, new: ApiKeyNew, *, known: Collection[str], owner: UUID | None = None
) -> tuple[ApiKey, str]:
    """Make a key to the scope's organization, `owner`'s own or the organization's; answers with its secret as well.

    `known` are all permissions of this installation.

    Raises:
        Invalid: `api_key.permissions`, `api_key.expiry`.
        Conflict: `api_key.too_many`.
    """
    _refuse_more_than_own(scope, new.permissions, known)
    expires_at = _expiry(scope, new.expires_at)
    good = select(func.count()).select_from(ApiKey).where(ApiKey.org_id == scope.org_id, ApiKey.revoked_at.is_(None))
    if (await scope.session.scalar(good) or 0) >= MOST:
        raise Conflict(
            "api_key.too_many", f"There are {MOST} API keys here already.", hint="Revoke some that nobody uses."
        )
    token = new_token()
    key = ApiKey(
        secret_hash=secret_hash(token),
        prefix=shown(token),
        name=new.name,
        permissions=new.permissions,
        role=scope.role.word,
        user_id=owner,
        made_by=scope.actor.person,
        created_at=scope.now(),
        expires_at=expires_at,
    )
    scope.session.add(key)
    await scope.session.flush()
    given = {"name": key.name, "permissions": key.permissions, "expires_at": expires_at, "owner": owner}
    await record(scope, "api_keys.made", subject=key.id, after=given)
    return key, token


def _refuse_more_than_own(scope: OrgScope, wanted: Collection[str], known: Collection[str]) -> None:
    """Whoever makes a key may not do more through it than by themselves."""
    if unknown := sorted(set(wanted) - set(known)):
        raise _invalid("permissions", "api_key.permissions", f"There is no permission {', '.join(unknown)}.")
    if missing := sorted(set(wanted) - scope.permissions):
        raise _invalid(
            "permissions", "api_key.permissions", f"You can’t give what you may not do yourself: {', '.join(missing)}."
        )


def _expiry(scope: OrgScope, wanted: datetime | None) -> datetime | None:
    days = ApiKeySettings.load().longest_days
    latest = scope.now() + timedelta(days=days) if days else None
    if wanted is not None and wanted <= scope.now():
        raise _invalid("expires_at", "api_key.expiry", "Choose a moment that is still to come.")
    if wanted is not None and latest and wanted > latest + timedelta(minutes=1):
        raise _invalid("expires_at", "api_key.expiry", f"A key lasts {days} days at most here.")
    return wanted or latest


def _invalid(field: str, code: str, message: str) -> Invalid:
    return Invalid(code, message, errors=[{"field": field, "message": message}])


async def rename_key(scope: OrgScope, key: ApiKey, name: str) -> None:
    """Give a key another name."""
    before, key.name = key.name, name
    await scope.session.flush()
    await record(scope, "api_keys.renamed", subject=key.id, before={"name": before}, after={"name": name})


async def rotate_key(scope: OrgScope, key: ApiKey, overlap: timedelta) -> str:
    """Give a key a new secret; the old one works until the overlap ends, and one that was replaced earlier no more.

    Raises:
        Conflict: `api_key.over`, it was revoked or has expired.
    """
    if is_over(key, scope.now()):
        raise Conflict("api_key.over", "This key is over, so it can’t be rotated.", hint="Make a new key.")
    await scope.session.execute(
        delete(RotatedSecret).where(RotatedSecret.org_id == scope.org_id, RotatedSecret.key_id == key.id)
    )
    until = scope.now() + overlap
    if overlap:
        scope.session.add(
            RotatedSecret(key_id=key.id, user_id=key.user_id, secret_hash=key.secret_hash, expires_at=until)
        )
    token = new_token()
    before, key.secret_hash, key.prefix, key.rotated_at = key.prefix, secret_hash(token), shown(token), scope.now()
    await scope.session.flush()
    after = {"prefix": key.prefix, "old_secret_until": until}
    await record(scope, "api_keys.rotated", subject=key.id, before={"prefix": before}, after=after)
    if not overlap:
        await access_changed(scope, key.id)
    return token


async def revoke_key(scope: OrgScope, key_id: UUID, *, owner: UUID | None = None) -> None:
    """End a key at once, with every secret it has; its sockets close. With `owner` only if it is that person's own.

    Raises:
        NotFound: `api_key.not_found`.
    """
    key = await find_key(scope, key_id, owner=owner)
    await scope.session.execute(
        delete(RotatedSecret).where(RotatedSecret.org_id == scope.org_id, RotatedSecret.key_id == key.id)
    )
    key.revoked_at = scope.now()
    await scope.session.flush()
    await record(scope, "api_keys.revoked", subject=key.id, before={"name": key.name, "prefix": key.prefix})
    await access_changed(scope, key.id)


async def forget_rotated(scope: SystemScope) -> None:
    """Remove replaced secrets whose time is over."""
    await scope.session.execute(delete(RotatedSecret).where(RotatedSecret.expires_at <= scope.now()))
