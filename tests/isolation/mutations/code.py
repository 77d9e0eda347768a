"""Ways to break isolation in the code above the database, one rule each. The attack must catch every one of them."""

from collections.abc import Callable
from typing import Any

ATTACK = "tests/isolation/test_attack.py"


def caught_by(tests: str) -> Callable[[Callable[[], None]], Callable[[], None]]:
    """Say which tests must notice a mutation, where it is not the attack."""

    def mark(mutation: Callable[[], None]) -> Callable[[], None]:
        mutation.caught_by = tests  # type: ignore[attr-defined]
        return mutation

    return mark


def members_everywhere() -> None:
    """Everybody is an owner of every organization."""
    from sqlalchemy import select

    import tenantry.app
    from tenantry.chassis.access import Membership
    from tenantry.chassis.organizations.directory.models import Organization
    from tenantry.core.roles import Role
    from tenantry.infra.database.scopes import OrganizationRef, UserScope

    async def membership_of(scope: UserScope, slug: str, *, deleted: bool = False) -> Membership | None:
        entry = await scope.session.scalar(select(Organization).where(Organization.slug == slug))
        return entry and Membership(OrganizationRef(entry.id, entry.slug, entry.name), Role.OWNER)

    tenantry.app.membership_of = membership_of


def existence_shows() -> None:
    """Whoever is no member is told that the organization is there."""
    from sqlalchemy import select

    import tenantry.app
    from tenantry.chassis.organizations.directory.models import Organization
    from tenantry.core.errors import Forbidden

    inner = tenantry.app.membership_of

    async def membership_of(scope: Any, slug: str, *, deleted: bool = False) -> Any:
        found = await inner(scope, slug, deleted=deleted)
        if found is None and await scope.session.scalar(select(Organization.id).where(Organization.slug == slug)):
            raise Forbidden("organization.foreign", "You are not a member.")
        return found

    tenantry.app.membership_of = membership_of


def roles_mean_nothing() -> None:
    """No permission is asked for."""
    from tenantry.infra.database.scopes import OrgScope

    OrgScope.require = lambda self, permission: None  # type: ignore[method-assign]


def viewers_write() -> None:
    """One permission is given to a lower role than the manifest says."""
    from tenantry.chassis.access import Permissions
    from tenantry.core.roles import Role
    from tests.sample_product.product import product

    assert "notes.write" in product.permissions
    of = Permissions.of
    Permissions.of = lambda self, role: of(self, Role.MEMBER) if role == Role.VIEWER else of(self, role)  # type: ignore[method-assign]


def sessions_never_end() -> None:
    """Signing out leaves the token good."""
    from tenantry.chassis.identity.sessions import actions

    async def end_session(scope: Any, session_id: Any) -> None: ...

    actions.end_session = end_session


def the_service_sees_all() -> None:
    """Requests are served as the role that crosses organizations."""
    from tenantry.infra.database import database
    from tenantry.infra.database.roles import SYSTEM

    database.APP = SYSTEM


def a_query_crosses() -> None:
    """One query looks past its own organization."""
    from tenantry.infra.database.tenancy import Tenancy
    from tests.sample_product import queries

    inner = queries.list_notes

    async def list_notes(scope: Any, asked: Any) -> Any:
        from sqlalchemy import select, text

        from tenantry.chassis.organizations.directory.models import Organization

        other = await scope.session.scalar(select(Organization.id).where(Organization.slug == "bob"))
        await scope.session.execute(text(Tenancy(org_id=other).statement()))
        return await inner(scope, asked)

    queries.list_notes = list_notes


def keys_open_every_organization() -> None:
    """An API key enters whatever organization stands in the address."""
    from dataclasses import replace

    from sqlalchemy import select

    from tenantry.chassis.access import Access
    from tenantry.chassis.organizations.directory.models import Organization
    from tenantry.infra.database.scopes import OrganizationRef

    inner = Access._with_key

    async def _with_key(self: Any, scope: Any, actor: Any, key: Any, connection: Any, slug: str, only: bool) -> Any:
        entry = await scope.session.scalar(select(Organization).where(Organization.slug == slug))
        other = replace(key, organization=OrganizationRef(entry.id, entry.slug, entry.name)) if entry else key
        return await inner(self, scope, actor, other, connection, slug, only)

    Access._with_key = _with_key  # type: ignore[method-assign]


def keys_never_end() -> None:
    """A revoked or expired API key stays good."""
    from tenantry.chassis.api_keys import authenticator

    authenticator._over = lambda key, scope: None  # type: ignore[assignment]


def keys_keep_what_they_had() -> None:
    """A person's own key does not shrink with their role."""
    from tenantry.chassis.api_keys import authenticator
    from tenantry.core.roles import Role

    async def _role_of(*_: Any) -> Role:
        return Role.OWNER

    authenticator._role_of = _role_of


