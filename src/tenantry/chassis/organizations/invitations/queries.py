"""What can be asked about invitations."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, select, tuple_

from tenantry.chassis.access.entrance import secret_hash
from tenantry.chassis.identity.models import Person
from tenantry.chassis.organizations.directory.models import Organization
from tenantry.chassis.organizations.invitations.models import Invitation
from tenantry.chassis.organizations.invitations.schemas import InvitationOut, InvitationSeen
from tenantry.core.errors import Forbidden, NotFound
from tenantry.core.pages import Cursor, Page, PageParams
from tenantry.infra.database.scopes import OrgScope, Scope

WAITING = Invitation.uses < Invitation.max_uses


async def list_invitations(scope: OrgScope, asked: PageParams) -> Page[InvitationOut]:
    """Those which nobody has used up, the latest first."""
    statement = _listed().where(WAITING).order_by(Invitation.created_at.desc(), Invitation.id.desc())
    if asked.after:
        key = tuple_(Invitation.created_at, Invitation.id)
        statement = statement.where(key < Cursor.decode(asked.after, datetime, UUID))
    rows = (await scope.session.execute(statement.limit(asked.limit + 1))).all()
    shown = rows[: asked.limit]
    last = shown[-1].Invitation if len(rows) > asked.limit else None
    cursor = Cursor.encode(last.created_at, last.id) if last else None
    return Page(items=[_out(scope, row) for row in shown], next=cursor)


async def count_invitations(scope: OrgScope) -> int:
    """How many there are in the list."""
    return await scope.session.scalar(select(func.count()).select_from(Invitation).where(WAITING)) or 0


async def find_invitation(scope: OrgScope, invitation_id: UUID) -> Invitation:
    """One of those that are listed.

    Raises:
        NotFound: `invitation.not_found`.
    """
    statement = select(Invitation).where(Invitation.id == invitation_id, WAITING).with_for_update()
    invitation = await scope.session.scalar(statement)
    if invitation is None:
        raise NotFound(
            "invitation.not_found", "There is no such invitation here.", hint="It may have been used or revoked."
        )
    return invitation


async def invitation_out(scope: OrgScope, invitation_id: UUID) -> InvitationOut:
    """One of them, over the wire."""
    return _out(scope, (await scope.session.execute(_listed().where(Invitation.id == invitation_id))).one())


async def seen(scope: Scope, token: str) -> InvitationSeen:
    """What whoever holds the link is told. The scope sees the row of the secret that was presented.

    Raises:
        Forbidden: `invitation.invalid`.
    """
    row = await presented(scope, token)
    return InvitationSeen(
        organization=row.Organization.name,
        slug=row.Organization.slug,
        role=row.Invitation.role,
        invited_by=row.name,
        email=row.Invitation.email,
        domain=row.Invitation.domain,
        expires_at=row.Invitation.expires_at,
    )


async def presented(scope: Scope, token: str) -> Any:
    """The invitation, the organization and the name of who invited.

    Raises:
        Forbidden: `invitation.invalid`; there is none, it was used or revoked, or its time is over.
    """
    row = (
        await scope.session.execute(
            _listed()
            .join(Organization, Organization.id == Invitation.org_id)
            .add_columns(Organization)
            .where(Invitation.token_hash == secret_hash(token), Organization.deleted_at.is_(None))
        )
    ).one_or_none()
    if row is None or row.Invitation.uses >= row.Invitation.max_uses or row.Invitation.expires_at <= scope.now():
        raise invalid()
    return row


def invalid() -> Forbidden:
    """`invitation.invalid`: it isn't told why, since whoever holds a wrong link should learn nothing."""
    return Forbidden(
        "invitation.invalid",
        "This invitation is not good any more: it was used, has expired, or was taken back.",
        hint="Ask whoever invited you for a new one.",
    )


def _listed() -> Select[Invitation, str | None]:
    return select(Invitation, Person.name).outerjoin(Person, Person.id == Invitation.invited_by)


def _out(scope: OrgScope, row: Any) -> InvitationOut:
    invitation: Invitation = row.Invitation
    return InvitationOut(
        id=invitation.id,
        email=invitation.email,
        domain=invitation.domain,
        role=invitation.role,
        uses=invitation.uses,
        max_uses=invitation.max_uses,
        invited_by=row.name,
        created_at=invitation.created_at,
        sent_at=invitation.sent_at,
        expires_at=invitation.expires_at,
        expired=invitation.expires_at <= scope.now(),
    )
