"""API keys over HTTP: those to an organization, and one's own."""

from datetime import timedelta
from typing import Annotated
from uuid import UUID

from fastapi import Query, Request

from tenantry.chassis.access import access_of, needs, signed_in
from tenantry.chassis.api_keys import actions, queries
from tenantry.chassis.api_keys.schemas import (
    ApiKeyChange,
    ApiKeyMade,
    ApiKeyNew,
    ApiKeyOut,
    Grantable,
    OwnApiKeyNew,
    Rotation,
    Slug,
)
from tenantry.core.pages import Page
from tenantry.core.roles import Role
from tenantry.infra.database.scopes import OrgScope, UserScope
from tenantry.infra.http.paging import Paging
from tenantry.infra.http.routing import Router

PERMISSIONS = {"api_keys.read": Role.ADMIN, "api_keys.write": Role.ADMIN}

Reader = Annotated[OrgScope, needs("api_keys.read")]
Writer = Annotated[OrgScope, needs("api_keys.write")]
Maker = Annotated[OrgScope, needs("api_keys.write", recently_proved=True)]
Owner = Annotated[UserScope, signed_in()]
OwnMaker = Annotated[UserScope, signed_in(recently_proved=True)]

router = Router(tags=["api_keys"])


@router.get("/orgs/{org}/api-keys")
async def list_keys(
    scope: Reader,
    asked: Paging,
    which: Annotated[queries.Which, Query(description="`current` are those that aren’t revoked.")] = "current",
) -> Page[ApiKeyOut]:
    """The keys to the organization, the newest first: its own, and those of its members (`owner`)."""
    return await queries.list_keys(scope, which, asked)


@router.post("/orgs/{org}/api-keys", status_code=201)
async def make_key(request: Request, scope: Maker, new: ApiKeyNew) -> ApiKeyMade:
    """Make a key of the organization. Its `secret` is in this answer and nowhere else."""
    known = access_of(request).permissions.least
    key, secret = await actions.make_key(scope, new, known=known)
    return await queries.key_made(scope, key, secret)


@router.get("/orgs/{org}/api-keys/grantable")
async def list_grantable(scope: Writer) -> Grantable:
    """The permissions that you may give to a key of the organization."""
    return queries.grantable(scope.permissions)


@router.get("/orgs/{org}/api-keys/{key_id}")
async def get_key(scope: Reader, key_id: UUID) -> ApiKeyOut:
    """One key; also one that was revoked."""
    (key,) = await queries.keys_out(scope, [await queries.find_key(scope, key_id, revoked=True)])
    return key


@router.patch("/orgs/{org}/api-keys/{key_id}")
async def rename_key(scope: Writer, key_id: UUID, change: ApiKeyChange) -> ApiKeyOut:
    """Rename a key."""
    key = await queries.find_key(scope, key_id)
    await actions.rename_key(scope, key, change.name)
    (renamed,) = await queries.keys_out(scope, [key])
    return renamed


@router.post("/orgs/{org}/api-keys/{key_id}/rotation")
async def rotate_key(scope: Maker, key_id: UUID, rotation: Rotation) -> ApiKeyMade:
    """Give a key a new secret. The old one works for `overlap_hours` more, so that programs can change over."""
    key = await queries.find_key(scope, key_id)
    secret = await actions.rotate_key(scope, key, timedelta(hours=rotation.overlap_hours))
    return await queries.key_made(scope, key, secret)


@router.delete("/orgs/{org}/api-keys/{key_id}", status_code=204)
async def revoke_key(scope: Writer, key_id: UUID) -> None:
    """Revoke a key, also a member’s own. It stops working at once, and its sockets close."""
    await actions.revoke_key(scope, key_id)


@router.get("/me/api-keys", tags=["me"])
async def list_own_keys(scope: Owner) -> Page[ApiKeyOut]:
    """Your own keys, to whichever organization. Each may only do what your role there still allows."""
    return await queries.list_own_keys(scope)


@router.post("/me/api-keys", status_code=201, tags=["me"])
async def make_own_key(request: Request, scope: OwnMaker, new: OwnApiKeyNew) -> ApiKeyMade:
    """Make a key of your own for one of your organizations. Its `secret` is in this answer and nowhere else."""
    access = access_of(request)
    person = scope.user_id
    inside = await access.enter(scope, new.organization)
    key, secret = await actions.make_key(inside, new, known=access.permissions.least, owner=person)
    return await queries.key_made(inside, key, secret)


@router.get("/me/api-keys/grantable", tags=["me"])
async def list_own_grantable(request: Request, scope: Owner, organization: Annotated[Slug, Query()]) -> Grantable:
    """The permissions that you may give to a key of your own for this organization."""
    inside = await access_of(request).enter(scope, organization)
    return queries.grantable(inside.permissions)


@router.patch("/me/api-keys/{key_id}", tags=["me"])
async def rename_own_key(request: Request, scope: Owner, key_id: UUID, change: ApiKeyChange) -> ApiKeyOut:
    """Rename a key of your own."""
    inside, person = await _inside(request, scope, key_id)
    key = await queries.find_key(inside, key_id, owner=person)
    await actions.rename_key(inside, key, change.name)
    (renamed,) = await queries.keys_out(inside, [key])
    return renamed


@router.post("/me/api-keys/{key_id}/rotation", tags=["me"])
async def rotate_own_key(request: Request, scope: OwnMaker, key_id: UUID, rotation: Rotation) -> ApiKeyMade:
    """Give a key of your own a new secret. The old one works for `overlap_hours` more."""
    inside, person = await _inside(request, scope, key_id)
    key = await queries.find_key(inside, key_id, owner=person)
    secret = await actions.rotate_key(inside, key, timedelta(hours=rotation.overlap_hours))
    return await queries.key_made(inside, key, secret)


@router.delete("/me/api-keys/{key_id}", status_code=204, tags=["me"])
async def revoke_own_key(request: Request, scope: Owner, key_id: UUID) -> None:
    """Revoke a key of your own. It stops working at once."""
    inside, person = await _inside(request, scope, key_id)
    await actions.revoke_key(inside, key_id, owner=person)


async def _inside(request: Request, scope: UserScope, key_id: UUID) -> tuple[OrgScope, UUID]:
    """The organization that one’s own key is for, and who one is."""
    slug = await queries.own_key_organization(scope, key_id)
    return await access_of(request).enter(scope, slug), scope.user_id
