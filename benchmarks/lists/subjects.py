"""Everything that is asked for the list, running side by side on one PostgreSQL, and what an answer of each costs."""

import contextlib
import os
import secrets
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4

import httpx
import psutil
import psycopg

from benchmarks.lists.rows import PAGE, ROWS, rows
from benchmarks.processes import CommandFailed, ask, clean_environment
from benchmarks.service import DATABASE_PROCESSES, Service, free_port, running_service
from tenantry.core.settings import Settings
from tenantry.infra.database.roles import APP, OWNER
from tenantry.infra.database.server import running_database
from tenantry.infra.database.urls import DatabaseUrls

ROOT = Path(__file__).parents[2]
PRODUCTS = "pinata,tests.sample_product.product:product,benchmarks.lists.product:product"
SCHEMA = "bench_template"


@dataclass(frozen=True)
class Subject:
    """Something that answers with the list."""

    process: psutil.Process
    postgres: psutil.Process
    port: int
    path: str
    headers: dict[str, str]

    def cpu(self) -> float:
        """Seconds of CPU that it and PostgreSQL have used so far."""
        return used_by(self.process) + sum(map(used_by, [self.postgres, *self.postgres.children(recursive=True)]))

    def load(self, connections: int, seconds: float) -> dict[str, float]:
        """Asks for that long; what the callers saw."""
        words = ["127.0.0.1", str(self.port), self.path, str(connections), str(seconds), _json(self.headers)]
        found: dict[str, float] = ask("load", *words)
        if found["failures"]:
            raise CommandFailed(f"{found['failures']} of {found['requests']} requests for {self.path} failed")
        return found

    def cost(self, connections: int, seconds: float) -> float:
        """Microseconds of CPU for each answer."""
        before = self.cpu()
        found = self.load(connections, seconds)
        return (self.cpu() - before) / found["requests"] * 1e6


def used_by(process: psutil.Process) -> float:
    try:
        times = process.cpu_times()
    except psutil.NoSuchProcess:
        return 0.0
    return float(times.user + times.system)


def _json(headers: dict[str, str]) -> str:
    import json

    return json.dumps(headers)


@contextlib.contextmanager
def subjects(**settings: str) -> Iterator[dict[str, Subject]]:
    """`rows` and `orm` are ours, `floor` and `template` as their modules say; all list the same."""
    path = os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")]).rstrip(os.pathsep)
    # Limited as in production, but never reached: counting belongs to the cost.
    own = {"TENANTRY_PRODUCTS": PRODUCTS, "PYTHONPATH": path, "TENANTRY_RATE_GENERAL": "9000000/minute"}
    with running_service(**own | settings) as service:
        urls = running_database(Settings(_env_file=None, data_dir=service.data_dir))
        postgres = next(child for child in service.process.children() if child.name() in DATABASE_PROCESSES)
        cookie = {"Cookie": "; ".join(f"{name}={value}" for name, value in service.client.cookies.items())}
        fill(urls, service)
        bearer, environment = _template_of(urls)
        app = {"BENCH_DATABASE": urls.of(APP)}
        lists = f"/api/v1/orgs/{service.org}/bench"
        with _web("floor", app) as floor, _web("template", environment) as template:
            own_port = int(service.client.base_url.port or 0)
            found = {
                "rows": Subject(service.process, postgres, own_port, f"{lists}/rows", cookie),
                "orm": Subject(service.process, postgres, own_port, f"{lists}/orm", cookie),
                "floor": Subject(floor[0], postgres, floor[1], f"{lists}/rows", cookie),
                "template": Subject(template[0], postgres, template[1], f"/api/v1/items/?limit={PAGE}", bearer),
            }
            for subject in found.values():
                _shows_all(subject)
            yield found


def _shows_all(subject: Subject) -> None:
    answer = httpx.get(f"http://127.0.0.1:{subject.port}{subject.path}", headers=subject.headers)
    if answer.status_code != 200:
        raise CommandFailed(f"{subject.path}: {answer.status_code} {answer.text}")
    body = answer.json()
    shown = body.get("items") or body.get("data")
    if [row["title"] for row in shown] != [title for title, _, _ in reversed(rows())][:PAGE]:
        raise CommandFailed(f"{subject.path} lists something else: {answer.text[:300]}")


def fill(urls: DatabaseUrls, service: Service) -> None:
    """The notes of the organization, written as the owner of the tables."""
    org = service.client.get(f"/api/v1/orgs/{service.org}").json()["id"]
    with psycopg.connect(urls.of(OWNER), autocommit=True) as connection:
        with connection.cursor() as cursor:
            cursor.executemany(
                "INSERT INTO notes_notes (org_id, id, title, body, created_at) VALUES (%s, %s, %s, %s, %s)",
                [(UUID(org), uuid4(), *row) for row in rows()],
            )
        connection.execute("ANALYZE")


def _template_of(urls: DatabaseUrls) -> tuple[dict[str, str], dict[str, str]]:
    """Its tables with the same rows; the header of a caller, and the environment of its process."""
    import jwt
    from sqlmodel import Session, SQLModel

    from benchmarks.lists.template import ALGORITHM, Item, User, engine_of

    conninfo, secret = urls.of(OWNER), secrets.token_urlsafe(32)
    with psycopg.connect(conninfo, autocommit=True) as connection:
        connection.execute(f"CREATE SCHEMA {SCHEMA}".encode())
    engine = engine_of(conninfo, SCHEMA)
    SQLModel.metadata.create_all(engine)
    with Session(engine) as session:
        user = User(email="bench@example.com", hashed_password="", full_name="Bench")
        session.add(user)
        session.commit()
        session.add_all(
            [Item(title=title, description=body, created_at=at, owner_id=user.id) for title, body, at in rows()]
        )
        session.commit()
        token = jwt.encode({"exp": datetime.now(UTC) + timedelta(days=8), "sub": str(user.id)}, secret, ALGORITHM)
    engine.dispose()
    with psycopg.connect(conninfo, autocommit=True) as connection:
        connection.execute("ANALYZE")
    environment = {"BENCH_DATABASE": conninfo, "BENCH_SCHEMA": SCHEMA, "BENCH_SECRET": secret}
    return {"Authorization": f"Bearer {token}"}, environment


@contextlib.contextmanager
def _web(module: str, environment: dict[str, str]) -> Iterator[tuple[psutil.Process, int]]:
    """One of the others behind uvicorn, as ours is."""
    port = free_port()
    command = [sys.executable, "-m", "uvicorn", f"benchmarks.lists.{module}:create", "--factory", "--port", str(port)]
    command += ["--no-access-log", "--log-level", "warning"]
    with subprocess.Popen(command, cwd=ROOT, env=clean_environment(**environment)) as server:
        try:
            for _ in range(200):
                with contextlib.suppress(httpx.TransportError):
                    httpx.get(f"http://127.0.0.1:{port}/")
                    break
                time.sleep(0.05)
            yield psutil.Process(server.pid), port
        finally:
            server.terminate()
            server.wait(timeout=10)


assert ROWS >= PAGE
