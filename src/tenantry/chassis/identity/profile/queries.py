"""What can be asked about one's own profile."""

from typing import cast

from sqlalchemy import select

from tenantry.chassis.identity.models import Person, User
from tenantry.chassis.identity.profile.avatars import avatar_address
from tenantry.chassis.identity.profile.choices import Theme
from tenantry.chassis.identity.profile.schemas import Profile
from tenantry.infra.database.scopes import UserScope


async def own_profile(scope: UserScope) -> Profile:
    """The profile of the person who asks."""
    user, person = (
        await scope.session.execute(
            select(User, Person).join(Person, Person.id == User.user_id).where(User.user_id == scope.user_id)
        )
    ).one()
    return Profile(
        id=user.user_id,
        email=user.email,
        email_verified=person.verified_at is not None,
        name=person.name,
        avatar=avatar_address(scope, person.id, person.avatar),
        time_zone=user.time_zone,
        locale=user.locale,
        currency=user.currency,
        theme=cast(Theme, user.theme),
        created_at=user.created_at,
    )
