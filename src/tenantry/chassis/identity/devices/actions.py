"""Telling people about devices they did not use before."""

from tenantry.chassis.identity.notices.actions import tell
from tenantry.infra.database.scopes import UserScope


async def tell_of_new_device(scope: UserScope) -> None:
    """Somebody signed in on a device that doesn't know the account."""
    await tell(scope, __package__, "new_device")
