"""What the database's own catalogue says about isolation: every breach of DESIGN's rules 1 to 7, as a sentence.

The catalogue is what PostgreSQL enforces, whatever models and migrations meant to say. `breaches` knows what each table
should be (its `Isolation`) and reports whatever is missing, different or extra.
"""

from collections.abc import Iterator, Mapping
from typing import Any, LiteralString

import psycopg
from psycopg.rows import dict_row

from tenantry.infra.database.isolation import Isolation
from tenantry.infra.database.roles import APP, OWNER, QUEUE, ROLES, SYSTEM

Row = dict[str, Any]
Connection = psycopg.Connection[Row]
OURS = "left(n.nspname, 3) <> 'pg_' AND n.nspname <> 'information_schema'"
BOOKKEEPING = "database_migrations"


def breaches(connection: psycopg.Connection[Any], tables: Mapping[str, Isolation], external: Mapping[str, Isolation]) -> list[str]:
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
    known = rows(connection, "SELECT rolname, rolsuper, rolbypassrls, rolcreaterole, rolreplication, oid FROM pg_roles WHERE rolname = ANY(%s)", list(ROLES))
    for role in known:
        for power in ("rolsuper", "rolbypassrls", "rolcreaterole", "rolreplication"):
            if role[power]:
                yield f"role {role['rolname']} has {power}"
    member = "SELECT r.rolname AS role, m.rolname AS of FROM pg_auth_members a JOIN pg_roles r ON r.oid = a.member JOIN pg_roles m ON m.oid = a.roleid WHERE r.rolname = ANY(%s)"
    for pair in rows(connection, member, list(ROLES)):
        yield f"role {pair['role']} is a member of {pair['of']}"
    defaults = """SELECT d.defaclobjtype, coalesce(g.rolname, 'PUBLIC') AS role, a.privilege_type
        FROM pg_default_acl d CROSS JOIN aclexplode(d.defaclacl) a LEFT JOIN pg_roles g ON g.oid = a.grantee WHERE d.defaclobjtype = 'r'"""
    for row in rows(connection, defaults):
        if row["role"] != OWNER:
            yield f"new tables are open to {row['role']} by default ({row['privilege_type']})"


def _unaccounted(connection: Connection, tables: Mapping[str, Isolation]) -> Iterator[str]:
    """Every table is one we know, in the one schema, owned by the owner; and none that we know is missing."""
    there = rows(connection, f"SELECT n.nspname AS schema, c.relname AS name, pg_get_userbyid(c.relowner) AS owner FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind IN ('r', 'p') AND {OURS}")
    for row in there:
        if row["schema"] != "public":
            yield f"table {row['schema']}.{row['name']} lies outside the schema public"
        elif row["name"] not in tables and row["name"] != BOOKKEEPING:
            yield f"table {row['name']} is not accounted for: it is no model and no external table"
        if row["owner"] != OWNER:
            yield f"table {row['name']} is owned by {row['owner']}"
    for name in tables.keys() - {row["name"] for row in there if row["schema"] == "public"}:
        yield f"table {name} does not exist"
    for row in rows(connection, "SELECT pg_get_userbyid(c.relowner) AS x FROM pg_class c WHERE c.relname = %s AND has_table_privilege('tenantry_app', c.oid, 'SELECT, INSERT, UPDATE, DELETE')", BOOKKEEPING):
        yield f"table {BOOKKEEPING} is open to the service ({row['x']})"


def _bypasses(connection: Connection) -> Iterator[str]:
    """Rule 6: what runs with its owner's eyes sees every row."""
    relations = f"""SELECT c.relname AS name, c.relkind::text AS kind, coalesce('security_invoker=true' = ANY(c.reloptions), false) OR coalesce('security_invoker=on' = ANY(c.reloptions), false) AS invoker
        FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind IN ('v', 'm', 'f') AND {OURS}"""
    for row in rows(connection, relations):
        if row["kind"] == "v" and not row["invoker"]:
            yield f"view {row['name']} is not security_invoker"
        elif row["kind"] != "v":
            yield f"{row['name']} is a {'materialized view' if row['kind'] == 'm' else 'foreign table'}"
    definers = f"SELECT p.proname AS name FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace WHERE p.prosecdef AND {OURS}"
    for row in rows(connection, definers):
        yield f"function {row['name']} is SECURITY DEFINER"
    rules = f"SELECT r.rulename AS name, c.relname AS of FROM pg_rewrite r JOIN pg_class c ON c.oid = r.ev_class JOIN pg_namespace n ON n.oid = c.relnamespace WHERE r.rulename <> '_RETURN' AND {OURS}"
    for row in rows(connection, rules):
        yield f"rule {row['name']} on {row['of']} runs as the owner"
    for row in rows(connection, "SELECT pubname AS name FROM pg_publication"):
        yield f"publication {row['name']} sends rows out unfiltered"


POLICY: LiteralString = """
SELECT p.polname AS name, p.polpermissive AS permissive, p.polcmd::text AS command,
    ARRAY(SELECT coalesce(r.rolname::text, 'PUBLIC') FROM unnest(p.polroles) o LEFT JOIN pg_roles r ON r.oid = o ORDER BY 1) AS roles,
    pg_get_expr(p.polqual, p.polrelid) AS using, pg_get_expr(p.polwithcheck, p.polrelid) AS check
FROM pg_policy p WHERE p.polrelid = %s::regclass ORDER BY 1
"""
SWITCHES: LiteralString = "SELECT relrowsecurity AS enabled, relforcerowsecurity AS forced FROM pg_class WHERE oid = to_regclass(%s)"


