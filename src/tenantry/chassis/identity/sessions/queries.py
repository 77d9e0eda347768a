"""What can be asked about one's own sessions."""

from uuid import UUID

from sqlalchemy import select

from tenantry.chassis.identity.devices.agents import device_of
from tenantry.chassis.identity.models import Session
from tenantry.chassis.identity.sessions.schemas import DeviceOut, SessionOut
from tenantry.chassis.identity.sessions.settings import SessionSettings
from tenantry.infra.database.scopes import UserScope


async def own_sessions(scope: UserScope, current: UUID | None) -> list[SessionOut]:
    """Where the person is signed in: here first, then the latest used."""
    now, lasts = scope.now(), scope.part(SessionSettings)
    found = await scope.session.scalars(
        select(Session)
        .where(Session.user_id == scope.user_id, Session.expires_at > now, Session.seen_at > now - lasts.idle)
        .order_by(Session.seen_at.desc())
    )
    sessions = [_out(session, current) for session in found]
    return sorted(sessions, key=lambda one: not one.current)


def _out(session: Session, current: UUID | None) -> SessionOut:
    device = device_of(session.device)
    return SessionOut(
        id=session.id,
        current=session.id == current,
        device=DeviceOut(name=str(device), kind=device.kind),
        address=session.address,
        country=session.country,
        created_at=session.created_at,
        seen_at=session.seen_at,
        expires_at=session.expires_at,
    )
