"""What routes write into their types to say who may call them.

Each opens its scope for the length of the route and commits before the answer leaves, so whoever has the answer can rely on it.
"""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from typing import Annotated, Any, cast

from fastapi import Depends, Path, Request
from starlette.requests import HTTPConnection

from tenantry.chassis.access.entrance import Access
from tenantry.core.settings import Settings
from tenantry.infra.database.database import Database
from tenantry.infra.database.scopes import AnonymousScope, OrgScope, UserScope
from tenantry.infra.http.idempotency import Idempotency
from tenantry.infra.http.requests import origin_of
from tenantry.infra.http.routing import Guard
from tenantry.infra.rate_limits import RateLimiter

OrgSlug = Annotated[str, Path(description="The organization’s slug.", max_length=100)]


def access_of(connection: HTTPConnection) -> Access:
    """How the application that serves this connection lets people in."""
    return cast(Access, connection.app.state.access)


def _idempotency(request: Request) -> Idempotency:
    return cast(Idempotency, request.app.state.idempotency)


class _Needs(Guard):
    in_organization = True

    def __init__(self, permission: str, *, recently_proved: bool, session_only: bool, deleted: bool) -> None:
        self.permission = permission
        self.session_only = session_only
        self.recently_proved = recently_proved
        self.deleted = deleted

    async def __call__(self, request: Request, org: OrgSlug) -> AsyncIterator[OrgScope]:
        entering = access_of(request).as_member(
            request,
            org,
            recently_proved=self.recently_proved,
            session_only=self.session_only,
            deleted=self.deleted,
        )
        async with entering as scope:
            scope.require(cast(str, self.permission))
            await _idempotency(request).begin(request, scope, f"{scope.actor} in {scope.org_id}")
            yield scope


class _SignedIn(Guard):
    session_only = True

    def __init__(self, *, recently_proved: bool) -> None:
        self.recently_proved = recently_proved

    async def __call__(self, request: Request) -> AsyncIterator[UserScope]:
        async with access_of(request).as_user(request, recently_proved=self.recently_proved) as scope:
            await _idempotency(request).begin(request, scope, str(scope.actor))
            yield scope


class Visitor:
    """Somebody who is not signed in. `open` begins the transaction; slow things (hashing a password) come before it."""

    def __init__(self, request: Request, stack: AsyncExitStack) -> None:
        self._request = request
        self._stack = stack
        self.origin = origin_of(request)
        self.address = self.origin.address
        self.device = self.origin.user_agent
        self.settings = cast(Settings, request.app.state.settings)
        self.database = cast(Database, request.app.state.database)
        self.limiter = cast(RateLimiter, request.app.state.limiter)
        self.permissions = access_of(request).permissions

    async def open(self) -> AnonymousScope:
        """A scope that lasts until the route has answered."""
        scope = await self._stack.enter_async_context(self.database.anonymous_scope(origin=self.origin))
        await _idempotency(self._request).begin(self._request, scope, f"stranger at {self.address}")
        return scope


class _Stranger(Guard):
    public = True

    async def __call__(self, request: Request) -> AsyncIterator[Visitor]:
        async with AsyncExitStack() as stack:
            yield Visitor(request, stack)


def needs(permission: str, *, recently_proved: bool = False, session_only: bool = False, deleted: bool = False) -> Any:
    """For `Annotated[OrgScope, needs("pinata.scans.write")]`: a member of `{org}` whose role has this permission.

    Answers 401 to strangers, 404 where the caller is no member, 403 where the role does not allow it. While the organization
    is being deleted its owners are answered 410, and all others 404; with `deleted=True` owners are let in even then. With
    `recently_proved=True` for what is dangerous to change: 403 `proof.required` unless the person has shown within the last
    fifteen minutes who they are. With `session_only=True` for what people alone decide: 403 `session.required` for API keys,
    whatever else they may do.
    """
    guard = _Needs(permission, recently_proved=recently_proved, session_only=session_only, deleted=deleted)
    return Depends(guard, scope="function")


def signed_in(*, recently_proved: bool = False) -> Any:
    """For `Annotated[UserScope, signed_in()]`: any person. Answers 401 to strangers, and with `recently_proved=True` 403
    `proof.required` unless the person has shown within the last fifteen minutes who they are."""
    return Depends(_SignedIn(recently_proved=recently_proved), scope="function")


def stranger() -> Any:
    """For `Annotated[Visitor, stranger()]`: anybody, signed in or not."""
    return Depends(_Stranger(), scope="function")
