"""What the installation clears away by itself."""

from tenantry.chassis.api_keys.actions import forget_rotated
from tenantry.chassis.api_keys.settings import ApiKeySettings
from tenantry.chassis.api_keys.usage.actions import prune_usage
from tenantry.chassis.identity.actions import forget_expired_invitations
from tenantry.chassis.identity.attempts.actions import forget_old_attempts
from tenantry.chassis.identity.email_change.actions import forget_expired_changes
from tenantry.chassis.identity.federation.flow import forget_expired_attempts
from tenantry.chassis.identity.links.actions import forget_expired_links
from tenantry.chassis.identity.passkeys.challenges import forget_expired_challenges
from tenantry.chassis.identity.second_factors.pending import forget_expired_sign_ins
from tenantry.chassis.identity.sessions import forget_ended
from tenantry.chassis.organizations.invitations.actions import forget_expired as forget_invitations
from tenantry.infra.http.idempotency import forget_expired
from tenantry.infra.jobs import Schedule, SystemJobContext, job


@job("chassis.housekeeping", system=True)
async def housekeeping(context: SystemJobContext) -> None:
    """Remove what stood for a time that is over: sessions, links, attempts, invitations, stored answers."""
    async with context.scope() as scope:
        await forget_ended(scope)
        await forget_expired_invitations(scope)
        await forget_invitations(scope)
        await forget_expired_sign_ins(scope)
        await forget_expired_challenges(scope)
        await forget_expired_links(scope)
        await forget_expired_changes(scope)
        await forget_old_attempts(scope)
        await forget_expired_attempts(scope)
        await forget_expired(scope)
        await forget_rotated(scope)
        await prune_usage(scope, ApiKeySettings.load().usage_days)


JOBS = [housekeeping]
SCHEDULES = [Schedule(housekeeping, "17 * * * *")]
