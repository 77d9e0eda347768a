"""Pinata as a program meets it over HTTP."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from tenantry.infra.heavy import HeavyPool
from tests.service import Person, Service

APP = """
from fastapi import FastAPI
from sqlalchemy import Column, Integer, String, select
from sqlalchemy.orm import DeclarativeBase

app = FastAPI()


class Base(DeclarativeBase):
    pass


class Order(Base):
    __tablename__ = "orders"
    id = Column(Integer, primary_key=True)
    title = Column(String)


def load(session):
    return session.execute(select(Order)).all()


@app.get("/orders/{order_id}")
def read_order(order_id: int, session=None):
    return load(session)
"""


def write_app(folder: Path, name: str = "shop") -> Path:
    """A folder with a small application."""
    root = folder / name
    root.mkdir(parents=True)
    (root / "app.py").write_text(APP)
    return root


@dataclass
class Pinata:
    """One person's Pinata."""

    service: Service
    person: Person
    pool: HeavyPool

    def url(self, path: str) -> str:
        return self.person.url(f"/pinata{path}")

    async def call(self, method: str, path: str, status: int = 200, **options: Any) -> Any:
        """The answer's JSON, once its status is the wanted one."""
        answer = await self.person.client.request(method, self.url(path), **options)
        assert answer.status_code == status, f"{answer.status_code}: {answer.text[:2000]}"
        return answer.json() if answer.content else None

    async def get(self, path: str, status: int = 200, **options: Any) -> Any:
        return await self.call("GET", path, status, **options)

    async def post(self, path: str, status: int = 201, **options: Any) -> Any:
        return await self.call("POST", path, status, **options)

    async def raw(self, path: str, **options: Any) -> httpx.Response:
        return await self.person.client.get(self.url(path), **options)

    async def add(self, source: dict[str, Any], status: int = 201, **more: Any) -> Any:
        """Add a repository."""
        return await self.post("/repositories", status, json={"source": source, **more})

    async def add_folder(self, folder: Path) -> Any:
        return await self.add({"kind": "path", "path": str(folder)})

    async def start(self, repository: dict[str, Any], **body: Any) -> Any:
        """Queue a scan."""
        return await self.post(f"/repositories/{repository['id']}/scans", 202, json=body)

    async def scan(self, repository: dict[str, Any], **body: Any) -> Any:
        """Queue a scan and run it to its end."""
        scan = await self.start(repository, **body)
        await self.work()
        return await self.get(f"/scans/{scan['id']}")

    async def work(self) -> None:
        """Run the jobs that wait."""
        await self.service.work()

    async def upload(self, content: bytes, filename: str = "shop.zip") -> Any:
        """Send an archive and add it as a repository."""
        upload = await self.post("/uploads", json={"filename": filename, "bytes": len(content)})
        answer = await self.person.client.put(upload["url"], content=content)
        assert answer.status_code == 204, answer.text
        return await self.add({"kind": "upload", "upload_id": upload["id"]})
