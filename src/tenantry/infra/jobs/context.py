"""What a running job is given."""

from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, TypeVar
from uuid import UUID

from tenantry.core.actors import SYSTEM, Actor
from tenantry.core.roles import Role
from tenantry.infra.database.database import Database
from tenantry.infra.database.scopes import OrganizationRef, OrgScope, SystemScope, UserScope

T = TypeVar("T")


class Parts:
    """The installation's parts a job may need (storage, settings…), by their type."""

    def __init__(self, parts: Iterable[object] = ()) -> None:
        self._parts = tuple(parts)

    def __call__(self, kind: type[T]) -> T:
        """The part of that type.

        Raises:
            LookupError: there is none.
        """
        for part in self._parts:
            if isinstance(part, kind):
                return part
        raise LookupError(f"This process has no {kind.__name__}; hand it to the worker where the process is composed.")


@dataclass(frozen=True)
class _Context:
    database: Database
    job_id: int
    name: str
    attempt: int
    """1 at first."""
    last_attempt: bool
    """Whether nothing will be tried again if this attempt fails."""
    part: Parts = field(repr=False)
    _cancelled: Callable[[], bool] = field(repr=False)

    def cancelled(self) -> bool:
        """Whether the job was called off. It is told by `asyncio.CancelledError` anyway, at its next `await`."""
        return self._cancelled()


@dataclass(frozen=True)
class JobContext(_Context):
    """A job of an organization, for whoever deferred it."""

    organization: OrganizationRef
    actor: Actor
    permissions: frozenset[str] = frozenset()

    @asynccontextmanager
    async def scope(self, *, read_only: bool = False) -> AsyncIterator[OrgScope]:
        """A transaction in the job's organization. Open several short ones rather than one around slow work."""
        async with self.database.org_scope(
            self.organization, self.actor, role=Role.OWNER, permissions=self.permissions, read_only=read_only
        ) as scope:
            yield scope


@dataclass(frozen=True)
class PersonalJobContext(_Context):
    """A job of one person, whatever organization they are in."""

    actor: Actor

    @asynccontextmanager
    async def scope(self, *, read_only: bool = False) -> AsyncIterator[UserScope]:
        """A transaction that sees the person's own rows."""
        async with self.database.user_scope(self.actor, read_only=read_only) as scope:
            yield scope


@dataclass(frozen=True)
class SystemJobContext(_Context):
    """A job of the installation itself."""

    @asynccontextmanager
    async def scope(self, *, read_only: bool = False) -> AsyncIterator[SystemScope]:
        """A transaction across all organizations; it is recorded with the job's name."""
        async with self.database.system_scope(f"job {self.name}", read_only=read_only) as scope:
            yield scope


def context_of(
    arguments: Mapping[str, Any],
    *,
    database: Database,
    job_id: int,
    name: str,
    attempt: int,
    last_attempt: bool,
    part: Parts,
    permissions: frozenset[str],
    cancelled: Callable[[], bool],
) -> JobContext | PersonalJobContext | SystemJobContext:
    """The context of a queued job, from what was stored with it."""
    if user_id := arguments.get("user_id"):
        person = Actor.user(UUID(user_id), arguments["actor"][2])
        return PersonalJobContext(database, job_id, name, attempt, last_attempt, part, cancelled, person)
    if not arguments.get("org_id"):
        return SystemJobContext(database, job_id, name, attempt, last_attempt, part, cancelled)
    slug, title = arguments["organization"]
    kind, actor_id, actor_name = arguments["actor"]
    actor = Actor(kind, UUID(actor_id) if actor_id else None, actor_name) if kind != "system" else SYSTEM
    organization = OrganizationRef(UUID(arguments["org_id"]), slug, title)
    return JobContext(database, job_id, name, attempt, last_attempt, part, cancelled, organization, actor, permissions)
