"""What can be asked about people."""

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import select

from tenantry.chassis.identity.models import Person, User
from tenantry.infra.database.scopes import Scope, UserScope


async def own_account(scope: UserScope) -> User:
    """The account of the person who asks."""
    return (await scope.session.scalars(select(User).where(User.user_id == scope.user_id))).one()


async def names_of(scope: Scope, people: Iterable[UUID]) -> dict[UUID, str]:
    """The names of people by their ids."""
    rows = await scope.session.execute(select(Person.id, Person.name).where(Person.id.in_(set(people))))
    return {row.id: row.name for row in rows}
