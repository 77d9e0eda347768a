"""Nothing of people stands in the logs: a whole visit, with its mistakes, and then every line is searched."""

import io
import logging
import secrets
from collections.abc import Iterator

import httpx
import pytest
import structlog

from tenantry.core.settings import Settings
from tenantry.infra.telemetry import configure_logging
from tests.service import PASSWORD, Service

ADDRESS = "203.0.113.77"


@pytest.fixture
def logs(settings: Settings) -> Iterator[io.StringIO]:
    """Everything that is logged, as it is in production."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    configure_logging(settings.model_copy(update={"log_format": "json", "log_level": "debug"}))
    written = io.StringIO()
    handler = root.handlers[0]
    assert isinstance(handler, logging.StreamHandler)
    handler.setStream(written)
    yield written
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.reset_defaults()


async def test_a_visit_leaves_nobody_in_the_logs(
    service: Service, logs: io.StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    transport = httpx.ASGITransport(service.app, raise_app_exceptions=False, client=(ADDRESS, 40000))
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
        person = {"email": "ada.lovelace@example.com", "name": "Ada Byron-King", "password": PASSWORD}
        assert (await client.post("/api/v1/auth/register", json=person)).status_code == 201
        org = (await client.get("/api/v1/me")).json()["organizations"][0]["slug"]
        base = f"/api/v1/orgs/{org}"
        asked = {"name": "Deploys", "permissions": ["organization.read"]}
        key = (await client.post(f"{base}/api-keys", json=asked)).json()
        token = next((value for value in key.values() if isinstance(value, str) and len(value) > 40), "")
        assert token, f"no secret in {key.keys()}"
        await client.get(base, headers={"Authorization": f"Bearer {token}", "Cookie": ""})
        await client.post(f"{base}/invitations", json={"emails": ["grace.hopper@example.org"], "role": "member"})
        source = {"kind": "git", "url": "https://ada:pa55word@example.com/shop.git", "token": "ghp_secretsecret"}
        await client.post(f"{base}/pinata/repositories", json={"source": source})
        session = next(iter(client.cookies.values()))
        await client.get(f"/invitation/{session}")
        await client.get(f"/api/v1/nowhere?email={person['email']}&token={token}")
        await client.post("/api/v1/auth/login", json=person | {"password": "wrong wrong wrong"})
        monkeypatch.setattr("tenantry.chassis.onboarding.queries.own_profile", _broken(person["email"], token))
        assert (await client.get("/api/v1/me")).status_code == 500
        monkeypatch.undo()
        await service.work()
        await client.post("/api/v1/auth/logout")
    text = logs.getvalue()
    assert text.count("\n") > 12, "nothing was logged"
    assert "Something went wrong that nobody foresaw" in text
    private = [person["email"], "ada.lovelace", PASSWORD, "wrong wrong wrong", "Byron-King", "grace.hopper", "pa55word",
               "ghp_secretsecret", token, session, ADDRESS]  # fmt: skip
    found = [secret for secret in private if secret in text]
    assert found == [], [line for line in text.splitlines() if any(secret in line for secret in found)][:3]
    assert "203.0.•.•" in text, "from which network a request came is told"


def _broken(email: str, token: str) -> object:
    async def own_profile(scope: object) -> None:
        raise RuntimeError(f"cannot send to {email} with {token} or {secrets.token_urlsafe(32)}")

    return own_profile
