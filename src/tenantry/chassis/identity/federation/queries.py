"""What can be asked about a person's sign-ins elsewhere."""

from sqlalchemy import select

from tenantry.chassis.identity.federation.models import LinkedIdentity
from tenantry.chassis.identity.federation.schemas import LinkedOut
from tenantry.infra.database.scopes import UserScope


async def linked_identities(scope: UserScope) -> list[LinkedOut]:
    """All of them, the oldest first."""
    rows = await scope.session.scalars(select(LinkedIdentity).order_by(LinkedIdentity.created_at, LinkedIdentity.id))
    return [LinkedOut.model_validate(row, from_attributes=True) for row in rows]
