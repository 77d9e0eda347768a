"""What can be asked about what was done."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, cast
from uuid import UUID

from sqlalchemy import ColumnElement, select, tuple_

from tenantry.chassis.audit.keys import Keys, KeyTable, address_hash, keys_of, open_fields
from tenantry.chassis.audit.models import Entry, OwnEntry, OwnKey, PersonKey
from tenantry.chassis.audit.schemas import ActorOut, EntryFilters, EntryOut
from tenantry.core.errors import NotFound
from tenantry.core.pages import Cursor, Page, PageParams
from tenantry.infra.database.scopes import OrgScope, UserScope

Log = type[Entry] | type[OwnEntry]


async def list_entries(scope: OrgScope | UserScope, filters: EntryFilters, asked: PageParams) -> Page[EntryOut]:
    """The log of the scope's organization or person, the newest first."""
    table, keys, owner = _log_of(scope)
    statement = select(table).order_by(table.at.desc(), table.id.desc()).limit(asked.limit + 1)
    statement = statement.where(*await _conditions(scope, table, keys, owner, filters))
    if asked.after:
        statement = statement.where(tuple_(table.at, table.id) < Cursor.decode(asked.after, datetime, UUID))
    found = cast(Sequence[Entry | OwnEntry], (await scope.session.scalars(statement)).all())
    shown = found[: asked.limit]
    people = {UUID(person) for entry in shown for person in entry.sealed or ()}
    opening = await keys_of(scope, keys, owner, people)  # once for the whole page
    return Page(
        items=[_out(entry, opening) for entry in shown],
        next=Cursor.encode(shown[-1].at, shown[-1].id) if len(found) > asked.limit else None,
    )


async def get_entry(scope: OrgScope, entry_id: UUID) -> EntryOut:
    """One row.

    Raises:
        NotFound: `audit.entry.not_found`.
    """
    entry = await scope.session.get(Entry, (scope.org_id, entry_id))
    if entry is None:
        raise NotFound(
            "audit.entry.not_found", "There is no such entry in this log.", hint="It may be older than is kept."
        )
    return _out(entry, await keys_of(scope, PersonKey, scope.org_id, {UUID(p) for p in entry.sealed or ()}))


def _log_of(scope: OrgScope | UserScope) -> tuple[Log, KeyTable, UUID]:
    if isinstance(scope, OrgScope):
        return Entry, PersonKey, scope.org_id
    return OwnEntry, OwnKey, scope.user_id


async def _conditions(
    scope: OrgScope | UserScope, table: Log, keys: KeyTable, owner: UUID, filters: EntryFilters
) -> list[ColumnElement[bool]]:
    # The owner is the policy's business; naming it lets the planner begin every index with it.
    whose = table.org_id if issubclass(table, Entry) else table.user_id
    found: list[ColumnElement[bool]] = [whose == owner]
    if filters.actor:
        found.append(_acted(table, filters.actor))
    if filters.action:
        found.append(table.action.op("^@", is_comparison=True)(filters.action))
    if filters.subject:
        found.append(table.subject == filters.subject)
    if filters.since:
        found.append(table.at >= filters.since)
    if filters.until:
        found.append(table.at < filters.until)
    if filters.address:
        # Each person's rows are found by a hash made with their own key, so there are as many hashes as people.
        known = (await keys_of(scope, keys, owner)).values()
        hashes = [address_hash(key, filters.address) for key in {None, *known}]
        found.append(table.address_hash.in_(hashes))
    return found


def _acted(table: Log, actor: str) -> ColumnElement[bool]:
    try:
        return table.actor_id == UUID(actor)
    except ValueError:
        return table.actor_kind == actor


def _out(entry: Entry | OwnEntry, keys: Keys) -> EntryOut:
    opened: dict[str, Any] = {}
    for person, kept in (entry.sealed or {}).items():
        opened |= open_fields(keys.get(UUID(person)), kept, entry.id)

    def whole(part: str, plain: dict[str, Any] | None) -> dict[str, Any] | None:
        return plain and {name: opened.get(f"{part}.{name}", value) for name, value in plain.items()}

    return EntryOut(
        id=entry.id,
        at=entry.at,
        action=entry.action,
        actor=ActorOut.model_validate(
            {
                "kind": entry.actor_kind,
                "id": entry.actor_id,
                "name": opened.get("actor_name", entry.actor_name),
            }
        ),
        subject=entry.subject,
        address=opened.get("address", entry.address),
        user_agent=opened.get("user_agent", entry.user_agent),
        request_id=entry.request_id,
        before=whole("before", entry.before),
        after=whole("after", entry.after),
    )
