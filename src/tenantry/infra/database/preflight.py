"""What is checked before anything is served: that row-level security binds the roles we serve as."""

import psycopg
from psycopg.rows import TupleRow

from tenantry.infra.database.failures import unavailable
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


class IsolationOffError(Exception):
    """Row-level security would not hold. The message says which role could pass it, and why."""


async def refuse_if_open(urls: DatabaseUrls) -> None:
    """Go on only if no role we serve as could pass row-level security.

    Raises:
        IsolationOffError: one could.
        Unavailable: the database does not answer.
    """
    try:
        async with await psycopg.AsyncConnection.connect(
            urls.of(APP), autocommit=True, connect_timeout=5
        ) as connection:
            roles = await (await connection.execute(BYPASS, [list(ROLES)])).fetchall()
            unforced = await (await connection.execute(UNFORCED)).fetchall()
    except psycopg.OperationalError as error:
        raise unavailable() from error
    faults = [fault for row in roles for fault in _faults(row)]
    faults += [f"the table {name} does not force row-level security" for (name,) in unforced]
    faults += [f"the role {role} does not exist" for role in sorted(set(ROLES) - {row[0] for row in roles})]
    if faults:
        raise IsolationOffError(f"Organizations would not be kept apart, so nothing is served: {'; '.join(faults)}.")


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
