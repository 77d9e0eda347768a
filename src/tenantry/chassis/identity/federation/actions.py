"""What happens to identities at other issuers."""

from uuid import UUID

from sqlalchemy import delete, select, update
from sqlalchemy.dialects.postgresql import insert

from tenantry.chassis.audit.actions import record
from tenantry.chassis.identity.federation.flow import Asserted
from tenantry.chassis.identity.federation.models import LinkedIdentity, identity_hash
from tenantry.chassis.identity.models import Person
from tenantry.chassis.identity.proofs.notices import tell_of_change
from tenantry.chassis.identity.ways_in import refuse_last_way
from tenantry.core.actors import Actor
from tenantry.core.errors import Conflict, NotFound
from tenantry.core.ids import new_id
from tenantry.infra.database.database import Database
from tenantry.infra.database.scopes import UserScope


async def whose(database: Database, issuer: str, subject: str) -> Actor | None:
    """Whose account this identity opens; none when nobody has linked it."""
    wanted = identity_hash(issuer, subject)
    async with database.presented_scope(wanted, read_only=True) as scope:
        row = (
            await scope.session.execute(
                select(LinkedIdentity.user_id, Person.name)
                .join(Person, Person.id == LinkedIdentity.user_id)
                .where(LinkedIdentity.identity_hash == wanted)
            )
        ).one_or_none()
    return Actor.user(row.user_id, row.name) if row else None


async def link(scope: UserScope, provider: str, asserted: Asserted, *, tells: bool = True) -> None:
    """Have this identity open the person's account from now on.

    Raises:
        Conflict: `federation.linked_elsewhere`, it opens another account.
    """
    added = await scope.session.execute(
        insert(LinkedIdentity)
        .values(
            id=new_id(),
            user_id=scope.user_id,
            identity_hash=identity_hash(asserted.issuer, asserted.subject),
            issuer=asserted.issuer,
            subject=asserted.subject,
            provider=provider,
            label=(asserted.email or asserted.name or asserted.subject)[:200],
            created_at=scope.now(),
        )
        .on_conflict_do_nothing()
        .returning(LinkedIdentity.id)
    )
    id = added.scalar_one_or_none()
    if id is not None:
        await record(scope, "identity.linked_identity.added", subject=id, after={"provider": provider})
        if tells:
            await tell_of_change(scope, "Another sign-in was linked")
        return
    own = await scope.session.scalar(
        select(LinkedIdentity.id).where(
            LinkedIdentity.identity_hash == identity_hash(asserted.issuer, asserted.subject)
        )
    )
    if own is None:
        raise Conflict(
            "federation.linked_elsewhere",
            "That sign-in opens another account already.",
            hint="Sign in to the other account and unlink it there first.",
        )


async def note_use(scope: UserScope, asserted: Asserted) -> None:
    """Note that the person came in by it."""
    await scope.session.execute(
        update(LinkedIdentity)
        .where(LinkedIdentity.identity_hash == identity_hash(asserted.issuer, asserted.subject))
        .values(used_at=scope.now())
    )


async def unlink(scope: UserScope, id: UUID) -> None:
    """Have it open nothing any more.

    Raises:
        NotFound: `linked_identity.not_found`.
        Conflict: `sign_in.last_way`.
    """
    gone = await scope.session.execute(
        delete(LinkedIdentity).where(LinkedIdentity.id == id).returning(LinkedIdentity.provider)
    )
    row = gone.one_or_none()
    if row is None:
        raise NotFound("linked_identity.not_found", "There is no such sign-in.", hint="It may be unlinked already.")
    await refuse_last_way(scope)
    await record(scope, "identity.linked_identity.removed", subject=id, before={"provider": row.provider})
    await tell_of_change(scope, "A linked sign-in was removed")
