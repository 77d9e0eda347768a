"""Noting that somebody has shown who they are."""

from uuid import UUID

from sqlalchemy import update
from sqlalchemy.dialects.postgresql import insert

from tenantry.chassis.audit.actions import record
from tenantry.chassis.identity.proofs.models import Proof
from tenantry.core.errors import Unauthenticated
from tenantry.infra.database.scopes import UserScope


async def note_sign_in(scope: UserScope, session_id: UUID, *, by: str, method: str) -> None:
    """Note how this session began; signing in is the first proof."""
    await scope.session.execute(
        insert(Proof).values(id=session_id, user_id=scope.user_id, signed_in_by=by, method=method, at=scope.now())
    )


async def note_proof(scope: UserScope, session_id: UUID | None, method: str) -> None:
    """Note that the person has shown again, in this session, who they are.

    Raises:
        Unauthenticated: `session.missing`; a program has no session in which to show anything.
    """
    if session_id is None:
        raise Unauthenticated("session.missing", "This needs a session.", hint="Sign in with a browser.")
    now = scope.now()
    noted = await scope.session.execute(
        update(Proof).where(Proof.id == session_id).values(method=method, at=now).returning(Proof.id)
    )
    if noted.one_or_none() is None:
        await scope.session.execute(
            insert(Proof).values(id=session_id, user_id=scope.user_id, signed_in_by="unknown", method=method, at=now)
        )
    await record(scope, "identity.proof.given", subject=session_id, after={"method": method})