def keys_may_everything() -> None:
    """A key may what its role may, whatever was given to it."""
    import dataclasses

    from tenantry.chassis.access import Access

    with_key = Access._with_key

    async def everything(self: Any, scope: Any, actor: Any, key: Any, *rest: Any) -> Any:
        return await with_key(
            self, scope, actor, dataclasses.replace(key, permissions=self.permissions.of(key.role)), *rest
        )

    Access._with_key = everything  # type: ignore[method-assign]


def topics_ask_nobody() -> None:
    """A topic is shown to whoever is a member, without the permission it names."""
    from tenantry.infra.live.connection import Connection

    state = Connection._state

    async def open_state(self: Any, scope: Any, topic: str) -> Any:
        scope.permissions |= {kind.permission for kind in self._topics.values()}
        return await state(self, scope, topic)

    Connection._state = open_state  # type: ignore[method-assign]


def a_topic_crosses() -> None:
    """One topic shows what another organization has."""
    import dataclasses

    from tenantry.infra.database.tenancy import Tenancy
    from tests.sample_product import product as notes

    [topic] = notes.product.topics

    async def load(scope: Any, id: str) -> Any:
        from sqlalchemy import select, text

        from tenantry.chassis.organizations.directory.models import Organization

        other = await scope.session.scalar(select(Organization.id).where(Organization.slug == "bob"))
        await scope.session.execute(text(Tenancy(org_id=other).statement()))
        rows = await scope.session.execute(text("SELECT id, title FROM notes_notes LIMIT 1"))
        return {str(row.id): row.title for row in rows}

    object.__setattr__(notes.product, "topics", [dataclasses.replace(topic, load=load)])


def a_job_crosses() -> None:
    """One job writes into another organization."""
    from tenantry.infra.database.tenancy import Tenancy
    from tests.sample_product import actions

    async def count_words(context: Any, *, note_id: Any) -> None:
        from sqlalchemy import select, text

        from tenantry.chassis.organizations.directory.models import Organization

        async with context.scope() as scope:
            other = await scope.session.scalar(select(Organization.id).where(Organization.slug == "bob"))
            await scope.session.execute(text(Tenancy(org_id=other).statement()))
            await scope.session.execute(text("UPDATE notes_notes SET words = coalesce(words, 0) + 1"))

    object.__setattr__(actions.count_words, "function", count_words)


@caught_by("tests/isolation/test_parts.py")
def files_have_no_owner() -> None:
    """Stored files are named without their organization."""
    from tenantry.infra.storage import storage

    storage.key_of = lambda org_id, name: f"orgs/{name}"


@caught_by("tests/infra/database/test_rows.py")
def a_change_of_view_is_lost() -> None:
    """What a transaction is to see from now on never reaches the database."""
    from tenantry.infra.database.transaction import Transaction

    async def see(self: Any, tenancy: Any) -> None: ...

    Transaction.see = see  # type: ignore[method-assign]


@caught_by("tests/infra/test_rate_limits.py")
def nothing_is_counted() -> None:
    """Everything may happen as often as anybody likes."""
    from tenantry.infra.rate_limits import RateLimiter

    async def require(self: Any, rate: Any, *key: str) -> None: ...

    RateLimiter.require = require  # type: ignore[method-assign, assignment]


@caught_by("tests/infra/http/test_hardening.py")
def other_sites_may_change() -> None:
    """Nobody asks from which site a request comes."""
    from tenantry.infra.http import hosts

    hosts._foreign = lambda scope: False


@caught_by("tests/infra/http/test_hardening.py")
def any_proxy_is_believed() -> None:
    """What anybody writes about where they come from is taken for true."""
    from tenantry.infra.http import server
    from tests.infra.http import test_hardening

    def config(*given: Any, **more: Any) -> Any:
        made = server_config(*given, **more)
        made.proxy_headers, made.forwarded_allow_ips = True, "*"
        return made

    server_config = server.server_config
    server.server_config = test_hardening.server_config = config


@caught_by("tests/isolation/test_logs.py")
def logs_tell_all() -> None:
    """Nothing is masked in the logs."""
    from tenantry.infra import telemetry

    telemetry.masked = lambda value, key="": value


@caught_by("tests/infra/http/test_rings.py")
def browsers_are_told_nothing() -> None:
    """Answers carry no policy for browsers."""
    from tenantry.infra.http.security_headers import SecurityHeaders

    async def call(self: Any, scope: Any, receive: Any, send: Any) -> None:
        await self.app(scope, receive, send)

    SecurityHeaders.__call__ = call  # type: ignore[method-assign]


MUTATIONS = [
    members_everywhere,
    existence_shows,
    roles_mean_nothing,
    viewers_write,
    sessions_never_end,
    the_service_sees_all,
    a_query_crosses,
    keys_open_every_organization,
    keys_never_end,
    keys_keep_what_they_had,
    keys_may_everything,
    topics_ask_nobody,
    a_topic_crosses,
    a_job_crosses,
    files_have_no_owner,
    a_change_of_view_is_lost,
    nothing_is_counted,
    other_sites_may_change,
    any_proxy_is_believed,
    logs_tell_all,
    browsers_are_told_nothing,
]
