"""The same files on S3: against a server speaking its wire protocol."""

import asyncio
import os
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from urllib.request import Request, urlopen

import pytest

from tenantry.core.errors import NotFound, TooLarge
from tenantry.core.ids import new_id
from tenantry.core.settings import Settings
from tenantry.infra.storage import Storage

pytest.importorskip("moto", reason="moto[s3,server] is not installed")
pytestmark = pytest.mark.deep


@pytest.fixture(scope="module")
def s3(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Storage]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    account = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_REGION": "us-east-1"}
    endpoint = {"AWS_ENDPOINT": f"http://127.0.0.1:{port}", "AWS_ALLOW_HTTP": "true"}
    server = subprocess.Popen(
        [sys.executable, "-m", "moto.server", "-p", str(port)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    patch = pytest.MonkeyPatch()
    try:
        for name, value in (account | endpoint).items():
            patch.setenv(name, value)
        until = time.monotonic() + 20
        while True:
            try:
                urlopen(Request(f"{os.environ['AWS_ENDPOINT']}/files", method="PUT")).close()
                break
            except OSError:
                if time.monotonic() > until:
                    raise
                time.sleep(0.1)
        folder = tmp_path_factory.mktemp("data")
        yield Storage(Settings(_env_file=None, data_dir=folder, storage_url="s3://files"), [b"k" * 32])
    finally:
        patch.undo()
        server.kill()
        server.wait()


async def pieces(count: int) -> AsyncIterator[bytes]:
    for _ in range(count):
        yield os.urandom(1_000_000)


async def test_files_on_s3_behave_as_on_a_disk(s3: Storage, tmp_path: Path) -> None:
    ours, theirs = s3.of_organization(new_id()), s3.of_organization(new_id())
    assert await ours.put("a/small", b"123") == 3
    assert await ours.put("a/large", pieces(12)) == 12_000_000  # in several parts
    assert await ours.get("a/small") == b"123"
    assert await ours.fetch("a/large", tmp_path / "large") == 12_000_000
    assert (tmp_path / "large").stat().st_size == 12_000_000
    assert [(file.name, file.size) for file in await ours.list()] == [("a/large", 12_000_000), ("a/small", 3)]
    with pytest.raises(NotFound):
        await theirs.get("a/small")
    assert await theirs.stat("a/small") is None
    await ours.delete("a/nothing")
    with pytest.raises(TooLarge):
        await ours.put("a/too-large", pieces(2), max_bytes=10)
    assert await ours.stat("a/too-large") is None


async def test_erasing_more_than_one_page_leaves_nothing(s3: Storage) -> None:
    ours, theirs = s3.of_organization(new_id()), s3.of_organization(new_id())
    await theirs.put("kept", b"")
    await asyncio.gather(*(ours.put(f"many/{number}", b"") for number in range(1_100)))
    assert await ours.delete_all() == 1_100
    assert await ours.list() == []
    assert [file.name for file in await theirs.list()] == ["kept"]
