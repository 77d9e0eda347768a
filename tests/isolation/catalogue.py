"""What the database's own catalogue says about isolation: every breach of DESIGN's rules 1 to 7, as a sentence.

The catalogue is what PostgreSQL enforces, whatever models and migrations meant to say. `breaches` knows what each table
should be (its `Isolation`) and reports whatever is missing, different or extra.
"""

from collections.abc import Iterator, Mapping
from typing import Any

import psycopg
from psycopg.rows import dict_row

from tenantry.infra.database.isolation import Isolation
from tenantry.infra.database.roles import APP, OWNER, QUEUE, ROLES, SYSTEM
from tests.isolation import catalogue_queries as ask

Row = dict[str, Any]
Connection = psycopg.Connection[Row]
BOOKKEEPING = "database_migrations"


def breaches(
    connection: psycopg.Connection[Any], tables: Mapping[str, Isolation], external: Mapping[str, Isolation]
) -> list[str]:
    """Every breach there is. `external` are the tables among `tables` whose keys a library decides."""
    connection.row_factory = dict_row
    found = [*_roles(connection), *_unaccounted(connection, tables), *_bypasses(connection)]
    for name, isolation in tables.items():
        found += _policies(connection, name, isolation)
        found += _grants(connection, name, isolation)
        if name not in external:
            found += _columns(connection, name, isolation)
            found += _indexes(connection, name, isolation)
            found += _references(connection, name, isolation, tables)
    return found


def rows(connection: Connection, query: str, *values: Any) -> list[Row]:
    """What a query answers."""
    return connection.execute(query.encode(), values or None).fetchall()


def _roles(connection: Connection) -> Iterator[str]:
    """Rule 1: nobody passes row-level security but by the named policy."""
    for role in rows(connection, ask.ROLES, list(ROLES)):
        for power in ("rolsuper", "rolbypassrls", "rolcreaterole", "rolreplication"):
            if role[power]:
                yield f"role {role['rolname']} has {power}"
    for pair in rows(connection, ask.MEMBERSHIPS, list(ROLES)):
        yield f"role {pair['role']} is a member of {pair['of']}"
    for row in rows(connection, ask.DEFAULTS):
        if row["role"] != OWNER:
            yield f"new tables are open to {row['role']} by default ({row['privilege']})"


def _unaccounted(connection: Connection, tables: Mapping[str, Isolation]) -> Iterator[str]:
    """Every table is one we know, in the one schema, owned by the owner; and none that we know is missing."""
    there = rows(connection, ask.TABLES)
    for row in there:
        if row["schema"] != "public":
            yield f"table {row['schema']}.{row['name']} lies outside the schema public"
        elif row["name"] not in tables and row["name"] != BOOKKEEPING:
            yield f"table {row['name']} is not accounted for: it is no model and no external table"
        if row["owner"] != OWNER:
            yield f"table {row['name']} is owned by {row['owner']}"
    for name in tables.keys() - {row["name"] for row in there if row["schema"] == "public"}:
        yield f"table {name} does not exist"
    for row in rows(connection, ask.OPEN, BOOKKEEPING):
        yield f"table {row['name']} is open to the service"


def _bypasses(connection: Connection) -> Iterator[str]:
    """Rule 6: what runs with its owner's eyes sees every row."""
    for row in rows(connection, ask.VIEWS):
        if row["kind"] == "v" and not row["invoker"]:
            yield f"view {row['name']} is not security_invoker"
        elif row["kind"] != "v":
            yield f"{row['name']} is a {'materialized view' if row['kind'] == 'm' else 'foreign table'}"
    for row in rows(connection, ask.DEFINERS):
        yield f"function {row['name']} is SECURITY DEFINER"
    for row in rows(connection, ask.RULES):
        yield f"rule {row['name']} on {row['of']} runs as the owner"
    for row in rows(connection, ask.PUBLICATIONS):
        yield f"publication {row['name']} sends rows out unfiltered"


def _policies(connection: Connection, name: str, isolation: Isolation) -> Iterator[str]:
    """Rules 2, 3 and 5: the policies are those of the isolation, to the letter. PostgreSQL writes the expected ones out
    itself, on a twin of the table which nobody keeps, so that its way of writing them cannot matter."""
    switches = rows(connection, ask.SWITCHES, f"public.{name}")
    if not switches:
        return  # reported as missing already
    wanted = isolation.kind != "global"
    if (switches[0]["enabled"], switches[0]["forced"]) != (wanted, wanted):
        yield (
            f"table {name}: row-level security is {switches[0]}, not enabled and forced"
            if wanted
            else f"global table {name} has row-level security"
        )
    with connection.transaction(force_rollback=True):
        connection.execute(f"CREATE TEMP TABLE twin (LIKE public.{name})".encode())
        for statement in isolation.statements("pg_temp.twin"):
            connection.execute(statement.encode())
        expected = rows(connection, ask.POLICIES, "pg_temp.twin")
    for policy in rows(connection, ask.POLICIES, f"public.{name}"):
        if policy in expected:
            expected.remove(policy)
        else:
            yield f"table {name}: policy {policy['name']} is extra or differs: {policy}"
    for policy in expected:
        yield f"table {name}: policy {policy['name']} is missing or differs"


