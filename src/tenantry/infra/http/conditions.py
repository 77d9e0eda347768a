"""ETag, If-None-Match, If-Match: nobody overwrites unseen what somebody else changed meanwhile."""

import hashlib
from typing import Annotated

from fastapi import Depends, Request, Response
from starlette.exceptions import HTTPException

from tenantry.core.errors import Problem
from tenantry.infra.http.requests import SAFE_METHODS


def etag_of(*state: object) -> str:
    """A strong tag of what a resource is now; equal state gives an equal tag."""
    return f'"{hashlib.sha256(repr(state).encode()).hexdigest()[:32]}"'


class NotModified(HTTPException):
    """The caller has it already (304)."""

    def __init__(self, etag: str) -> None:
        super().__init__(304, headers={"ETag": etag, "Cache-Control": "private, no-cache"})


class Conditions:
    """What the caller said about the state it knows. `check` before changing, `tag` the answer afterwards."""

    def __init__(self, request: Request, response: Response) -> None:
        self._request = request
        self._response = response

    def tag(self, *state: object) -> None:
        """Give the answer its ETag.

        Raises:
            NotModified: a reader has this very state already.
        """
        etag = etag_of(*state)
        if self._request.method in SAFE_METHODS and etag in self._listed("if-none-match"):
            raise NotModified(etag)
        self._response.headers["ETag"] = etag
        self._response.headers["Cache-Control"] = "private, no-cache"

    def check(self, *state: object) -> None:
        """Go on only if the caller has seen the present state, or did not say what it has seen.

        Raises:
            Problem: `etag.mismatch` (412), somebody changed it meanwhile.
        """
        known = self._listed("if-match")
        if known and "*" not in known and etag_of(*state) not in known:
            raise Problem(
                "etag.mismatch",
                "Somebody changed this meanwhile.",
                hint="Load it again, look at what changed, and repeat your change.",
                status=412,
            )

    def _listed(self, name: str) -> list[str]:
        return [tag.strip().removeprefix("W/") for tag in self._request.headers.get(name, "").split(",") if tag.strip()]


Conditional = Annotated[Conditions, Depends(Conditions)]
"""What a route takes to answer with an ETag and honour If-Match."""
