"""What can be asked about members."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from sqlalchemy import Select, bindparam, func, or_, select, tuple_

from tenantry.chassis import access
from tenantry.chassis.identity.models import Person
from tenantry.chassis.organizations.directory.models import Address, Organization
from tenantry.chassis.organizations.directory.queries import entry_of, former_slugs, logo_address
from tenantry.chassis.organizations.members.arrivals import noting_arrival
from tenantry.chassis.organizations.members.models import Membership
from tenantry.chassis.organizations.members.schemas import MemberOut
from tenantry.chassis.organizations.schemas import OrganizationCard, OrganizationOut
from tenantry.chassis.organizations.sign_in.rules import refuse_unsafe_sign_in
from tenantry.core.errors import Gone, NotFound
from tenantry.core.pages import Cursor, Page, PageParams
from tenantry.core.roles import Role
from tenantry.infra.database.scopes import OrganizationRef, OrgScope, UserScope

_FOUND = select(
    Organization.id,
    Organization.slug,
    Organization.name,
    Organization.deleted_at,
    Organization.erase_at,
    Organization.second_factor_required,
    Organization.single_sign_on_required,
    Membership.role,
    Membership.seen_at,
).join(Membership, Membership.org_id == Organization.id)

_OF_SLUG = _FOUND.where(Organization.slug == bindparam("slug"))
_OF_FORMER_SLUG = _FOUND.join(Address, Address.organization_id == Organization.id).where(
    Address.slug == bindparam("slug")
)


async def membership_of(scope: UserScope, slug: str, *, deleted: bool = False) -> access.Membership | None:
    """What the person is to the organization of this slug, or of one that had it before.

    One that is being deleted is not there any more, but for its owners: they are told, and enter it with `deleted` alone.

    Raises:
        Gone: `organization.deleted`, to its owners.
    """
    row = next(iter(await scope.rows(_OF_SLUG, slug=slug) or await scope.rows(_OF_FORMER_SLUG, slug=slug)), None)
    if row is None or (row.deleted_at is not None and row.role != Role.OWNER.word):
        return None
    if row.deleted_at is not None and not deleted:
        raise _deleted(row)
    if row.second_factor_required or row.single_sign_on_required:
        await refuse_unsafe_sign_in(scope, row)
    noting = await noting_arrival(scope, row.seen_at)
    return access.Membership(OrganizationRef(row.id, row.slug, row.name), Role.of(row.role), noting)


def _deleted(row: Any) -> Gone:
    return Gone(
        "organization.deleted",
        f"{row.name} is being deleted.",
        hint=f"As an owner you can restore it until {row.erase_at:%-d %B %Y}.",
        organization={"slug": row.slug, "name": row.name},
        deleted_at=row.deleted_at.isoformat(),
        erase_at=row.erase_at.isoformat(),
    )


async def own_organizations(scope: UserScope) -> list[OrganizationCard]:
    """Where the person is a member, in the order in which they joined; those being deleted come last, for owners alone."""
    visible = or_(Organization.deleted_at.is_(None), Membership.role == Role.OWNER.word)
    rows = await scope.session.execute(
        select(Organization, Membership.role)
        .join(Membership, Membership.org_id == Organization.id)
        .where(visible)
        .order_by(Organization.deleted_at.is_not(None), Membership.created_at, Membership.id)
    )
    return [card_of(row.Organization, row.role) for row in rows]


def card_of(entry: Organization, role: str) -> OrganizationCard:
    """An organization as its members see it from outside."""
    return OrganizationCard(
        id=entry.id,
        slug=entry.slug,
        name=entry.name,
        role=role,
        logo=logo_address(entry),
        members=entry.members,
        erase_at=entry.erase_at,
    )


async def organization_out(scope: OrgScope) -> OrganizationOut:
    """The organization itself, as the actor sees it."""
    entry = await entry_of(scope)
    card = card_of(entry, scope.role.word)
    return OrganizationOut(
        **card.model_dump(exclude={"members"}),
        members=await count_members(scope),
        permissions=sorted(scope.permissions),
        former_slugs=await former_slugs(scope, entry.slug),
        created_at=entry.created_at,
    )


async def enter_own(scope: UserScope, organization_id: UUID) -> OrgScope:
    """Go on inside one of the person's own organizations, without any permission.

    Raises:
        NotFound: `organization.not_found`.
    """
    row = (await scope.session.execute(_FOUND.where(Organization.id == organization_id))).one_or_none()
    if row is None:
        raise NotFound("organization.not_found", "You are no member of such an organization.")
    organization = OrganizationRef(row.id, row.slug, row.name)
    return await scope.to_organization(organization, scope.actor, role=Role.of(row.role), permissions=())


async def find_member(scope: OrgScope, member_id: UUID) -> Membership:
    """A member.

    Raises:
        NotFound: `member.not_found`.
    """
    member = await scope.session.get(Membership, (scope.org_id, member_id))
    if member is None:
        raise NotFound("member.not_found", "There is no such member here.", hint="They may have left meanwhile.")
    return member


async def role_of(scope: OrgScope, user_id: UUID) -> Role | None:
    """What a person is to the organization, if anything."""
    word = await scope.session.scalar(select(Membership.role).where(Membership.user_id == user_id))
    return None if word is None else Role.of(word)


async def names_of_members(scope: OrgScope, emails: Iterable[str]) -> dict[str, str]:
    """Which of the addresses are members', with their names."""
    rows = await scope.session.execute(_listed().where(Membership.email.in_(set(emails))))
    return {row.Membership.email or "": row.name for row in rows}


