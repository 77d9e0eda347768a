"""The cookie by which a device is known again: long-lived, signed, and worth nothing without a password.

It holds an id of the device, and for each account that was signed in there our signature of both. Who has it gets no rights
by it: only attempts are counted apart from those of strangers, and no mail calls the device new.
"""

import secrets
from dataclasses import dataclass
from typing import cast
from uuid import UUID

from fastapi import Response
from starlette.requests import HTTPConnection

from tenantry.infra.secrets import Signer

LASTS_SECONDS = 400 * 24 * 3600  # browsers keep none longer
MOST_ACCOUNTS = 5


@dataclass(frozen=True)
class DeviceCookie:
    """How it is read and written here."""

    name: str
    secure: bool
    signer: Signer

    def read(self, connection: HTTPConnection) -> "KnownDevice":
        """The device of this request; a new one when it brings none."""
        id, *signatures = (connection.cookies.get(self.name) or "").split(".")
        if not 20 <= len(id) <= 64 or len(signatures) > MOST_ACCOUNTS:
            return KnownDevice(self, secrets.token_urlsafe(16), ())
        return KnownDevice(self, id, tuple(signatures))


@dataclass(frozen=True)
class KnownDevice:
    """What a request's cookie says: the device, and the signatures for its accounts, the latest first."""

    cookie: DeviceCookie
    id: str
    signatures: tuple[str, ...]

    def knows(self, user_id: UUID) -> bool:
        """Whether this account was signed in on the device before."""
        message = _message(self.id, user_id)
        return any(self.cookie.signer.verify(message, signature) for signature in self.signatures)

    def remember(self, response: Response, user_id: UUID) -> None:
        """Have the device known for this account from now on."""
        signature = self.cookie.signer.sign(_message(self.id, user_id))
        others = [other for other in self.signatures if other != signature]
        response.set_cookie(
            self.cookie.name,
            ".".join([self.id, signature, *others][: MOST_ACCOUNTS + 1]),
            max_age=LASTS_SECONDS,
            path="/",
            secure=self.cookie.secure,
            httponly=True,
            samesite="lax",
        )


def device_cookie_of(request: HTTPConnection) -> DeviceCookie:
    """The cookie of the application that serves this request."""
    return cast(DeviceCookie, request.app.state.device_cookie)


def _message(device_id: str, user_id: UUID) -> str:
    return f"{device_id} {user_id}"
