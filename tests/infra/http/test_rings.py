"""What every request passes: host, origin, headers, limits."""

import base64
import hashlib
from pathlib import Path

import httpx
import pytest
from sqlalchemy import select

from tenantry.chassis.identity.models import Session
from tenantry.core.settings import Settings
from tenantry.infra.http.interface import Interface
from tenantry.infra.http.rates import RateLimits, Rates
from tenantry.infra.rate_limits import Rate, RateLimiter
from tests.service import Service, served


@pytest.mark.parametrize(
    "host", ["evil.example", "localhost.evil.example", "127.0.0.1.evil.example", "", "[::1", "a@localhost@b"]
)
async def test_a_foreign_host_is_refused(service: Service, host: str) -> None:
    answer = await (await service.client()).get("/api/v1/meta", headers={"host": host})
    assert answer.status_code == 421
    assert answer.json()["code"] == "host.foreign"


@pytest.mark.parametrize("host", ["localhost:8000", "127.0.0.1", "[::1]:1", "LOCALHOST"])
async def test_the_own_host_is_answered(service: Service, host: str) -> None:
    assert (await (await service.client()).get("/api/v1/meta", headers={"host": host})).status_code == 200


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"origin": "https://evil.example"}, 403),
        ({"origin": "null"}, 403),
        ({"origin": "http://localhost:9999"}, 403),
        ({"sec-fetch-site": "cross-site"}, 403),
        ({"sec-fetch-site": "same-site"}, 403),
        ({"origin": "http://localhost", "sec-fetch-site": "same-origin"}, 204),
        ({"sec-fetch-site": "none"}, 204),
        ({}, 204),
    ],
)
async def test_no_other_site_changes_anything(service: Service, headers: dict[str, str], status: int) -> None:
    ada = await service.sign_up()
    answer = await ada.client.post("/api/v1/auth/logout", headers=headers)
    assert answer.status_code == status
    signed_out = (await ada.client.get("/api/v1/me")).status_code == 401
    assert signed_out == (status == 204)


async def test_every_answer_carries_the_headers(service: Service) -> None:
    client = await service.client()
    for path in ("/", "/health", "/api/v1/meta", "/api/v1/me", "/api/docs", "/api/openapi.json", "/nothing/at/all"):
        headers = (await client.get(path)).headers
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["x-frame-options"] == "DENY"
        assert headers["referrer-policy"]
        assert headers["permissions-policy"]
        policy = dict(part.strip().partition(" ")[::2] for part in headers["content-security-policy"].split(";"))
        scripts = policy.get("script-src", policy["default-src"])
        assert "unsafe" not in scripts
        assert policy["frame-ancestors"] == "'none'"
        assert "strict-transport-security" not in headers


async def test_answers_for_one_person_are_kept_nowhere(service: Service) -> None:
    ada = await service.sign_up()
    assert (await ada.client.get(ada.url("/notes/notes"))).headers["cache-control"] == "no-store"
    assert (await ada.client.get(ada.url())).headers["cache-control"] == "private, no-cache"


@pytest.mark.parametrize(("trusted", "address"), [((), "127.0.0.1"), (("127.0.0.0/8",), "203.0.113.7")])
async def test_only_a_trusted_proxy_says_who_calls(service: Service, trusted: tuple[str, ...], address: str) -> None:
    behind = Service.of(service.settings.model_copy(update={"trusted_proxies": trusted}), service.database)
    body = {"email": "ada@example.com", "password": "four unrelated words", "name": "Ada"}
    async with served(behind) as url, httpx.AsyncClient(base_url=url) as client:
        forwarded = {"x-forwarded-for": "198.51.100.1, 203.0.113.7", "user-agent": "A browser"}
        await client.post("/api/v1/auth/register", json=body, headers=forwarded)
    async with service.database.system_scope("look in a test") as scope:
        session = (await scope.session.scalars(select(Session))).one()
    assert (session.address, session.device) == (address, "A browser")