async def addresses_of_owners(scope: OrgScope) -> list[str]:
    """Where mail to the owners goes."""
    statement = select(Membership.email).where(Membership.role == Role.OWNER.word, Membership.email.is_not(None))
    return [address for address in await scope.session.scalars(statement) if address]


async def count_members(scope: OrgScope) -> int:
    """How many members there are."""
    return await scope.session.scalar(select(func.count()).select_from(Membership)) or 0


async def list_members(scope: OrgScope, asked: PageParams, search: str, role: str | None) -> Page[MemberOut]:
    """Members by name; those whose name or e-mail address contains `search`, and who have `role`, if any is given."""
    name = func.lower(Person.name)
    statement = _listed().order_by(name, Membership.id).limit(asked.limit + 1)
    if search.strip():
        wanted = search.strip().lower()
        statement = statement.where(
            or_(func.strpos(name, wanted) > 0, func.strpos(func.lower(Membership.email), wanted) > 0)
        )
    if role:
        statement = statement.where(Membership.role == role)
    if asked.after:
        statement = statement.where(tuple_(name, Membership.id) > Cursor.decode(asked.after, str, UUID))
    rows = (await scope.session.execute(statement)).all()
    shown = rows[: asked.limit]
    more = len(rows) > asked.limit
    cursor = Cursor.encode(shown[-1].name.lower(), shown[-1].Membership.id) if more else None
    return Page(items=[_out(scope, row) for row in shown], next=cursor)


async def member_out(scope: OrgScope, member_id: UUID) -> MemberOut:
    """One member.

    Raises:
        NotFound: `member.not_found`.
    """
    await find_member(scope, member_id)
    return _out(scope, (await scope.session.execute(_listed().where(Membership.id == member_id))).one())


def _listed() -> Select[Membership, str]:
    return select(Membership, Person.name).join(Person, Person.id == Membership.user_id)


def _out(scope: OrgScope, row: Any) -> MemberOut:
    member: Membership = row.Membership
    return MemberOut(
        id=member.id,
        user_id=member.user_id,
        name=row.name,
        email=member.email,
        role=member.role,
        second_factor=member.second_factor,
        seen_at=member.seen_at,
        joined_at=member.created_at,
        you=member.user_id == scope.actor.id,
    )
