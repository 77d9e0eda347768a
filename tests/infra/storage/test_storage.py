"""Files: kept apart by organization, streamed, bounded, and reachable by signed addresses."""

import asyncio
import os
import tracemalloc
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

import httpx
import pytest
import uvicorn
from fastapi import FastAPI
from starlette.middleware import Middleware

from tenantry.core.errors import Invalid, NotFound, TooLarge
from tenantry.core.ids import new_id
from tenantry.core.settings import Settings
from tenantry.infra.http.body_limit import BodyLimit
from tenantry.infra.http.problems import Errors, add_problem_handlers
from tenantry.infra.storage import Files, Storage, files_router
from tenantry.infra.storage.signatures import Grant

KEY = b"k" * 32


@pytest.fixture
def storage(tmp_path: Path) -> Storage:
    return Storage(Settings(_env_file=None, data_dir=tmp_path, port=8000), [KEY])


@pytest.fixture
def ours(storage: Storage) -> Files:
    return storage.of_organization(new_id())


@pytest.fixture
def theirs(storage: Storage) -> Files:
    return storage.of_organization(new_id())


async def pieces(count: int, size: int = 1_000_000) -> AsyncIterator[bytes]:
    for _ in range(count):
        yield b"x" * size


async def test_bytes_files_and_streams_go_in_and_come_out(ours: Files, tmp_path: Path) -> None:
    source, target = tmp_path / "source", tmp_path / "target"
    source.write_bytes(b"from a file")
    assert await ours.put("a/bytes", b"123") == 3
    assert await ours.put("a/file", source) == 11
    assert await ours.put("a/stream", pieces(3)) == 3_000_000
    assert await ours.get("a/bytes") == b"123"
    assert await ours.fetch("a/file", target) == 11
    assert target.read_bytes() == b"from a file"
    stored, chunks = await ours.open("a/stream")
    assert stored.size == sum([len(chunk) async for chunk in chunks]) == 3_000_000
    assert [file.name for file in await ours.list()] == ["a/bytes", "a/file", "a/stream"]
    assert await ours.put("a/bytes", b"4") == 1
    assert await ours.get("a/bytes") == b"4"


async def test_one_organizations_files_do_not_exist_for_another(ours: Files, theirs: Files) -> None:
    await ours.put("secret", b"1")
    with pytest.raises(NotFound):
        await theirs.get("secret")
    assert await theirs.stat("secret") is None
    assert await theirs.list() == []
    await theirs.delete("secret")
    assert await theirs.delete_all() == 0
    assert await ours.get("secret") == b"1"


@pytest.mark.parametrize(
    "name",
    [
        *("", "/", "../x", "a/../../x", "a/..", "/etc/passwd", "a//b", "./a", ".hidden", "a/.b"),
        *("a\\b", "a\0b", "a b", "é", "a/" + "x" * 200, "%2e%2e/x", "x#1", "a/" * 300 + "b"),
    ],
)
async def test_names_that_could_lead_elsewhere_are_refused(ours: Files, name: str) -> None:
    for attempt in (ours.put(name, b""), ours.get(name), ours.stat(name), ours.delete(name)):
        with pytest.raises(Invalid):
            await attempt
    with pytest.raises(Invalid):
        ours.signed_url(name)


async def test_an_organization_whose_id_begins_alike_is_another(storage: Storage) -> None:
    org = new_id()
    ours = storage.of_organization(org)
    await ours.put("a/1", b"")
    await ours.put("ab/1", b"")
    assert await ours.delete_all("a") == 1
    assert [file.name for file in await ours.list()] == ["ab/1"]


async def test_too_large_stores_nothing_and_leaves_nothing_behind(ours: Files, storage: Storage) -> None:
    for content in (b"x" * 11, pieces(11, 1)):
        with pytest.raises(TooLarge):
            await ours.put("large", content, max_bytes=10)
    assert await ours.stat("large") is None
    assert list(storage.spool.iterdir()) == []
    await ours.put("fits", b"x" * 10, max_bytes=10)
    with pytest.raises(TooLarge):
        await ours.get("fits", max_bytes=9)


async def test_a_stream_that_breaks_off_stores_nothing(ours: Files, storage: Storage) -> None:
    async def broken() -> AsyncIterator[bytes]:
        yield b"x"
        raise ConnectionError

    with pytest.raises(ConnectionError):
        await ours.put("broken", broken())
    assert await ours.list() == []
    assert list(storage.spool.iterdir()) == []


async def test_deleting_is_complete_and_may_be_repeated(ours: Files) -> None:
    for number in range(12):
        await ours.put(f"many/{number}", b"")
    await ours.delete("many/0")
    await ours.delete("many/0")
    assert await ours.delete_all("many") == 11
    assert await ours.list() == []


