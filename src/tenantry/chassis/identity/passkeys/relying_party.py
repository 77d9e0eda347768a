"""Who we are to passkeys: they are bound to our name, and sign for our pages alone."""

import ipaddress
from dataclasses import dataclass
from typing import Self
from urllib.parse import urlsplit

from tenantry.core.settings import Settings


@dataclass(frozen=True, slots=True)
class RelyingParty:
    """Our name, and the one origin whose pages may ask for a passkey."""

    id: str
    origin: str
    name: str = "Tenantry"

    @classmethod
    def of(cls, settings: Settings) -> Self:
        """From the address people see. WebAuthn knows no IP addresses, so that 127.0.0.1 becomes localhost."""
        url = urlsplit(settings.base_url)
        host = url.hostname or ""
        if _is_loopback(host):
            host = "localhost"
        port = f":{url.port}" if url.port is not None else ""
        return cls(host, f"{url.scheme}://{host}{port}")


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
