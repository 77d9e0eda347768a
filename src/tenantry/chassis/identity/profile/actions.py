"""What happens to a profile."""

from sqlalchemy import update

from tenantry.chassis.identity.models import Person, User
from tenantry.chassis.identity.profile.schemas import ProfileChange
from tenantry.infra.database.scopes import UserScope


async def change_profile(scope: UserScope, change: ProfileChange) -> None:
    """Change what is given, and leave the rest."""
    given = change.model_dump(exclude_unset=True)
    name = given.pop("name", None)
    if name is not None:
        await scope.session.execute(update(Person).where(Person.id == scope.user_id).values(name=name))
    if "theme" in given:
        given["theme"] = given["theme"] or "system"
    if given:
        await scope.session.execute(update(User).where(User.user_id == scope.user_id).values(**given))
    scope.session.expire_all()