@pytest.fixture
async def client(storage: Storage) -> AsyncIterator[httpx.AsyncClient]:
    app = FastAPI(middleware=[Middleware(Errors), Middleware(BodyLimit, size=1000)])
    add_problem_handlers(app)
    app.include_router(files_router(storage))
    server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=0, log_level="warning", lifespan="off"))
    serving = asyncio.create_task(server.serve())
    while not server.started:
        await asyncio.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    storage.base_url = f"http://127.0.0.1:{port}"
    async with httpx.AsyncClient() as client:
        yield client
    server.should_exit = True
    await serving


async def test_a_signed_address_uploads_and_downloads(ours: Files, client: httpx.AsyncClient) -> None:
    put = await client.put(ours.signed_url("up/1", "PUT", max_bytes=5_000_000), content=pieces(4))
    assert put.status_code == 204
    got = await client.get(ours.signed_url("up/1", filename='mein "Graph".json', content_type="application/json"))
    assert got.status_code == 200
    assert len(got.content) == 4_000_000
    assert got.headers["content-type"] == "application/json"
    assert got.headers["content-disposition"] == "attachment; filename*=UTF-8''mein%20%22Graph%22.json"
    assert got.headers["x-content-type-options"] == "nosniff"
    assert "sandbox" in got.headers["content-security-policy"]
    assert (await client.get(ours.signed_url("up/2"))).status_code == 404


async def test_an_upload_is_bound_by_size_and_type(ours: Files, client: httpx.AsyncClient) -> None:
    url = ours.signed_url("up/1", "PUT", max_bytes=10, content_type="application/zip")
    assert (await client.put(url, content=b"1")).status_code == 422
    large = await client.put(url, content=b"x" * 11, headers={"content-type": "application/zip"})
    assert (large.status_code, large.json()["code"]) == (413, "storage.too_large")
    assert await ours.stat("up/1") is None
    assert (await client.put(url, content=b"x" * 10, headers={"content-type": "application/zip"})).status_code == 204


async def test_any_change_to_an_address_breaks_it(ours: Files, theirs: Files, client: httpx.AsyncClient) -> None:
    await ours.put("mine", b"1")
    await theirs.put("mine", b"2")
    url = ours.signed_url("mine", max_bytes=5)
    assert (await client.get(url)).status_code == 200
    assert (await client.put(url, content=b"")).status_code == 403
    query = parse_qs(urlsplit(url).query)
    changed = [
        url.replace(str(ours.org_id), str(theirs.org_id)),
        url.replace("/mine", "/mine2"),
        url.replace("method=GET", "method=PUT"),
        url.replace(f"expires={query['expires'][0]}", f"expires={int(query['expires'][0]) + 1}"),
        url.replace("max_bytes=5", "max_bytes=6"),
        url.replace("max_bytes=5&", ""),
        url + "&filename=x",
        url[:-1],
        url.partition("&signature")[0],
        url.partition("?")[0],
    ]
    for attempt in changed:
        answer = await client.get(attempt)
        assert (answer.status_code, answer.json()["code"]) == (403, "storage.link.invalid"), attempt


async def test_an_address_expires(ours: Files, client: httpx.AsyncClient) -> None:
    await ours.put("mine", b"1")
    answer = await client.get(ours.signed_url("mine", expires=timedelta(seconds=-2)))
    assert (answer.status_code, answer.json()["code"]) == (403, "storage.link.expired")


async def test_a_large_upload_is_never_in_memory(ours: Files, client: httpx.AsyncClient) -> None:
    tracemalloc.start()
    assert (await client.put(ours.signed_url("large", "PUT"), content=pieces(60))).status_code == 204
    stored, chunks = await ours.open("large")
    async for _ in chunks:
        pass
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert stored.size == 60_000_000
    assert peak < 25_000_000, f"{peak:,} bytes"


async def test_what_an_earlier_run_left_is_cleared_at_the_start(storage: Storage, tmp_path: Path) -> None:
    for name in ("left", "arriving"):
        (storage.spool / name).write_text("x")
    os.utime(storage.spool / "left", (0, 0))
    again = Storage(Settings(_env_file=None, data_dir=tmp_path), [KEY])
    assert [path.name for path in again.spool.iterdir()] == ["arriving"]


def test_keys_rotate(storage: Storage, tmp_path: Path) -> None:
    org = UUID(int=1)
    settings = Settings(_env_file=None, data_dir=tmp_path)
    rotated = Storage(settings, [b"n" * 32, KEY])
    url = urlsplit(storage.of_organization(org).signed_url("a"))
    query = {key: values[0] for key, values in parse_qs(url.query).items()}
    assert Grant.of(rotated.signer, "GET", org, "a", query).name == "a"
