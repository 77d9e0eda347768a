"""Sending them."""

from datetime import datetime
from zoneinfo import ZoneInfo

from tenantry.chassis.identity.devices.agents import device_of
from tenantry.chassis.identity.models import User
from tenantry.chassis.identity.queries import own_account
from tenantry.core.settings import Settings
from tenantry.infra.database.scopes import UserScope
from tenantry.infra.mail import compose, send


async def tell(
    scope: UserScope,
    package: str,
    template: str,
    /,
    *,
    to: str | None = None,
    user: User | None = None,
    **fields: object,
) -> None:
    """Send the person a mail of the slice `package`. Its template may use `{name}`, `{email}`, `{base}`, and for what was
    done `{time}` (in the person's own time zone), `{place}` and `{device}`."""
    account = user or await own_account(scope)
    origin = scope.origin
    given = {
        "name": scope.actor.name,
        "email": account.email,
        "base": scope.part(Settings).base_url,
        "time": said(scope.now(), account.time_zone),
        "place": place_of(origin.address, origin.country) if origin else "unknown",
        "device": str(device_of(origin.user_agent)) if origin else "unknown",
    }
    await send(scope, compose(package, template, to=to or account.email, **given | fields))


def said(at: datetime, time_zone: str | None) -> str:
    """A moment as a person in that time zone would say it; in UTC where none is known."""
    return f"{at.astimezone(ZoneInfo(time_zone or 'UTC')):%A, %-d %B %Y, %H:%M} ({time_zone or 'UTC'})"


def place_of(address: str, country: str | None) -> str:
    """A place as far as it is known: the address, and the country if a proxy that we trust has told it."""
    return f"{address} ({country})" if country else address
