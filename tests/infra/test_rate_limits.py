"""Rate limits: in memory as exactly as they say, in a real Redis for all processes together, and by class of endpoint."""

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import redis
from pydantic import SecretStr

from tenantry.core.errors import TooMany
from tenantry.core.settings import Settings
from tenantry.infra.database.database import Database
from tenantry.infra.http.rates import Rates
from tenantry.infra.rate_limits import Rate, RateLimiter
from tests.service import Service

FIVE = Rate.of("five", "5/minute")
assert FIVE is not None


class Clock:
    """Time that passes when it is told to."""

    def __init__(self) -> None:
        self.now = 1_000_020.0

    def __call__(self) -> float:
        return self.now


async def test_the_seconds_to_wait_are_exact() -> None:
    clock = Clock()
    limiter = RateLimiter(clock=clock)
    for _ in range(30):  # whichever part of a window it is
        while (verdict := await limiter.hit(FIVE, "ada")).allowed:
            clock.now += 1.7
        clock.now += verdict.reset - 1.01
        assert not (await limiter.hit(FIVE, "ada")).allowed, "it was allowed before it was said to be"
        clock.now += 1.01
        assert (await limiter.hit(FIVE, "ada")).allowed, "it was not allowed when it was said to be"
        clock.now += 7.3


async def test_no_window_of_a_minute_has_more_than_the_limit() -> None:
    clock = Clock()
    limiter = RateLimiter(clock=clock)
    allowed: list[float] = []
    for _ in range(2000):
        clock.now += 0.41
        if (await limiter.hit(FIVE, "ada")).allowed:
            allowed.append(clock.now)
    assert len(allowed) > 50
    # The window before counts as if its calls had been spread evenly, so one more may slip in; never two.
    assert max(sum(at - 60 < other <= at for other in allowed) for at in allowed) <= 6


async def test_keys_and_limits_are_apart_and_forgotten_alone() -> None:
    limiter, other = RateLimiter(), Rate.of("other", "1/minute")
    assert other is not None
    for _ in range(5):
        await limiter.require(FIVE, "ada")
    await limiter.require(FIVE, "bob")
    await limiter.require(other, "ada")
    with pytest.raises(TooMany) as caught:
        await limiter.require(FIVE, "ada")
    assert caught.value.headers["Retry-After"].isdecimal()
    await limiter.forget(FIVE, "ada")
    await limiter.require(FIVE, "ada")
    with pytest.raises(TooMany):
        await limiter.require(other, "ada")


def test_production_has_limits_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    given: dict[str, Any] = {
        "secret_keys": "k" * 32, "public_url": "https://t.example", "smtp_url": "smtp://x", "mail_from": "t@t.example",
    }  # fmt: skip
    production = Rates.load(Settings(_env_file=None, mode="production", **given))
    named = {name: getattr(production, name) for name in ("authentication", "general", "imports", "reports")}
    limits = {name: (rate.item.amount, rate.item.get_expiry()) for name, rate in named.items()}
    assert limits == {"authentication": (5, 60), "general": (100, 60), "imports": (10, 3600), "reports": (60, 60)}
    monkeypatch.setenv("TENANTRY_RATE_REPORTS", "7/hour")
    changed = Rates.load(Settings(_env_file=None)).reports
    assert changed is not None
    assert (changed.item.amount, changed.item.get_expiry()) == (7, 3600)


async def test_routes_are_limited_by_their_class(
    settings: Settings, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, limit in (("GENERAL", "50/hour"), ("IMPORTS", "2/hour"), ("REPORTS", "1/hour")):
        monkeypatch.setenv(f"TENANTRY_RATE_{name}", limit)
    service = Service.of(settings, database)
    ada = await service.sign_up("Ada")
    upload = {"filename": "shop.zip", "bytes": 10}
    for left in (1, 0):
        answer = await ada.client.post(ada.url("/pinata/uploads"), json=upload)
        assert answer.status_code == 201
        assert answer.headers["ratelimit-policy"] == '"general";q=50;w=3600, "imports";q=2;w=3600'
        assert f'"imports";r={left};t=' in answer.headers["ratelimit"]
    refused = await ada.client.post(ada.url("/pinata/uploads"), json=upload)
    assert (refused.status_code, refused.json()["limit"]) == (429, "imports")
    assert int(refused.headers["retry-after"]) > 60
    assert (await ada.client.get(ada.url("/audit/export"))).status_code == 200
    assert (await ada.client.get(ada.url("/audit/export"))).json()["limit"] == "reports"
    assert (await ada.client.get(ada.url("/pinata/repositories"))).status_code == 200
    await service.close()


@pytest.fixture
def redis_server(tmp_path: Path) -> Iterator[tuple[str, "subprocess.Popen[bytes]"]]:
    """A real Redis on a socket of its own."""
    program = shutil.which("redis-server")
    if program is None:
        pytest.skip("Redis is not installed: `apt-get install redis-server`")
    socket = tmp_path / "redis.sock"
    words = ["--port", "0", "--unixsocket", str(socket), "--save", "", "--appendonly", "no", "--dir", str(tmp_path)]
    with subprocess.Popen([program, *words], stdout=subprocess.DEVNULL) as server:
        client = redis.Redis(unix_socket_path=str(socket))
        for _ in range(500):
            try:
                client.ping()
                break
            except redis.ConnectionError:
                assert server.poll() is None
        yield f"redis+unix://{socket}", server
        client.close()
        server.kill()


async def test_processes_count_together_in_redis(redis_server: tuple[str, Any]) -> None:
    one, other = (RateLimiter(redis_server[0]) for _ in range(2))
    for limiter in (one, other, one, other, one):
        verdict = await limiter.require(FIVE, "ada")
    assert verdict is not None
    assert verdict.remaining == 0
    for limiter in (one, other):
        with pytest.raises(TooMany) as caught:
            await limiter.require(FIVE, "ada")
        assert 0 < int(caught.value.headers["Retry-After"]) <= 120
    await other.forget(FIVE, "ada")
    await one.require(FIVE, "ada")
    await one.reset()


async def test_without_redis_each_process_counts_alone_and_says_so(
    redis_server: tuple[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    limiter = RateLimiter(redis_server[0])
    await limiter.require(FIVE, "ada")
    redis_server[1].kill()
    redis_server[1].wait()
    for _ in range(5):
        await limiter.require(FIVE, "ada")  # nobody is locked out by it
    with pytest.raises(TooMany):  # and nobody let in freely
        await limiter.require(FIVE, "ada")
    assert capsys.readouterr().out.count("Redis is away") == 1


async def test_the_service_takes_its_redis_from_the_settings(
    settings: Settings, database: Database, redis_server: tuple[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TENANTRY_RATE_GENERAL", "3/hour")
    shared = settings.model_copy(update={"redis_url": SecretStr(redis_server[0])})
    services = [Service.of(shared, database) for _ in range(2)]
    ada = await services[0].sign_up("Ada")
    elsewhere = await services[1].client(cookies=dict(ada.client.cookies))
    statuses = [(await client.get("/api/v1/me")).status_code for client in (ada.client, elsewhere) * 2]
    assert statuses == [200, 200, 200, 429]
    for service in services:
        await service.close()
