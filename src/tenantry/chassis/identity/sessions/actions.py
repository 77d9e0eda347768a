"""Beginning and ending sessions."""

import secrets
from uuid import UUID

from sqlalchemy import delete

from tenantry.chassis.access.entrance import secret_hash
from tenantry.chassis.audit.actions import record
from tenantry.chassis.identity.models import Session
from tenantry.chassis.identity.proofs.actions import note_sign_in
from tenantry.chassis.identity.sessions.settings import SessionSettings
from tenantry.core.errors import NotFound
from tenantry.core.ids import new_id
from tenantry.infra.database.scopes import SystemScope, UserScope
from tenantry.infra.events import access_changed


async def begin_session(
    scope: UserScope, *, address: str, device: str, by: str = "password", method: str | None = None
) -> str:
    """Sign the person in at this place, and answer with the new token: 256 random bits.

    `by` says how they began (`password`, `passkey`, or the provider of another sign-in), `method` what they showed last.
    """
    token = secrets.token_urlsafe(32)
    now = scope.now()
    session_id = new_id()
    scope.session.add(
        Session(
            id=session_id,
            token_hash=secret_hash(token),
            created_at=now,
            seen_at=now,
            # Whoever gets a first token has it by the answer to their own request; only later ones may get lost on the way.
            used_at=now,
            expires_at=now + scope.part(SessionSettings).longest,
            address=address,
            country=scope.origin.country if scope.origin else None,
            device=device,
        )
    )
    await scope.session.flush()
    await note_sign_in(scope, session_id, by=by, method=method or by)
    await record(scope, "identity.session.began", subject=session_id, after={"by": by, "method": method or by})
    return token


async def end_session(scope: UserScope, session_id: UUID) -> None:
    """Sign out there; the token is worth nothing from now on, and its live sockets close.

    Raises:
        NotFound: `session.not_found`.
    """
    ended = await scope.session.execute(delete(Session).where(Session.id == session_id).returning(Session.id))
    if ended.one_or_none() is None:
        raise NotFound("session.not_found", "You are not signed in there any more.", hint="Load the list again.")
    await record(scope, "identity.session.ended", subject=session_id)
    await access_changed(scope, scope.user_id)


async def end_other_sessions(scope: UserScope, keep: UUID | None = None) -> int:
    """Sign out everywhere, but for the session to `keep`; answers how many sessions that were."""
    others = delete(Session).where(Session.user_id == scope.user_id)
    if keep is not None:
        others = others.where(Session.id != keep)
    ended = (await scope.session.scalars(others.returning(Session.id))).all()
    for session_id in ended:
        await record(scope, "identity.session.ended", subject=session_id)
    if ended:
        await access_changed(scope, scope.user_id)
    return len(ended)


async def forget_ended(scope: SystemScope) -> None:
    """Remove sessions whose time is over; the tokens they had before go with them."""
    now, lasts = scope.now(), scope.part(SessionSettings)
    await scope.session.execute(
        delete(Session).where((Session.expires_at <= now) | (Session.seen_at <= now - lasts.idle))
    )
