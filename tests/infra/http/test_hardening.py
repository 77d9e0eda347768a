"""Who may call from where, how slowly, and whose word about addresses is believed."""

import asyncio
from typing import Any

import httpx
import pytest

from tenantry.core.settings import Settings, SettingsError, load_settings
from tenantry.infra.database.database import Database
from tenantry.infra.http import body_limit
from tenantry.infra.http.server import Server, listen, server_config
from tests.service import PASSWORD, Service, served

FRIEND, STRANGER = "https://app.example", "https://evil.example"


@pytest.mark.parametrize("headers", [{"Origin": STRANGER}, {"Origin": "null"}, {"Sec-Fetch-Site": "cross-site"}])
async def test_nobody_is_signed_in_or_out_by_another_site(service: Service, headers: dict[str, str]) -> None:
    ada = await service.sign_up("Ada")
    stranger = await service.client()
    credentials = {"email": "ada@example.com", "password": PASSWORD}
    for client, path, body in (
        (stranger, "/api/v1/auth/login", credentials),
        (stranger, "/api/v1/auth/register", credentials | {"name": "Eve", "email": "eve@example.com"}),
        (ada.client, "/api/v1/auth/logout", None),
        (ada.client, "/api/v1/orgs", {"name": "Evil"}),
    ):
        answer = await client.post(path, json=body, headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (403, "origin.foreign")
        assert "set-cookie" not in answer.headers
    assert (await ada.client.get("/api/v1/me")).status_code == 200


async def test_no_other_site_reads_anything_unless_it_is_named(
    service: Service, settings: Settings, database: Database
) -> None:
    closed = await service.client()
    asked = {"Origin": FRIEND, "Access-Control-Request-Method": "GET"}
    for answer in (
        await closed.options("/api/v1/me", headers=asked),
        await closed.get("/api/v1/me", headers=asked),
    ):
        assert not [name for name in answer.headers if name.startswith("access-control")]
    open_ = Service.of(settings.model_copy(update={"cors_origins": (FRIEND,)}), database)
    ada = await open_.sign_up("Ada")
    key = (
        await ada.client.post(ada.url("/api-keys"), json={"name": "Page", "permissions": ["notes.read", "notes.write"]})
    ).json()["secret"]
    page = await open_.client()
    preflight = await page.options(
        ada.url("/notes/notes"),
        headers=asked | {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "authorization"},
    )
    assert preflight.headers["access-control-allow-origin"] == FRIEND
    by_key = {"Origin": FRIEND, "Authorization": f"Bearer {key}", "Sec-Fetch-Site": "cross-site"}
    written = await page.post(ada.url("/notes/notes"), json={"title": "From elsewhere"}, headers=by_key)
    assert written.status_code == 201, written.text
    refused = await page.get(ada.url("/nowhere"), headers=by_key)
    for answer in (written, refused):
        assert answer.headers["access-control-allow-origin"] == FRIEND
        assert "access-control-allow-credentials" not in answer.headers
    # The friend's page has no use of a cookie, not even for reading, and a stranger's is turned away as ever.
    assert (await ada.client.get("/api/v1/me", headers={"Origin": FRIEND})).status_code == 401
    foreign = await ada.client.post(ada.url("/notes/notes"), json={"title": "No"}, headers={"Origin": STRANGER})
    assert (foreign.status_code, foreign.headers.get("access-control-allow-origin")) == (403, None)
    await open_.close()


@pytest.mark.parametrize("origin", ["*", "https://app.example/", "app.example", "https://app.example/path"])
def test_origins_are_whole_or_refused(origin: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TENANTRY_CORS_ORIGINS", origin)
    with pytest.raises(SettingsError, match="CORS_ORIGINS"):
        load_settings(_env_file=None)


async def test_a_body_that_trickles_is_ended(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(body_limit, "SILENT_SECONDS", 0.2)
    ada = await service.sign_up("Ada")
    cookie = "; ".join(f"{name}={value}" for name, value in ada.client.cookies.items())
    async with served(service) as base:
        address = httpx.URL(base)
        reader, writer = await asyncio.open_connection(address.host, address.port)
        writer.write(
            f"POST {ada.url('/notes/notes')} HTTP/1.1\r\nHost: {address.host}:{address.port}\r\nCookie: {cookie}\r\n"
            'Content-Type: application/json\r\nContent-Length: 500\r\n\r\n{"title": '.encode()
        )
        answer = await asyncio.wait_for(reader.read(), 20)  # until the server hangs up
        writer.close()
    assert answer.startswith(b"HTTP/1.1 408")
    assert b"request_timeout" in answer


async def test_a_body_in_pieces_is_limited_however_it_is_sent(service: Service) -> None:
    ada = await service.sign_up("Ada")

    async def endless() -> Any:
        for _ in range(400):
            yield b'{"title": "' + b"x" * 10_000

    answer = await ada.client.post(
        ada.url("/notes/notes"), content=endless(), headers={"Content-Type": "application/json"}
    )
    assert (answer.status_code, answer.json()["code"]) == (413, "request_entity_too_large")


@pytest.mark.parametrize(
    ("trusted", "forwarded", "seen"),
    [
        ((), "203.0.113.9", ("127.0.0.1", "http")),
        (("127.0.0.1",), "203.0.113.9", ("203.0.113.9", "https")),
        (("127.0.0.1",), "6.6.6.6, 203.0.113.9", ("203.0.113.9", "https")),
        (("127.0.0.1", "10.0.0.0/8"), "6.6.6.6, 203.0.113.9, 10.1.2.3", ("203.0.113.9", "https")),
        (("10.0.0.0/8",), "203.0.113.9, 10.1.2.3", ("127.0.0.1", "http")),
    ],
)
async def test_only_trusted_proxies_are_believed(
    settings: Settings, trusted: tuple[str, ...], forwarded: str, seen: tuple[str, str]
) -> None:
    """The right-most address that is no trusted proxy's is the caller's: what stands left of it anybody can write."""

    async def app(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan":
            while (message := await receive())["type"] != "lifespan.shutdown":
                await send({"type": f"{message['type']}.complete"})
            await send({"type": "lifespan.shutdown.complete"})
            return
        text = f"{scope['client'][0]} {scope['scheme']}".encode()
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": text})

    with listen("127.0.0.1", 0) as listener:
        server = Server(server_config(app, settings.model_copy(update={"trusted_proxies": trusted})))
        serving = asyncio.create_task(server.serve(sockets=[listener]))
        while not server.started:
            await asyncio.sleep(0.01)
        async with httpx.AsyncClient() as client:
            answer = await client.get(
                f"http://127.0.0.1:{listener.getsockname()[1]}/",
                headers={"X-Forwarded-For": forwarded, "X-Forwarded-Proto": "https"},
            )
        server.stop()
        await serving
    assert tuple(answer.text.split()) == seen
