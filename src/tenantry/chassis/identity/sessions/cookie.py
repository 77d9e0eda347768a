"""The cookie that carries a session's token; also the way in for whoever sends it."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from fastapi import Response
from sqlalchemy import select, update
from starlette.requests import HTTPConnection

from tenantry.chassis.access import Identity
from tenantry.chassis.identity.models import Person, Session
from tenantry.chassis.identity.sessions.models import RetiredToken
from tenantry.chassis.identity.sessions.rotation import Verdict, end_copied, judge_retired, renew_token
from tenantry.chassis.identity.sessions.settings import SessionSettings
from tenantry.core.actors import Actor
from tenantry.infra.database.scopes import AnonymousScope, UserScope

NOTED_EVERY_SECONDS = 300

_PRESENTED = select(
    Session.id,
    Session.user_id,
    Session.token_hash,
    Session.created_at,
    Session.seen_at,
    Session.expires_at,
    Session.rotated_at,
    Session.used_at,
    Person.name,
).join(Person, Person.id == Session.user_id)
"""The session whose token was presented: no other is in sight."""

_RETIRED = select(RetiredToken, Person.name).join(Person, Person.id == RetiredToken.user_id)
"""The token that was presented, if it was replaced."""


@dataclass(frozen=True)
class SessionCookie:
    """Sets, clears and reads it."""

    name: str
    secure: bool
    lasts: SessionSettings

    def set(self, response: Response, token: str) -> None:
        """Hand the token to the browser, where no script can read it."""
        response.set_cookie(
            self.name,
            token,
            max_age=int(self.lasts.longest.total_seconds()),
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
        if row is None:
            return await self._identify_retired(scope)
        now = scope.now()
        if row.expires_at <= now or row.seen_at + self.lasts.idle <= now:
            return None
        due = (row.rotated_at or row.created_at) + self.lasts.rotation <= now
        return Identity(
            Actor.user(row.user_id, row.name),
            row.id,
            on_arrival=_note_use(row, now),
            renew=self._renewal(row.id, row.token_hash) if due else None,
        )

    async def _identify_retired(self, scope: AnonymousScope) -> Identity | None:
        row = (await scope.session.execute(_RETIRED)).one_or_none()
        if row is None:
            return None
        retired: RetiredToken = row.RetiredToken
        token_hash, session_id = retired.token_hash, retired.session_id
        scope.session.expunge(retired)
        verdict: Verdict = "copied"

        async def judge(user: UserScope) -> bool:
            nonlocal verdict
            verdict = await judge_retired(user, retired)
            return verdict != "copied"

        async def renew(user: UserScope) -> str | None:
            return await self._renewed(user, session_id, token_hash) if verdict == "renew" else None

        async def end(user: UserScope) -> None:
            await end_copied(user, session_id)

        return Identity(Actor.user(retired.user_id, row.name), session_id, renew=renew, judge=judge, on_refusal=end)

    def _renewal(self, session_id: UUID, presented: bytes) -> Callable[[UserScope], Awaitable[str | None]]:
        async def renew(user: UserScope) -> str | None:
            return await self._renewed(user, session_id, presented)

        return renew

    async def _renewed(self, user: UserScope, session_id: UUID, presented: bytes) -> str | None:
        """The header that hands the browser its next token."""
        token = await renew_token(user, session_id, presented)
        if token is None:
            return None
        response = Response()
        self.set(response, token)
        return response.headers["set-cookie"]


def _note_use(row: Any, now: datetime) -> Callable[[UserScope], Awaitable[None]] | None:
    """Notes the first use of a token, and then every few minutes that the session is used: a write for each request would
    cost more than the request."""
    if row.used_at is not None and (now - row.seen_at).total_seconds() < NOTED_EVERY_SECONDS:
        return None
    values = {"seen_at": now} | ({"used_at": now} if row.used_at is None else {})

    async def note(user: UserScope) -> None:
        await user.session.execute(update(Session).where(Session.id == row.id).values(**values))

    return note