def _grants(connection: Connection, name: str, isolation: Isolation) -> Iterator[str]:
    """Rules 1 and 6: each role may do what its isolation says, and never TRUNCATE, which ignores policies."""
    wanted = isolation.grants()
    given: dict[str, set[str]] = {}
    for row in connection.execute(ask.GRANTS, {"table": f"public.{name}"}).fetchall():
        if row["role"] != OWNER:
            given.setdefault(row["role"], set()).add(row["privilege"])
            if row["further"]:
                yield f"table {name}: {row['role']} may pass {row['privilege']} on"
    for role in given.keys() | {APP, SYSTEM, QUEUE}:
        expected = wanted.get(role, frozenset())  # type: ignore[call-overload]
        for privilege in sorted(given.get(role, set()) ^ expected):
            yield f"table {name}: {role} {'lacks' if privilege in expected else 'has'} {privilege}"


def _leaders(isolation: Isolation, *, unique: bool) -> set[str]:
    """The columns an index may begin with: whatever a policy looks rows up by."""
    match isolation.kind:
        case "tenant":
            # A person's memberships are found by the person; uniqueness among them is the organization's affair.
            leaders = {"org_id"} if unique or not isolation.member else {"org_id", "user_id"}
        case "personal":
            leaders = {"user_id"}
        case _:
            leaders = set()
    if isolation.kind in ("personal", "secret") and not unique:
        leaders |= {"expires_at"}  # what has run out is swept for everybody at once, by the system
    return leaders | ({isolation.presented} if isolation.presented else set())


def _columns(connection: Connection, name: str, isolation: Isolation) -> Iterator[str]:
    """Rule 2: whose row it is stands in the row, always."""
    columns = {row["name"]: row for row in rows(connection, ask.COLUMNS, f"public.{name}")}
    owner = {"tenant": "org_id", "personal": "user_id"}.get(isolation.kind)
    if (
        columns
        and owner
        and (owner not in columns or columns[owner]["type"] != "uuid" or not columns[owner]["required"])
    ):
        yield f"table {name}: {owner} is not a required uuid"
    if columns and isolation.kind == "global" and "org_id" in columns:
        yield f"global table {name} has an org_id, so its rows are somebody's"


def _indexes(connection: Connection, name: str, isolation: Isolation) -> Iterator[str]:
    """Rule 2: keys and indexes begin with what the policy asks for. A key that didn't would tell one organization that
    another has such a row; an index that didn't would be walked through everybody's rows."""
    if isolation.kind == "global":
        return
    found = rows(connection, ask.INDEXES, f"public.{name}")
    for index in found:
        columns = index["columns"]
        if columns[0] not in _leaders(isolation, unique=index["unique"]):
            yield f"table {name}: {'key' if index['unique'] else 'index'} {index['name']} begins with {columns[0]}"
        elif columns[0] == isolation.presented and isolation.kind != "secret" and len(columns) > 1:
            yield f"table {name}: index {index['name']} mixes the secret's hash with other columns"
        if index["primary"] and isolation.kind == "tenant" and columns != ["org_id", "id"]:
            yield f"table {name}: the primary key is ({', '.join(columns)}), not (org_id, id)"
    if found and not any(index["primary"] for index in found):
        yield f"table {name} has no primary key"


def _references(
    connection: Connection, name: str, isolation: Isolation, tables: Mapping[str, Isolation]
) -> Iterator[str]:
    """Rule 2: a reference carries the organization along, since PostgreSQL checks references with its owner's eyes."""
    for key in rows(connection, ask.REFERENCES, f"public.{name}"):
        target = tables.get(key["to"])
        kind = target.kind if target else "unknown"
        shared = {"tenant": "org_id", "personal": "user_id"}.get(kind)
        if kind == "global":
            pass
        elif kind != isolation.kind or shared is None:
            yield f"table {name}: reference {key['name']} leads from {isolation.kind} rows to {kind} ones"
        elif (shared, shared) not in zip(key["columns"], key["targets"], strict=True):
            yield f"table {name}: reference {key['name']} does not carry {shared}"
        if shared and key["on_delete"] in ("n", "d") and (not key["cleared"] or shared in key["cleared"]):
            yield f"table {name}: reference {key['name']} would clear {shared}"