async def test_production_insists_on_tls_and_its_own_name(database, data_dir: Path) -> None:
    production = Settings(
        _env_file=None, mode="production", data_dir=data_dir, public_url="https://tenantry.example", allowed_hosts="www.tenantry.example",
        secret_keys="k" * 32, smtp_url="smtp://localhost", mail_from="a@b.example", products="tests.sample_product.product:product",
    )  # fmt: skip
    service = Service.of(production, database)
    client = await service.client()
    for host, status in (("tenantry.example", 200), ("www.tenantry.example", 200), ("localhost", 421)):
        answer = await client.get("/api/v1/meta", headers={"host": host})
        assert answer.status_code == status
        assert "max-age" in answer.headers["strict-transport-security"]
    client = await service.client(headers={"host": "tenantry.example"})
    body = {"email": "a@example.com", "password": "four unrelated words", "name": "Ada"}
    cookie = (await client.post("/api/v1/auth/register", json=body)).headers["set-cookie"]
    assert cookie.startswith("__Host-tenantry_session=")
    assert {"Secure", "HttpOnly", "Path=/", "SameSite=lax"} <= set(cookie.split("; "))
    assert (await client.get("/health/metrics")).status_code == 404
    statuses = [(await client.post("/api/v1/auth/login", json=body)).status_code for _ in range(5)]
    assert statuses == [200, 200, 200, 200, 429]
    await service.close()


async def test_rates_are_counted_told_and_end() -> None:
    async def app(scope, receive, send):
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body"})

    rates = Rates(Rate.of("authentication", "2/minute"), Rate.of("general", "3/minute"), Rate.of("address", "5/minute"))
    from tenantry.infra.http.problems import Errors

    transport = httpx.ASGITransport(Errors(RateLimits(app, rates, RateLimiter())))
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
        first = await client.get("/api/v1/auth/login")
        assert first.headers["ratelimit-policy"] == '"authentication";q=2;w=60'
        assert first.headers["ratelimit"].startswith('"authentication";r=1;t=')
        await client.get("/api/v1/auth/login")
        refused = await client.get("/api/v1/auth/login")
        assert refused.status_code == 429
        assert 0 < int(refused.headers["retry-after"]) <= 90
        one, other = {"authorization": "Bearer one"}, {"authorization": "Bearer other"}
        assert [(await client.get("/api/x", headers=one)).status_code for _ in range(4)] == [200, 200, 200, 429]
        # Another credential has a limit of its own, but both together have one as well.
        assert [(await client.get("/api/x", headers=other)).status_code for _ in range(2)] == [200, 429]
        assert (await client.get("/elsewhere")).headers.get("ratelimit") is None


INLINE = (
    b"<!doctype html><script>window.a = 1</script><script type=module src=/assets/x.js></script><script>b()</script>"
)


@pytest.fixture
def web(tmp_path: Path) -> Path:
    for name, content in {
        "index.html": INLINE,
        "pricing/index.html": b"<!doctype html>prices",
        "__spa-fallback.html": b"<!doctype html>shell<script>shell()</script>",
        "assets/x.js": b"export {}",
        "assets/x.js.br": b"brotli",
        "favicon.svg": b"<svg/>",
    }.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(content)
    return tmp_path


async def test_the_interface_is_served(service: Service, web: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service.app.router, "default", Interface(web))
    client = await service.client(headers={"accept-encoding": "br"})
    home = await client.get("/")
    assert home.content == INLINE
    assert home.headers["cache-control"] == "no-cache"
    scripts = next(
        part for part in home.headers["content-security-policy"].split("; ") if part.startswith("script-src")
    )
    hashes = {
        f"'sha256-{base64.b64encode(hashlib.sha256(code).digest()).decode()}'" for code in (b"window.a = 1", b"b()")
    }
    assert set(scripts.split()[1:]) == {"'self'", *hashes}
    assert (await client.get("/", headers={"if-none-match": home.headers["etag"]})).status_code == 304
    assert (await client.get("/pricing")).text.endswith("prices")
    assert "shell" in (await client.get("/ada/pinata/scans/1")).text
    script = await client.send(client.build_request("GET", "/assets/x.js"), stream=True)
    assert script.headers["content-encoding"] == "br"
    assert "immutable" in script.headers["cache-control"]
    assert script.headers["content-type"].startswith("text/javascript")
    await script.aclose()
    assert (await client.get("/assets/gone.js")).status_code == 404
    assert (await client.get("/api/gone")).status_code == 404
    assert (await client.get("/%2e%2e/%2e%2e/etc/passwd")).text.startswith("<!doctype html>shell")
    assert (await client.head("/favicon.svg")).status_code == 200
    assert (await client.post("/pricing")).status_code == 404


async def test_figures_are_told_to_this_machine_alone(service: Service) -> None:
    client = await service.client()
    await client.get("/health")
    text = (await client.get("/health/metrics")).text
    assert 'operation="infra.http.health.health",status="200"' in text
    assert "tenantry_up" in text


async def test_the_reference_lists_every_operation_without_a_script(service: Service) -> None:
    page = (await (await service.client()).get("/api/docs")).text
    assert "<script" not in page
    for path in service.app.openapi()["paths"]:
        assert f"<code>{path}</code>" in page
