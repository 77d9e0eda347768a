"""The whole service as a test meets it: over HTTP, on a real database, as the role it serves as."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx
from fastapi import FastAPI
from sqlalchemy import text

from tenantry.app import create_app, create_worker, mounted
from tenantry.core.settings import Settings
from tenantry.infra.database.database import Database
from tenantry.infra.heavy import HeavyPool, use_pool
from tenantry.infra.http.server import Server, listen, server_config

PASSWORD = "four unrelated words"


@dataclass
class Person:
    """Somebody with an account, signed in."""

    client: httpx.AsyncClient
    me: dict[str, Any]

    @property
    def org(self) -> str:
        """The slug of their own organization."""
        slug: str = self.me["organizations"][0]["slug"]
        return slug

    def url(self, path: str = "") -> str:
        """An address in their own organization."""
        return f"/api/v1/orgs/{self.org}{path}"


@dataclass
class Service:
    """An application with its database; `client` and `sign_up` talk to it as programs and people do."""

    settings: Settings
    database: Database
    app: FastAPI
    _open: AsyncExitStack = field(default_factory=AsyncExitStack)

    @classmethod
    def of(cls, settings: Settings, database: Database) -> "Service":
        """The service as `tenantry up` composes it."""
        return cls(settings, database, create_app(settings, database, mounted(settings)))

    async def client(self, **options: Any) -> httpx.AsyncClient:
        """A program, or a browser, with cookies of its own."""
        transport = httpx.ASGITransport(self.app, raise_app_exceptions=False, client=("127.0.0.1", 40000))
        client = httpx.AsyncClient(transport=transport, base_url="http://localhost", **options)
        return await self._open.enter_async_context(client)

    async def sign_up(self, name: str = "Ada Lovelace", **given: Any) -> Person:
        """A new person."""
        client = await self.client()
        body = {"email": f"{name.split(maxsplit=1)[0].lower()}@example.com", "password": PASSWORD, "name": name} | given
        answer = await client.post("/api/v1/auth/register", json=body)
        assert answer.status_code == 201, answer.text
        return Person(client, answer.json())

    async def work(self) -> None:
        """Run the jobs that wait, and those they lead to."""
        # An organization takes only half of a worker's places at once, so an idle worker may leave jobs waiting.
        while await self._waiting():
            await create_worker(self.settings, self.database, self.app.state.products).run_until_idle()

    async def _waiting(self) -> int:
        async with self.database.system_scope("count waiting jobs in a test") as scope:
            due = "status = 'todo' AND (scheduled_at IS NULL OR scheduled_at <= now())"
            return await scope.session.scalar(text(f"SELECT count(*) FROM procrastinate_jobs WHERE {due}")) or 0

    async def close(self) -> None:
        """Close all clients."""
        await self._open.aclose()


@asynccontextmanager
async def heavy_work() -> AsyncIterator[None]:
    """A process for heavy work, as every process of the service has."""
    pool = HeavyPool(1)
    use_pool(pool)
    try:
        yield
    finally:
        use_pool(None)
        await pool.close()


@asynccontextmanager
async def served(service: Service) -> AsyncIterator[str]:
    """The same application behind the real web server, at the address it answers with; live sockets need this."""
    import asyncio

    with listen("127.0.0.1", 0) as listener:
        await service.app.state.hub.start()
        server = Server(server_config(service.app, service.settings))
        serving = asyncio.create_task(server.serve(sockets=[listener]))
        while not server.started:
            await asyncio.sleep(0.01)
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            await service.app.state.hub.stop()
            server.stop()
            await serving
