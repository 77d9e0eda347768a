"""What a signed address allows, and whether it is one of ours."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal, Self, cast
from urllib.parse import quote, urlencode
from uuid import UUID

from tenantry.core.errors import Forbidden
from tenantry.infra.secrets import Signer

Method = Literal["GET", "PUT"]
PATH = "/api/v1/files"


@dataclass(frozen=True, slots=True)
class Grant:
    """One method on one file until a moment (seconds since 1970), with what binds it."""

    org_id: UUID
    name: str
    method: Method
    expires: int
    max_bytes: int | None = None
    content_type: str | None = None
    filename: str | None = None

    @classmethod
    def until(
        cls,
        org_id: UUID,
        name: str,
        method: Method,
        lasts: timedelta,
        max_bytes: int | None,
        content_type: str | None,
        filename: str | None,
    ) -> Self:
        """A grant from now on."""
        return cls(org_id, name, method, int(time.time() + lasts.total_seconds()), max_bytes, content_type, filename)

    def address(self, signer: Signer) -> str:
        """The path and query of the signed address."""
        query = {"method": self.method, "expires": self.expires}
        optional = {"max_bytes": self.max_bytes, "content_type": self.content_type, "filename": self.filename}
        given = query | {key: value for key, value in optional.items() if value is not None}
        signed = given | {"signature": signer.sign(self._message())}
        return f"{PATH}/{self.org_id}/{quote(self.name)}?{urlencode(signed)}"

    @classmethod
    def of(cls, signer: Signer, method: str, org_id: UUID, name: str, query: Mapping[str, str]) -> Self:
        """The grant in an address.

        Raises:
            Forbidden: `storage.link.invalid`, or `storage.link.expired`. A changed address says no more than that.
        """
        try:
            grant = cls(
                org_id,
                name,
                cast(Method, query["method"]),
                int(query["expires"]),
                int(query["max_bytes"]) if "max_bytes" in query else None,
                query.get("content_type"),
                query.get("filename"),
            )
            genuine = signer.verify(grant._message(), query["signature"])
        except (KeyError, ValueError):
            raise _invalid() from None
        if not genuine or method != grant.method:
            raise _invalid()
        if grant.expires < time.time():
            raise Forbidden("storage.link.expired", "This link has expired.", hint="Go back and ask for a new one.")
        return grant

    def _message(self) -> str:
        # Lengths before texts, so that no two grants can be written the same way.
        parts = (self.method, self.org_id, self.name, self.expires, self.max_bytes, self.content_type, self.filename)
        return "".join(f"{len(str(part))}:{part}" if part is not None else "-" for part in parts)


def _invalid() -> Forbidden:
    return Forbidden("storage.link.invalid", "This link does not work.", hint="Go back and ask for a new one.")
