"""Idempotency-Key: a POST that is sent twice is done once.

The answer is stored in the very transaction which does the work: either both are saved, or neither. Who repeats the request
with the same key and the same body gets the same answer; another body is refused; a repetition while the first is still
running is told to wait. A request that failed has changed nothing, and may be repeated.
"""

import base64
import hashlib
import json
import re
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from fastapi import Request
from sqlalchemy import delete, select, text
from starlette.responses import Response

from tenantry.core.errors import Conflict, Invalid
from tenantry.infra.database.scopes import Scope, SystemScope
from tenantry.infra.http.models import Answer
from tenantry.infra.secrets import Sealer, Signer

KEPT = timedelta(hours=24)
_KEY = re.compile(r"[\x21-\x7e]{1,255}")
_HEADERS_KEPT = ("content-type", "set-cookie", "location", "etag", "cache-control")


class Replay(Exception):
    """This was answered before, like this."""

    def __init__(self, response: Response) -> None:
        self.response = response


@dataclass(frozen=True)
class Once:
    """One request that carries a key, in the scope in which it is being done."""

    scope: Scope
    sealer: Sealer
    key_hash: bytes
    request_hash: bytes

    async def save(self, response: Response) -> None:
        """Keep the answer, in the transaction that did the work.

        Raises:
            TypeError: the answer is streamed, which a POST's must not be.
        """
        if not isinstance(getattr(response, "body", None), bytes):
            raise TypeError("A POST answers with a plain response, so that it can be repeated.")
        plain = {
            "status": response.status_code,
            "headers": [
                [k.decode("latin-1"), v.decode("latin-1")]
                for k, v in response.raw_headers
                if k.decode() in _HEADERS_KEPT
            ],
            "body": base64.b64encode(bytes(response.body)).decode(),
        }
        await _present(self.scope, self.key_hash)
        self.scope.session.add(
            Answer(
                key_hash=self.key_hash,
                request_hash=self.request_hash,
                sealed=self.sealer.seal(json.dumps(plain).encode(), _context(self.key_hash)),
                expires_at=self.scope.now() + KEPT,
            )
        )
        await self.scope.session.flush()


class Idempotency:
    """Looks for an earlier answer when a request arrives. One per application."""

    def __init__(self, keys: list[bytes]) -> None:
        self._sealer = Sealer(keys)
        self._signer = Signer(keys, "idempotency")

    async def begin(self, request: Request, scope: Scope, who: str) -> None:
        """Note that this request is to be done once; `who` tells actors and organizations apart.

        Raises:
            Replay: it was answered before.
            Invalid: `idempotency.key_invalid`, or `idempotency.key_reused` with another body.
            Conflict: `idempotency.in_progress`, the first one is still running.
        """
        key = request.headers.get("idempotency-key")
        if request.method != "POST" or key is None:
            return
        if not _KEY.fullmatch(key):
            raise Invalid(
                "idempotency.key_invalid",
                "The Idempotency-Key is not usable.",
                hint="Send 1 to 255 visible ASCII characters, such as a UUID.",
            )
        key_hash = self._hash(who, request.url.path, key)
        request_hash = self._hash(request.url.query, hashlib.sha256(await request.body()).hexdigest())
        await self._alone(scope, key_hash)
        answer = await scope.session.scalar(select(Answer).where(Answer.key_hash == key_hash))
        if answer is not None and answer.expires_at > scope.now():
            if answer.request_hash != request_hash:
                raise Invalid(
                    "idempotency.key_reused",
                    "This Idempotency-Key was already used for a different request.",
                    hint="Make a new key for each new request.",
                )
            raise Replay(self._open(answer))
        if answer is not None:
            await scope.session.delete(answer)
            await scope.session.flush()
        request.state.once = Once(scope, self._sealer, key_hash, request_hash)

    async def _alone(self, scope: Scope, key_hash: bytes) -> None:
        await _present(scope, key_hash)
        lock = int.from_bytes(key_hash[:8], "big", signed=True)
        if not await scope.session.scalar(text("SELECT pg_try_advisory_xact_lock(:lock)"), {"lock": lock}):
            raise Conflict(
                "idempotency.in_progress",
                "The first request with this Idempotency-Key is still running.",
                hint="Wait a moment and repeat it.",
                headers={"Retry-After": "1"},
            )

    def _open(self, answer: Answer) -> Response:
        plain: dict[str, Any] = json.loads(self._sealer.open(answer.sealed, _context(answer.key_hash)))
        response = Response(base64.b64decode(plain["body"]), status_code=plain["status"])
        response.raw_headers.extend((k.encode("latin-1"), v.encode("latin-1")) for k, v in plain["headers"])
        response.headers["Idempotency-Replayed"] = "true"
        return response

    def _hash(self, *parts: str) -> bytes:
        # Keyed by our secret: a body may hold a password, and its plain hash could be guessed from a stolen table.
        return hashlib.sha256(self._signer.sign("\n".join(parts)).encode()).digest()


def _context(key_hash: bytes) -> str:
    return f"http.answer:{key_hash.hex()}"


async def _present(scope: Scope, key_hash: bytes) -> None:
    await scope.session.execute(text("SELECT set_config('app.presented', :hash, true)"), {"hash": key_hash.hex()})


async def forget_expired(scope: SystemScope) -> None:
    """Remove the answers whose time is over."""
    await scope.session.execute(delete(Answer).where(Answer.expires_at <= scope.now()))
