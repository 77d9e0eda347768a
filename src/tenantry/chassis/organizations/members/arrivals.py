"""What people bring along when they come into an organization: in there, nobody's account can be read."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import update

from tenantry.chassis.identity.queries import own_account
from tenantry.chassis.identity.second_factors.queries import has_second_factor
from tenantry.chassis.organizations.members.models import Membership
from tenantry.infra.database.scopes import OrgScope, UserScope

NOTED_EVERY = timedelta(minutes=30)


@dataclass(frozen=True)
class Newcomer:
    """Somebody on their way in."""

    user_id: UUID
    email: str
    second_factor: bool | None


async def newcomer(scope: UserScope) -> Newcomer:
    """The person of this scope."""
    account = await own_account(scope)
    return Newcomer(scope.user_id, account.email, await has_second_factor(scope))


async def noting_arrival(scope: UserScope, seen_at: datetime | None) -> Callable[[OrgScope], Awaitable[None]] | None:
    """What is to be done once the person is inside: nothing, unless they were last seen a while ago."""
    if seen_at is not None and seen_at + NOTED_EVERY > scope.now():
        return None
    arriving = await newcomer(scope)

    async def note(inside: OrgScope) -> None:
        values = {"seen_at": inside.now(), "email": arriving.email, "second_factor": arriving.second_factor}
        await inside.session.execute(update(Membership).where(Membership.user_id == arriving.user_id).values(values))

    return note
