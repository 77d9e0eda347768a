"""An issuer on the loopback that does what the standard says, and lies where a test wants it to."""

import base64
import hashlib
import hmac
import json
import secrets
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx
from joserfc import jwt
from joserfc.jwk import RSAKey
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tenantry.infra.http.server import listen


@dataclass
class Issuer:
    """Its answers can be bent: `lies` replaces claims of the next tokens, `sign_with` says how they are signed."""

    base: str = ""
    user: dict[str, Any] = field(
        default_factory=lambda: {
            "sub": "subject-1",
            "email": "ada@example.com",
            "email_verified": True,
            "name": "Ada Lovelace",
        }
    )
    lies: dict[str, Any] = field(default_factory=dict)
    sign_with: str = "RS256"
    named_in_answer: str | None = None
    asked_for_keys: int = 0
    key: RSAKey = field(default_factory=lambda: RSAKey.generate_key(2048, {"kid": "one", "use": "sig"}))
    refused: list[str] = field(default_factory=list)
    _codes: dict[str, dict[str, str]] = field(default_factory=dict)

    def app(self) -> Starlette:
        """The issuer, and GitHub's interface beside it."""
        return Starlette(
            routes=[
                Route("/.well-known/openid-configuration", self._metadata),
                Route("/jwks", self._jwks),
                Route("/token", self._token, methods=["POST"]),
                Route("/login/oauth/access_token", self._token, methods=["POST"]),
                Route("/api/v3/user", self._github_user),
                Route("/api/v3/user/emails", self._github_emails),
            ]
        )

    def authorize(self, url: str) -> dict[str, str]:
        """What the person who says yes at this address brings back."""
        asked = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
        assert asked["response_type"] == "code"
        assert asked["code_challenge_method"] == "S256"
        code = secrets.token_urlsafe(12)
        self._codes[code] = asked
        back = {"code": code, "state": asked["state"]}
        return back | ({"iss": self.named_in_answer} if self.named_in_answer else {})

    def token(self, **claims: Any) -> str:
        """A signed token with these claims."""
        now = int(time.time())
        whole = {"iss": self.base, "iat": now, "exp": now + 300} | claims | self.lies
        whole = {name: value for name, value in whole.items() if value is not None}
        header = {"alg": self.sign_with, "kid": self.key.kid}
        match self.sign_with:
            case "none":
                parts = [_text(json.dumps(part).encode()) for part in ({"alg": "none"}, whole)]
                return ".".join(parts) + "."
            case "HS256":  # the public key as if it were a secret: the classic confusion of algorithms
                signed = ".".join(_text(json.dumps(part).encode()) for part in (header, whole))
                mac = hmac.new(self.key.as_pem(private=False), signed.encode(), hashlib.sha256)
                return f"{signed}.{_text(mac.digest())}"
            case "another key":
                other = RSAKey.generate_key(2048, {"kid": self.key.kid})
                return jwt.encode(header | {"alg": "RS256"}, whole, other)
        return jwt.encode(header, whole, self.key)

    async def _metadata(self, _: Request) -> Response:
        return JSONResponse(
            {
                "issuer": self.lies.get("metadata_issuer", self.base),
                "authorization_endpoint": f"{self.base}/authorize",
                "token_endpoint": f"{self.base}/token",
                "jwks_uri": f"{self.base}/jwks",
                "authorization_response_iss_parameter_supported": self.named_in_answer is not None,
            }
        )

    async def _jwks(self, _: Request) -> Response:
        self.asked_for_keys += 1
        return JSONResponse({"keys": [self.key.as_dict(private=False)]})

    async def _token(self, request: Request) -> Response:
        given = {name: values[0] for name, values in parse_qs((await request.body()).decode()).items()}
        asked = self._codes.pop(given.get("code", ""), None)
        challenge = _text(hashlib.sha256(given.get("code_verifier", "").encode()).digest())
        if asked is None or asked["code_challenge"] != challenge or asked["redirect_uri"] != given.get("redirect_uri"):
            self.refused.append(str(given))
            return JSONResponse({"error": "invalid_grant"}, 400)
        assert request.headers["authorization"].startswith("Basic ")
        answer = {"access_token": "opaque", "token_type": "Bearer", "expires_in": 300}
        if "nonce" in asked:
            answer["id_token"] = self.token(aud=asked["client_id"], nonce=asked["nonce"], **self.user)
        return JSONResponse(answer)

    async def _github_user(self, request: Request) -> Response:
        assert request.headers["authorization"] == "Bearer opaque"
        return JSONResponse({"id": 583231, "login": "ada", "name": None})

    async def _github_emails(self, _: Request) -> Response:
        old = {"email": "old@example.com", "primary": False, "verified": True}
        primary = {"email": self.user["email"], "primary": True, "verified": self.user["email_verified"]}
        return JSONResponse([old, primary])


@asynccontextmanager
async def issuing() -> AsyncIterator[Issuer]:
    """An issuer that answers on a port of its own."""
    import asyncio

    import uvicorn

    issuer = Issuer()
    with listen("127.0.0.1", 0) as listener:
        issuer.base = f"http://127.0.0.1:{listener.getsockname()[1]}"
        config = uvicorn.Config(issuer.app(), log_config=None, lifespan="off")
        server = uvicorn.Server(config)
        serving = asyncio.create_task(server.serve(sockets=[listener]))
        while not server.started:
            await asyncio.sleep(0.01)
        try:
            yield issuer
        finally:
            server.should_exit = True
            await serving


async def come_back(client: httpx.AsyncClient, provider: str, query: dict[str, str]) -> str:
    """Where the browser is led that comes back with this query."""
    answer = await client.get(f"/api/v1/auth/federated/{provider}/callback?{urlencode(query)}")
    assert answer.status_code == 303, answer.text
    return answer.headers["location"]


def _text(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")