def _policies(connection: Connection, name: str, isolation: Isolation) -> Iterator[str]:
    """Rules 2, 3 and 5: the policies are those of the isolation, to the letter. PostgreSQL writes the expected ones out
    itself, on a twin of the table which nobody keeps, so that its way of writing them cannot matter."""
    switches = rows(connection, SWITCHES, f"public.{name}")
    if not switches:
        return  # reported as missing already
    wanted = isolation.kind != "global"
    if (switches[0]["enabled"], switches[0]["forced"]) != (wanted, wanted):
        yield f"table {name}: row-level security is {switches[0]}, not enabled and forced" if wanted else f"global table {name} has row-level security"
    with connection.transaction(force_rollback=True):
        connection.execute(f"CREATE TEMP TABLE twin (LIKE public.{name})".encode())
        for statement in isolation.statements("pg_temp.twin"):
            connection.execute(statement.encode())
        expected = rows(connection, POLICY, "pg_temp.twin")
    for policy in rows(connection, POLICY, f"public.{name}"):
        if policy in expected:
            expected.remove(policy)
        else:
            yield f"table {name}: policy {policy['name']} is extra or differs: {policy}"
    for policy in expected:
        yield f"table {name}: policy {policy['name']} is missing or differs"


GRANTS: LiteralString = """
SELECT coalesce(r.rolname::text, 'PUBLIC') AS role, a.privilege_type AS privilege, a.is_grantable AS further
FROM pg_class c CROSS JOIN aclexplode(coalesce(c.relacl, acldefault('r', c.relowner))) a LEFT JOIN pg_roles r ON r.oid = a.grantee
WHERE c.oid = to_regclass(%(table)s)
UNION ALL
SELECT coalesce(r.rolname::text, 'PUBLIC'), a.privilege_type || ' (' || t.attname || ')', a.is_grantable
FROM pg_attribute t CROSS JOIN aclexplode(t.attacl) a LEFT JOIN pg_roles r ON r.oid = a.grantee WHERE t.attrelid = to_regclass(%(table)s)
"""


def _grants(connection: Connection, name: str, isolation: Isolation) -> Iterator[str]:
    """Rules 1 and 6: each role may do what its isolation says, and never TRUNCATE, which ignores policies."""
    wanted = isolation.grants()
    given: dict[str, set[str]] = {}
    for row in connection.execute(GRANTS, {"table": f"public.{name}"}).fetchall():
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


COLUMNS: LiteralString = """
SELECT attname AS name, attnotnull AS required, format_type(atttypid, atttypmod) AS type
FROM pg_attribute WHERE attrelid = to_regclass(%s) AND attnum > 0 AND NOT attisdropped
"""


def _columns(connection: Connection, name: str, isolation: Isolation) -> Iterator[str]:
    """Rule 2: whose row it is stands in the row, always."""
    columns = {row["name"]: row for row in rows(connection, COLUMNS, f"public.{name}")}
    owner = {"tenant": "org_id", "personal": "user_id"}.get(isolation.kind)
    if columns and owner and (owner not in columns or columns[owner]["type"] != "uuid" or not columns[owner]["required"]):
        yield f"table {name}: {owner} is not a required uuid"
    if columns and isolation.kind == "global" and "org_id" in columns:
        yield f"global table {name} has an org_id, so its rows are somebody's"


INDEXES: LiteralString = """
SELECT c.relname AS name, i.indisunique OR i.indisexclusion AS unique, i.indisprimary AS primary,
    ARRAY(SELECT coalesce(a.attname::text, '(expression)') FROM unnest(i.indkey::smallint[]) WITH ORDINALITY k (number, place)
        LEFT JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.number WHERE k.place <= i.indnkeyatts ORDER BY k.place) AS columns
FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid WHERE i.indrelid = to_regclass(%s)
"""


def _indexes(connection: Connection, name: str, isolation: Isolation) -> Iterator[str]:
    """Rule 2: keys and indexes begin with what the policy asks for. A key that didn't would tell one organization that
    another has such a row; an index that didn't would be walked through everybody's rows."""
    if isolation.kind == "global":
        return
    found = rows(connection, INDEXES, f"public.{name}")
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


REFERENCES: LiteralString = """
SELECT k.conname AS name, t.relname AS to, k.confdeltype::text AS on_delete,
    ARRAY(SELECT a.attname::text FROM unnest(k.conkey) WITH ORDINALITY x (n, o) JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = x.n ORDER BY x.o) AS columns,
    ARRAY(SELECT a.attname::text FROM unnest(k.confkey) WITH ORDINALITY x (n, o) JOIN pg_attribute a ON a.attrelid = k.confrelid AND a.attnum = x.n ORDER BY x.o) AS targets,
    ARRAY(SELECT a.attname::text FROM unnest(k.confdelsetcols) x (n) JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = x.n) AS cleared
FROM pg_constraint k JOIN pg_class t ON t.oid = k.confrelid WHERE k.contype = 'f' AND k.conrelid = to_regclass(%s)
"""


def _references(connection: Connection, name: str, isolation: Isolation, tables: Mapping[str, Isolation]) -> Iterator[str]:
    """Rule 2: a reference carries the organization along, since PostgreSQL checks references with its owner's eyes."""
    for key in rows(connection, REFERENCES, f"public.{name}"):
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
