"""What Pinata's tests ask for."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from tenantry.core.settings import Settings
from tenantry.infra.heavy import HeavyPool, use_pool
from tests.products.pinata.client import Pinata
from tests.products.pinata.sources.git_server import GitServer, git_server
from tests.service import Service


@pytest.fixture(scope="session")
async def heavy(settings: Settings) -> AsyncIterator[HeavyPool]:
    """The pool of heavy processes, as `tenantry up` composes it."""
    pool = HeavyPool(settings.heavy_processes)
    yield pool
    await pool.close()


@pytest.fixture
async def pinata(service: Service, heavy: HeavyPool) -> AsyncIterator[Pinata]:
    """Somebody signed in, with Pinata before them."""
    use_pool(heavy)
    yield Pinata(service, await service.sign_up(), heavy)
    use_pool(None)


@pytest.fixture
def served_git(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[GitServer]:
    """A git server over `tmp_path/repositories`, whose certificate the service trusts."""
    root, folder = tmp_path / "repositories", tmp_path / "tls"
    root.mkdir()
    folder.mkdir()
    with git_server(root, folder) as server:
        monkeypatch.setenv("TENANTRY_PINATA_GIT_CA_FILE", str(server.ca_file))
        yield server
