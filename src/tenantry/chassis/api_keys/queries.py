"""What can be asked about API keys."""

from collections.abc import Iterable
from datetime import datetime
from typing import Literal
from uuid import UUID

from sqlalchemy import select, tuple_

from tenantry.chassis.api_keys.models import ApiKey, RotatedSecret
from tenantry.chassis.api_keys.schemas import ApiKeyMade, ApiKeyOut, Grantable, GrantableOut, PersonOut, Status
from tenantry.chassis.api_keys.settings import ApiKeySettings
from tenantry.chassis.identity.queries import names_of
from tenantry.chassis.organizations.directory.queries import slugs_of
from tenantry.core.errors import NotFound
from tenantry.core.pages import Cursor, Page, PageParams
from tenantry.infra.database.scopes import OrgScope, Scope, UserScope

Which = Literal["current", "revoked", "all"]


async def list_keys(scope: OrgScope, which: Which, asked: PageParams) -> Page[ApiKeyOut]:
    """The keys to an organization, members' own among them, the newest first."""
    statement = select(ApiKey).where(ApiKey.org_id == scope.org_id)
    if which != "all":
        statement = statement.where(
            ApiKey.revoked_at.is_(None) if which == "current" else ApiKey.revoked_at.is_not(None)
        )
    statement = statement.order_by(ApiKey.created_at.desc(), ApiKey.id.desc()).limit(asked.limit + 1)
    if asked.after:
        statement = statement.where(tuple_(ApiKey.created_at, ApiKey.id) < Cursor.decode(asked.after, datetime, UUID))
    found = list(await scope.session.scalars(statement))
    shown = found[: asked.limit]
    cursor = Cursor.encode(shown[-1].created_at, shown[-1].id) if len(found) > asked.limit else None
    return Page(items=await keys_out(scope, shown), next=cursor)


async def list_own_keys(scope: UserScope) -> Page[ApiKeyOut]:
    """A person's own keys that aren't revoked, to whichever organization, the newest first."""
    mine = select(ApiKey).where(ApiKey.user_id == scope.user_id, ApiKey.revoked_at.is_(None))
    keys = await scope.session.scalars(mine.order_by(ApiKey.created_at.desc(), ApiKey.id.desc()))
    return Page(items=await keys_out(scope, list(keys)))


async def own_key_organization(scope: UserScope, key_id: UUID) -> str:
    """The slug of the organization that a person's own key is for.

    Raises:
        NotFound: `api_key.not_found`.
    """
    mine = select(ApiKey.org_id).where(
        ApiKey.user_id == scope.user_id, ApiKey.id == key_id, ApiKey.revoked_at.is_(None)
    )
    org_id = await scope.session.scalar(mine)
    slug = org_id and (await slugs_of(scope, [org_id])).get(org_id)
    if not slug:
        raise _not_found()
    return slug


async def find_key(scope: OrgScope, key_id: UUID, *, owner: UUID | None = None, revoked: bool = False) -> ApiKey:
    """A key to the organization; with `owner` only that person's own, with `revoked` also one that was revoked.

    Raises:
        NotFound: `api_key.not_found`.
    """
    key = await scope.session.get(ApiKey, (scope.org_id, key_id))
    if key is None or (key.revoked_at and not revoked) or (owner and key.user_id != owner):
        raise _not_found()
    return key


def _not_found() -> NotFound:
    return NotFound("api_key.not_found", "There is no such API key here.", hint="It may have been revoked.")


def is_over(key: ApiKey, now: datetime) -> bool:
    """Whether it opens nothing any more."""
    return _status(key, now) != "active"


def _status(key: ApiKey, now: datetime) -> Status:
    if key.revoked_at is not None:
        return "revoked"
    return "expired" if key.expires_at is not None and key.expires_at <= now else "active"


async def keys_out(scope: Scope, keys: list[ApiKey]) -> list[ApiKeyOut]:
    """Keys as they go over the wire; three queries for any number."""
    names = await names_of(scope, (id for key in keys for id in (key.user_id, key.made_by) if id))
    slugs = await slugs_of(scope, {key.org_id for key in keys})
    old = await _old_secrets(scope, (key.id for key in keys))
    return [_out(key, names, slugs[key.org_id], old.get(key.id), scope.now()) for key in keys]


async def key_made(scope: OrgScope, key: ApiKey, secret: str) -> ApiKeyMade:
    """A key with its secret."""
    (out,) = await keys_out(scope, [key])
    return ApiKeyMade(**out.model_dump(), secret=secret)


async def _old_secrets(scope: Scope, keys: Iterable[UUID]) -> dict[UUID, datetime]:
    """Until when earlier secrets work, by key."""
    rows = await scope.session.execute(
        select(RotatedSecret.key_id, RotatedSecret.expires_at).where(
            RotatedSecret.key_id.in_(list(keys)), RotatedSecret.expires_at > scope.now()
        )
    )
    return {row.key_id: row.expires_at for row in rows}


def _out(key: ApiKey, names: dict[UUID, str], slug: str, old: datetime | None, now: datetime) -> ApiKeyOut:
    return ApiKeyOut(
        id=key.id,
        name=key.name,
        organization=slug,
        prefix=key.prefix,
        permissions=key.permissions,
        status=_status(key, now),
        owner=PersonOut(id=key.user_id, name=names.get(key.user_id)) if key.user_id else None,
        made_by=PersonOut(id=key.made_by, name=names.get(key.made_by)) if key.made_by else None,
        created_at=key.created_at,
        expires_at=key.expires_at,
        last_used_at=key.last_used_at,
        old_secret_until=old,
        revoked_at=key.revoked_at,
    )


def grantable(permissions: Iterable[str]) -> Grantable:
    """What somebody with these permissions may give to a key."""
    items = [GrantableOut(name=name, group=name.partition(".")[0]) for name in sorted(permissions)]
    return Grantable(items=items, longest_days=ApiKeySettings.load().longest_days)
