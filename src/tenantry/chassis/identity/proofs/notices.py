"""Telling people that their ways in were changed, so that nobody else can do it quietly."""

from tenantry.chassis.identity.notices.actions import tell
from tenantry.infra.database.scopes import UserScope


async def tell_of_change(scope: UserScope, what: str) -> None:
    """By mail, with time, place and device. `what` is short and stands in the subject, too: `A passkey was added`."""
    await tell(scope, __package__, "ways_in_changed", what=what)
