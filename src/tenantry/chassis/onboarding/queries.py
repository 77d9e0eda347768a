"""What can be asked at the front door."""

from tenantry.chassis.identity.queries import own_account
from tenantry.chassis.onboarding.schemas import Me
from tenantry.chassis.organizations.queries import own_organizations
from tenantry.infra.database.scopes import UserScope


async def me(scope: UserScope) -> Me:
    """The person who asks, with their organizations."""
    account = await own_account(scope)
    return Me(
        id=account.user_id,
        email=account.email,
        name=scope.actor.name,
        created_at=account.created_at,
        organizations=await own_organizations(scope),
    )
