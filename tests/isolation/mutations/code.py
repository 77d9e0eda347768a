"""Ways to break isolation in the code above the database, one rule each. The attack must catch every one of them."""

from typing import Any


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
]
