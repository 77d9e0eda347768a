"""Changing a session's token, and finding out that somebody holds a copy of an old one."""

import secrets
from datetime import timedelta
from typing import Literal
from uuid import UUID

from sqlalchemy import delete, select, update

from tenantry.chassis.access.entrance import secret_hash
from tenantry.chassis.audit.actions import record
from tenantry.chassis.identity.models import Session
from tenantry.chassis.identity.notices.actions import tell
from tenantry.chassis.identity.sessions.models import RetiredToken
from tenantry.core.errors import Unauthenticated
from tenantry.infra.database.scopes import UserScope
from tenantry.infra.events import access_changed

GRACE = timedelta(seconds=60)
"""So long the last token is good beside the new one: requests that were on their way together."""


async def renew_token(scope: UserScope, session_id: UUID, presented: bytes) -> str | None:
    """Give the session another token, and answer with it; none when a request beside this one is just doing so."""
    session = (
        await scope.session.scalars(select(Session).where(Session.id == session_id).with_for_update(skip_locked=True))
    ).one_or_none()
    if session is None:
        return None
    now, token = scope.now(), secrets.token_urlsafe(32)
    if session.token_hash != presented:
        # The successor never arrived, so it was never used; who still has the token before it gets another one.
        await scope.session.execute(
            update(RetiredToken).where(RetiredToken.token_hash == presented).values(retired_at=now)
        )
    scope.session.add(RetiredToken(session_id=session_id, token_hash=session.token_hash, retired_at=now))
    session.token_hash, session.rotated_at, session.used_at = secret_hash(token), now, None
    session.seen_at = now
    await scope.session.flush()
    return token


Verdict = Literal["good", "renew", "copied"]


async def judge_retired(scope: UserScope, retired: RetiredToken) -> Verdict:
    """Whether the replaced token may still be used: its successor has not been seen yet, or only just. `renew` says that the
    successor was lost on its way, and `copied` that somebody else has a copy.

    Raises:
        Unauthenticated: `session.invalid`; the session is over anyhow.
    """
    session = (await scope.session.scalars(select(Session).where(Session.id == retired.session_id))).one_or_none()
    if session is None or session.expires_at <= scope.now():
        raise Unauthenticated("session.invalid", "You are no longer signed in.", hint="Sign in again.")
    if retired.retired_at != session.rotated_at:
        return "copied"
    if (session.used_at or session.rotated_at) + GRACE > scope.now():
        return "good"
    return "renew" if session.used_at is None else "copied"


async def end_copied(scope: UserScope, session_id: UUID) -> None:
    """A token that was replaced long ago came back: whoever holds it or its successor is not the person. Nobody can tell
    which, so the session ends for both, and the person is told."""
    ended = await scope.session.execute(delete(Session).where(Session.id == session_id).returning(Session.device))
    if ended.one_or_none() is None:
        return
    await record(scope, "identity.session.copied", subject=session_id)
    await tell(scope, __package__, "session_copied")
    await access_changed(scope, scope.user_id)
