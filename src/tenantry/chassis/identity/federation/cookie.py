"""The cookie by which a browser is known again when it comes back from an issuer."""

from dataclasses import dataclass

from fastapi import Response
from starlette.requests import HTTPConnection

from tenantry.chassis.identity.federation.flow import LASTS


@dataclass(frozen=True)
class BrowserCookie:
    """Holds a secret that only this browser has, while its person is elsewhere."""

    name: str
    secure: bool

    def set(self, response: Response, secret: str) -> None:
        """Hand it over, where no script can read it. Lax: it must come along when the issuer sends the person back."""
        response.set_cookie(
            self.name,
            secret,
            max_age=int(LASTS.total_seconds()),
            path="/",
            secure=self.secure,
            httponly=True,
            samesite="lax",
        )

    def clear(self, response: Response) -> None:
        """Have the browser forget it."""
        response.delete_cookie(self.name, path="/", secure=self.secure, httponly=True, samesite="lax")

    def read(self, connection: HTTPConnection) -> str:
        """What came with a request; empty when nothing did."""
        return connection.cookies.get(self.name) or ""
