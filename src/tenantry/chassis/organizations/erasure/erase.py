"""Erasing for good: every row of every table that has rows of organizations, and every file.

It asks the database itself which tables there are. So a product that is mounted later is erased without a line about it here,
and so is one that is mounted no more.
"""

from collections.abc import Iterable, Iterator
from graphlib import TopologicalSorter
from uuid import UUID

from sqlalchemy import delete, select, text

from tenantry.chassis.audit.actions import record
from tenantry.chassis.organizations.directory.models import Address, Organization
from tenantry.infra.database.models import isolations
from tenantry.infra.database.scopes import SystemScope
from tenantry.infra.jobs import forget_turn
from tenantry.infra.storage import Storage

_TABLES = text("""
SELECT c.relname AS name
  FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'org_id' AND NOT a.attisdropped
 WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition
""")
_REFERENCES = text("""
SELECT conrelid::regclass::text AS referring, confrelid::regclass::text AS referred
  FROM pg_constraint WHERE contype = 'f' AND connamespace = 'public'::regnamespace AND conrelid <> confrelid
""")


async def due(scope: SystemScope) -> list[UUID]:
    """The organizations whose time of grace is over."""
    return list(await scope.session.scalars(select(Organization.id).where(Organization.erase_at <= scope.now())))


async def erase(scope: SystemScope, storage: Storage, org_id: UUID) -> None:
    """Erase an organization whose time of grace is over; one that was restored meanwhile stays. Running twice does no harm."""
    still = select(Organization.id).where(Organization.id == org_id, Organization.erase_at <= scope.now())
    if await scope.session.scalar(still.with_for_update()) is None:
        return
    # Files first: when the storage is away the rows stay, and it is tried again.
    await storage.of_organization(org_id).delete_all()
    for statement in await _statements(scope):
        await scope.session.execute(text(statement), {"org": org_id})
    await forget_turn(scope, org_id)
    await scope.session.execute(delete(Address).where(Address.organization_id == org_id))
    await scope.session.execute(delete(Organization).where(Organization.id == org_id))
    await record(scope, "organizations.organization.erased", subject=org_id)


async def _statements(scope: SystemScope) -> list[str]:
    """One for each table, those that refer to others first."""
    tables = set(await scope.session.scalars(_TABLES))
    references = [(row.referring, row.referred) for row in await scope.session.execute(_REFERENCES)]
    known = isolations()
    owner = {name: known[name].org if name in known else "org_id" for name in tables}
    # Names from the database's own catalogue, and expressions from the models: neither comes from anybody outside.
    return [f"DELETE FROM {name} WHERE {owner[name]} = :org" for name in _in_order(tables, references)]  # noqa: S608


def _in_order(tables: Iterable[str], references: Iterable[tuple[str, str]]) -> Iterator[str]:
    waiting: dict[str, set[str]] = {name: set() for name in tables}
    for referring, referred in references:
        if referring in waiting and referred in waiting:
            waiting[referred].add(referring)
    return iter(TopologicalSorter(waiting).static_order())
