"""What is checked before anything is served: that row-level security binds the roles we serve as."""

import asyncio
import time

import psycopg
from psycopg.rows import TupleRow

from tenantry.infra.database.roles import APP, OWNER, QUEUE, ROLES, SYSTEM
from tenantry.infra.database.urls import DatabaseUrls

BYPASS = """
SELECT r.rolname, r.rolsuper, r.rolbypassrls, r.rolcreaterole, r.rolreplication,
       EXISTS (SELECT FROM pg_class c WHERE c.relowner = r.oid AND c.relkind IN ('r', 'p', 'v', 'm', 'f')),
       ARRAY(SELECT m.rolname::text FROM pg_roles m WHERE m.oid <> r.oid AND pg_has_role(r.oid, m.oid, 'MEMBER'))
FROM pg_roles r WHERE r.rolname = ANY(%s)
"""
UNFORCED = """
SELECT c.relname FROM pg_class c
WHERE c.relrowsecurity AND NOT c.relforcerowsecurity AND c.relnamespace = 'public'::regnamespace
"""


FINAL = ("authentication failed", "does not exist", "no pg_hba.conf entry", "permission denied")
"""What waiting does not help against."""


class IsolationOffError(Exception):
    """Row-level security would not hold. The message says which role could pass it, and why."""


class DatabaseAwayError(Exception):
    """The database cannot be reached. The message has what it, or the way to it, said."""


async def refuse_if_open(urls: DatabaseUrls, *, patience: float = 10.0) -> None:
    """Go on only if no role we serve as could pass row-level security. A server that is just starting is waited for.

    Raises:
        IsolationOffError: one could.
        DatabaseAwayError: the database does not answer within `patience` seconds, or turns us away.
    """
    async with await _connect(urls, time.monotonic() + patience) as connection:
        roles = await (await connection.execute(BYPASS, [list(ROLES)])).fetchall()
        unforced = await (await connection.execute(UNFORCED)).fetchall()
    faults = [fault for row in roles for fault in _faults(row)]
    faults += [f"the table {name} does not force row-level security" for (name,) in unforced]
    faults += [f"the role {role} does not exist" for role in sorted(set(ROLES) - {row[0] for row in roles})]
    if faults:
        raise IsolationOffError(f"Organizations would not be kept apart, so nothing is served: {'; '.join(faults)}.")


async def _connect(urls: DatabaseUrls, until: float) -> psycopg.AsyncConnection[TupleRow]:
    while True:
        try:
            return await psycopg.AsyncConnection.connect(urls.of(APP), autocommit=True, connect_timeout=5)
        except psycopg.OperationalError as error:
            said = str(error).strip()
            if time.monotonic() > until or any(words in said for words in FINAL):
                raise DatabaseAwayError(
                    f"The database cannot be reached: {said}. Look at TENANTRY_DATABASE_URL and the passwords of its roles; "
                    "`tenantry database provision` makes the roles."
                ) from error
        await asyncio.sleep(0.2)


def _faults(row: TupleRow) -> list[str]:
    name, superuser, bypass, create_role, replication, owns, memberships = row
    faults = []
    if superuser:
        faults.append(f"{name} is a superuser")
    if bypass:
        faults.append(f"{name} has BYPASSRLS")
    if create_role and name != OWNER:
        faults.append(f"{name} may create roles")
    if replication:
        faults.append(f"{name} may replicate")
    if owns and name in (APP, QUEUE, SYSTEM):
        faults.append(f"{name} owns tables")
    if memberships and name in (APP, QUEUE, SYSTEM):
        faults.append(f"{name} is a member of {', '.join(memberships)}")
    return faults
