"""What can be looked at live, and who looks."""

from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from tenantry.infra.database.scopes import OrgScope

Load = Callable[[OrgScope, str], Awaitable[dict[str, Any] | None]]


@dataclass(frozen=True)
class Topic:
    """Something that changes while people look at it.

    Clients subscribe to `name` or `name:id`. `load(scope, id)` reads its present state under the reader's own scope, on
    subscribing and after each `touch`; None means that there is no such thing for this reader. `id` is "" for a topic without.
    """

    name: str
    load: Load
    permission: str


@dataclass(frozen=True)
class Reader:
    """Who holds a socket. `open` opens their scope in the organization, looking anew each time whether they may still enter:
    it raises `Unauthenticated`, `Forbidden` or `NotFound` once the session is revoked or the membership gone."""

    org_id: UUID
    user_id: UUID | None
    open: Callable[[], AbstractAsyncContextManager[OrgScope]]
    owner_id: UUID | None = None
    """The person whose own API key it is, if it is one: what happens to them happens to it."""
