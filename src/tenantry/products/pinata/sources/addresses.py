"""Where a host name leads: looked up once, checked, and pinned, so that a second answer cannot lead somewhere else."""

import asyncio
import ipaddress

from tenantry.core.addresses import Resolver, is_public, system_resolver
from tenantry.core.errors import Invalid, Problem

LOOK_UP_SECONDS = 15
MOST = 4


async def pin(host: str, port: int, *, local: bool, resolve: Resolver = system_resolver) -> list[str]:
    """The addresses to connect to, and no others; in local mode inward ones too.

    Raises:
        Invalid: `pinata.source.address_refused`: the host leads inwards.
        Problem: `pinata.source.host_unknown`: it leads nowhere.
    """
    try:
        async with asyncio.timeout(LOOK_UP_SECONDS):
            found = await resolve(host, port)
        addresses = [ipaddress.ip_address(text) for text in dict.fromkeys(found)]
    except (OSError, UnicodeError, ValueError, TimeoutError):
        addresses = []
    if not addresses:
        raise Problem(
            "pinata.source.host_unknown",
            f"There is no host named {host} that this server can find.",
            hint="Check the spelling of the address. A host inside your own network may not be visible from here.",
            status=422,
        )
    allowed = [str(address) for address in addresses if local or is_public(address)]
    if not allowed:
        raise refused(host)
    return allowed[:MOST]


def check_literal(host: str, *, local: bool) -> None:
    """Refuse at once what needs no look-up: an inward address, or a name for this machine.

    Raises:
        Invalid: `pinata.source.address_refused`.
    """
    if local or not host:
        return
    try:
        inward = not is_public(ipaddress.ip_address(host))
    except ValueError:
        inward = host == "localhost" or host.endswith((".localhost", ".local", ".internal"))
    if inward:
        raise refused(host)


def refused(host: str) -> Invalid:
    """The host leads inwards."""
    return Invalid(
        "pinata.source.address_refused",
        f"{host} leads to a private address, and those are not fetched from here.",
        hint="Use a git server which the internet can reach, upload an archive, or run Tenantry in local mode.",
        errors=[{"field": "source.url", "message": "Leads to a private address."}],
    )
