"""Which network addresses belong to the open internet, and where a host name leads."""

import asyncio
import ipaddress
import socket
from collections.abc import Awaitable, Callable
from ipaddress import IPv4Address, IPv6Address

Address = IPv4Address | IPv6Address
Resolver = Callable[[str, int], Awaitable[list[str]]]

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
