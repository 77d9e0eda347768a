"""What can be asked about people."""

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import select

from tenantry.chassis.identity.models import Person, User
from tenantry.core.errors import Forbidden
from tenantry.infra.database.scopes import OrgScope, Scope, UserScope


async def own_account(scope: UserScope) -> User:
    """The account of the person who asks."""
    return (await scope.session.scalars(select(User).where(User.user_id == scope.user_id))).one()


async def names_of(scope: Scope, people: Iterable[UUID]) -> dict[UUID, str]:
    """The names of people by their ids."""
    rows = await scope.session.execute(select(Person.id, Person.name).where(Person.id.in_(set(people))))
    return {row.id: row.name for row in rows}


async def require_verified(scope: OrgScope | UserScope) -> None:
    """Go on only if the person who acts, if it is a person, has shown that mail to their address reaches them.

    Raises:
        Forbidden: `email.unverified`.
    """
    person = scope.actor.person
    if person is None or await scope.session.scalar(select(Person.verified_at).where(Person.id == person)):
        return
    raise Forbidden(
        "email.unverified",
        "Your e-mail address is not confirmed yet.",
        hint="Open the link in the mail we sent you when you signed up, then try again.",
    )
