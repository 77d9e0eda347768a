"""Where a host name leads: looked up once, checked, and pinned, so that a second answer cannot lead somewhere else."""

import asyncio
import ipaddress
import socket
from collections.abc import Awaitable, Callable
from ipaddress import IPv4Address, IPv6Address

from tenantry.core.errors import Invalid, Problem

Address = IPv4Address | IPv6Address
Resolver = Callable[[str, int], Awaitable[list[str]]]

LOOK_UP_SECONDS = 15
MOST = 4

REFUSED = [
    ipaddress.ip_network(network)
    for network in (
        "168.63.129.16/32",  # Azure's metadata, on a public address
        "192.0.0.0/24",  # protocol assignments; Oracle's metadata lies in it
        "100.64.0.0/10",  # shared by carriers; Alibaba's metadata lies in it
        "192.88.99.0/24",  # 6to4 relays
        "2001::/23",  # Teredo, ORCHID and other protocol assignments
        "2002::/16",  # 6to4
        "3fff::/20",  # documentation
    )
]
GLOBAL_IPV6 = ipaddress.ip_network("2000::/3")
"""All else is inward or wraps an IPv4 address: ::1, ::ffff:0:0/96 (mapped), 64:ff9b::/96 (NAT64), fe80::/10…"""


def is_public(address: Address) -> bool:
    """Whether an address belongs to the open internet: not private, loopback, link-local, multicast, reserved, a
    metadata service, or an IPv6 form that wraps an IPv4 address."""
    if address.version == 6 and address not in GLOBAL_IPV6:
        return False
    if any(address in network for network in REFUSED if network.version == address.version):
        return False
    return address.is_global and not (address.is_multicast or address.is_reserved or address.is_unspecified)


async def system_resolver(host: str, port: int) -> list[str]:
    """The addresses of a host, by the machine's own resolver, best first."""
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(entry[4][0]) for entry in found]


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
