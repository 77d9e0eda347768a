"""The one place with policy text: what keeps the rows of one organization, person or secret from everybody else.

An `Isolation` says how one table is kept apart. From it come the statements a migration runs (`statements`) and what the
catalogue test expects to find (`policies`, `grants`), so the two cannot drift.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from tenantry.infra.database.roles import APP, OWNER, QUEUE, SYSTEM, RoleName

Kind = Literal["tenant", "personal", "secret", "global"]

ORG_ID = "(SELECT nullif(current_setting('app.org_id', true), '')::uuid)"
USER_ID = "(SELECT nullif(current_setting('app.user_id', true), '')::uuid)"
PRESENTED = "(SELECT decode(nullif(current_setting('app.presented', true), ''), 'hex'))"
# Each setting is read in a sub-select, which runs once per statement; the bare call costs 3 to 4 times as much on scans.
# After a transaction's SET LOCAL has ended the setting is '' and not null, hence nullif: nothing set means no rows.

ALL = "SELECT, INSERT, UPDATE, DELETE"
POLICY_NAMES = ("pass", "tenant", "person", "presented", "queue")


@dataclass(frozen=True, slots=True)
class Policy:
    """One row-level security policy; `check` is left out where the command writes nothing."""

    name: str
    command: Literal["ALL", "SELECT"]
    roles: tuple[RoleName, ...]
    using: str

    def create(self, table: str) -> str:
        """The statement which creates it on a table."""
        check = f" WITH CHECK ({self.using})" if self.command == "ALL" else ""
        return f"CREATE POLICY {self.name} ON {table} FOR {self.command} TO {', '.join(self.roles)} USING ({self.using}){check}"


@dataclass(frozen=True, slots=True)
class Isolation:
    """How one table is kept apart.

    `tenant`: rows belong to an organization (the SQL expression `org` gives its id). `personal`: rows belong to a person.
    `secret`: a row belongs to whoever presents the secret with the hash in `presented`, before anybody is known.
    `global`: rows belong to everybody who is granted something on the table; `reason` says why that may be.
    `member`: a tenant's rows may also be read by the person in `user_id`, in a scope of their own.
    `shared`: a row belongs to an organization or else to the person in `user_id`, who has it in a scope of their own.
    `presented`: a column with the hash of a secret; whoever presents the secret may read its row.
    `queue`: what the role that claims jobs may do, on all rows. `app`, `system`: what these roles may do, within their policies.
    """

    kind: Kind
    org: str = "org_id"
    member: bool = False
    shared: bool = False
    presented: str | None = None
    app: str = ALL
    system: str = ALL
    queue: str = ""
    reason: str = ""

    def policies(self) -> Iterator[Policy]:
        """Every policy the table has, and no other may stand on it."""
        if self.kind == "global":
            return
        yield Policy("pass", "ALL", (OWNER, SYSTEM), "true")
        if self.kind == "tenant":
            yield Policy("tenant", "ALL", (APP,), f"{self.org} = {ORG_ID}")
        if self.kind == "personal" or self.shared:
            yield Policy("person", "ALL", (APP,), f"user_id = {USER_ID}")
        if self.member:
            yield Policy("person", "SELECT", (APP,), f"user_id = {USER_ID}")
        if self.kind == "secret":
            yield Policy("presented", "ALL", (APP,), f"{self.presented} = {PRESENTED}")
        elif self.presented:
            yield Policy("presented", "SELECT", (APP,), f"{self.presented} = {PRESENTED}")
        if self.queue:
            yield Policy("queue", "ALL", (QUEUE,), "true")

    def grants(self) -> dict[RoleName, frozenset[str]]:
        """What each role but the owner may do with the table."""
        given: dict[RoleName, str] = {APP: self.app, SYSTEM: self.system, QUEUE: self.queue}
        return {role: frozenset(_words(privileges)) for role, privileges in given.items()}

    def statements(self, table: str) -> Iterator[str]:
        """What makes the table so, whatever stood on it before."""
        yield f"REVOKE ALL ON {table} FROM PUBLIC, {APP}, {QUEUE}, {SYSTEM}"
        for role, privileges in self.grants().items():
            if privileges:
                yield f"GRANT {', '.join(sorted(privileges))} ON {table} TO {role}"
        for name in POLICY_NAMES:
            yield f"DROP POLICY IF EXISTS {name} ON {table}"
        if self.kind != "global":
            yield f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY"
            yield f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY"
        for policy in self.policies():
            yield policy.create(table)


def _words(privileges: str) -> Iterator[str]:
    return (word.strip().upper() for word in privileges.split(",") if word.strip())
