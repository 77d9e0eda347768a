"""Sessions: an opaque token in a cookie, its hash in the database, ended at once by deleting the row."""

import secrets
from dataclasses import dataclass
from datetime import timedelta

from fastapi import Response
from sqlalchemy import delete, select, update
from starlette.requests import HTTPConnection

from tenantry.chassis.access import Identity
from tenantry.chassis.access.entrance import secret_hash
from tenantry.chassis.identity.models import Person, Session
from tenantry.chassis.identity.proofs.actions import note_sign_in
from tenantry.core.actors import Actor
from tenantry.core.ids import new_id
from tenantry.infra.database.scopes import AnonymousScope, SystemScope, UserScope
from tenantry.infra.events import access_changed

LONGEST = timedelta(days=30)
IDLE = timedelta(days=14)
NOTED_EVERY = timedelta(minutes=5)

_PRESENTED = select(Session.id, Session.user_id, Session.seen_at, Session.expires_at, Person.name).join(
    Person, Person.id == Session.user_id
)
"""The session whose token was presented: no other is in sight."""


@dataclass(frozen=True)
class SessionCookie:
    """The cookie that carries the token; also the way in for whoever sends it."""

    name: str
    secure: bool

    def set(self, response: Response, token: str) -> None:
        """Hand the token to the browser, where no script can read it."""
        response.set_cookie(
            self.name,
            token,
            max_age=int(LONGEST.total_seconds()),
            path="/",
            secure=self.secure,
            httponly=True,
            samesite="lax",
        )

    def clear(self, response: Response) -> None:
        """Have the browser forget it."""
        response.delete_cookie(self.name, path="/", secure=self.secure, httponly=True, samesite="lax")

    def credential(self, connection: HTTPConnection) -> str | None:
        """The token that came with a request."""
        return connection.cookies.get(self.name) or None

    async def identify(self, scope: AnonymousScope) -> Identity | None:
        """Whose session it is, unless it is over."""
        row = next(iter(await scope.rows(_PRESENTED)), None)
        now = scope.now()
        if row is None or row.expires_at <= now or row.seen_at + IDLE <= now:
            return None

        async def note_use(user: UserScope) -> None:
            await user.session.execute(update(Session).where(Session.id == row.id).values(seen_at=now))

        stale = row.seen_at + NOTED_EVERY <= now
        return Identity(Actor.user(row.user_id, row.name), row.id, note_use if stale else None)


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
            expires_at=now + LONGEST,
            address=address,
            device=device,
        )
    )
    await scope.session.flush()
    await note_sign_in(scope, session_id, by=by, method=method or by)
    return token


async def end_session(scope: UserScope, token: str) -> None:
    """Sign out there; the token is worth nothing from now on, and its live sockets close."""
    await scope.session.execute(delete(Session).where(Session.token_hash == secret_hash(token)))
    await access_changed(scope, scope.user_id)


async def forget_ended(scope: SystemScope) -> None:
    """Remove sessions whose time is over."""
    now = scope.now()
    await scope.session.execute(delete(Session).where((Session.expires_at <= now) | (Session.seen_at <= now - IDLE)))
