"""What can be asked at the front door."""

from tenantry.chassis.identity.profile.queries import own_profile
from tenantry.chassis.onboarding.first_steps.queries import present_step
from tenantry.chassis.onboarding.schemas import Me
from tenantry.chassis.organizations.members.queries import own_organizations
from tenantry.infra.database.scopes import UserScope


async def me(scope: UserScope) -> Me:
    """The person who asks, with their organizations."""
    profile = await own_profile(scope)
    step = await present_step(scope)
    return Me(**dict(profile), organizations=await own_organizations(scope), first_step=step)
