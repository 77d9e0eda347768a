"""What happens to a profile."""

from typing import Any

from sqlalchemy import update

from tenantry.chassis.audit.actions import record
from tenantry.chassis.identity.models import Person, User
from tenantry.chassis.identity.profile.queries import own_profile
from tenantry.chassis.identity.profile.schemas import ProfileChange
from tenantry.infra.database.scopes import UserScope


async def change_profile(scope: UserScope, change: ProfileChange) -> None:
    """Change what is given, and leave the rest."""
    given = change.model_dump(exclude_unset=True)
    before = await own_profile(scope)
    changed = {field: value for field, value in given.items() if value != getattr(before, field)}
    if changed:
        named = _audited({field: getattr(before, field) for field in changed}), _audited(changed)
        await record(scope, "identity.profile.changed", before=named[0], after=named[1])
    name = given.pop("name", None)
    if name is not None:
        await scope.session.execute(update(Person).where(Person.id == scope.user_id).values(name=name))
    if "theme" in given:
        given["theme"] = given["theme"] or "system"
    if given:
        await scope.session.execute(update(User).where(User.user_id == scope.user_id).values(**given))
    scope.session.expire_all()


def _audited(fields: dict[str, Any]) -> dict[str, Any]:
    """The fields as the log names them: a name is a personal matter."""
    return {("person_name" if field == "name" else field): value for field, value in fields.items()}
