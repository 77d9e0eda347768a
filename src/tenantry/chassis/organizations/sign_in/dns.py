"""What a domain says in its TXT records."""

from collections.abc import Awaitable, Callable

TxtOf = Callable[[str], Awaitable[list[str]]]
"""How the TXT records of a name are asked for; tests ask a server of their own."""

SECONDS = 5.0


async def txt_records(name: str) -> list[str]:
    """The TXT records of a name, by the machine's own resolvers; none where there is no answer."""
    import dns.asyncresolver  # loaded when the first domain is verified
    import dns.exception

    try:
        answer = await dns.asyncresolver.resolve(name, "TXT", lifetime=SECONDS, search=False)
    except (dns.exception.DNSException, OSError):
        return []
    return [b"".join(record.strings).decode("utf-8", "replace") for record in answer]
