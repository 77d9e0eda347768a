"""What row-level security and the scope cost: the same question with and without them, on the same rows."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from statistics import median
from uuid import UUID

import psutil
import psycopg
from sqlalchemy import BigInteger, Column, MetaData, Table, Uuid, select, text
from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine

from benchmarks.rows import Benchmark, Promise, Row
from benchmarks.service import running_service
from tenantry.core.actors import SYSTEM
from tenantry.core.settings import Settings
from tenantry.infra.database.database import Database
from tenantry.infra.database.isolation import Isolation
from tenantry.infra.database.roles import APP, OWNER
from tenantry.infra.database.scopes import OrganizationRef
from tenantry.infra.database.server import running_database
from tenantry.infra.database.tenancy import Tenancy
from tenantry.infra.database.urls import DatabaseUrls

ROUNDS = 5
SHAPES = {"1000x1000": (1000, 1000), "1x1000000": (1, 1_000_000)}
LIST = "SELECT id, at, amount, note FROM {table} {where} ORDER BY at DESC, id DESC LIMIT 20"
SUM = "SELECT count(*), sum(amount) FROM {table} {where}"
QUESTIONS = {"list": (LIST, {"1000x1000": 6000, "1x1000000": 6000}), "sum": (SUM, {"1000x1000": 1000, "1x1000000": 8})}


def organization(number: int) -> UUID:
    return UUID(int=number << 64)


def fill(connection: psycopg.Connection, table: str, shape: tuple[int, int], *, guarded: bool) -> None:
    organizations, rows = shape
    connection.execute(
        f"CREATE TABLE {table} (org_id uuid, id uuid, at timestamptz, amount bigint, note text)".encode()
    )
    connection.execute(
        f"INSERT INTO {table} SELECT (lpad(to_hex(o), 16, '0') || repeat('0', 16))::uuid, gen_random_uuid(), "
        "timestamptz '2026-01-01' + random() * interval '300 days', (random() * 100000)::bigint, repeat('note ', 8) "
        f"FROM generate_series(1, {organizations}) o, generate_series(1, {rows})".encode()
    )
    connection.execute(f"ALTER TABLE {table} ADD PRIMARY KEY (org_id, id)".encode())
    connection.execute(f"CREATE INDEX ON {table} (org_id, at, id)".encode())
    if guarded:
        for statement in Isolation("tenant").statements(table):
            connection.execute(statement.encode())
    else:
        connection.execute(f"GRANT SELECT ON {table} TO {APP}".encode())
    connection.execute(f"VACUUM ANALYZE {table}".encode())


def cpu_of(connection: psycopg.Connection, question: bytes, values: list[UUID], times: int) -> float:
    """Seconds of the server's CPU for that many transactions with the question in it."""
    process = psutil.Process(connection.info.backend_pid)
    before = process.cpu_times()
    for _ in range(times):
        connection.execute(b"BEGIN; " + Tenancy(org_id=organization(1)).statement().encode())
        connection.execute(question, values, prepare=True).fetchall()
        connection.execute(b"COMMIT")
    after = process.cpu_times()
    return after.user + after.system - before.user - before.system


def policies(urls: DatabaseUrls) -> Iterator[Row]:
    with (
        psycopg.connect(urls.of(OWNER), autocommit=True) as owner,
        psycopg.connect(urls.of(APP), autocommit=True) as app,
    ):
        for name, shape in SHAPES.items():
            guarded, plain = f"bench_guarded_{shape[0]}", f"bench_plain_{shape[0]}"
            fill(owner, guarded, shape, guarded=True)
            owner.execute(f"CREATE TABLE {plain} (LIKE {guarded} INCLUDING ALL)".encode())
            owner.execute(f"INSERT INTO {plain} SELECT * FROM {guarded} ORDER BY ctid".encode())
            owner.execute(f"GRANT SELECT ON {plain} TO {APP}".encode())
            owner.execute(f"VACUUM ANALYZE {plain}".encode())
            for question, (words, times) in QUESTIONS.items():
                ours = words.format(table=guarded, where="").encode()
                peer = words.format(table=plain, where="WHERE org_id = %s").encode()
                taken = [
                    (cpu_of(app, ours, [], times[name]), cpu_of(app, peer, [organization(1)], times[name]))
                    for _ in range(ROUNDS)
                ]
                a, b = (min(pair[place] for pair in taken) / times[name] * 1e6 for place in (0, 1))
                yield Row(f"isolation policy {question} {name}", a, b, None, "µs CPU", a / b)
            owner.execute(f"DROP TABLE {guarded}, {plain}".encode())


async def _cost(work: Callable[[], Awaitable[None]], times: int) -> float:
    for _ in range(50):
        await work()
    taken = []
    for _ in range(ROUNDS):
        before = time.process_time()
        for _ in range(times):
            await work()
        taken.append((time.process_time() - before) / times * 1e6)
    return median(taken)


async def scopes(urls: DatabaseUrls) -> list[Row]:
    """Client CPU of a transaction with one question, through a scope and through a plain session of the same library."""
    things = Table("bench_things", MetaData(), Column("org_id", Uuid), Column("id", Uuid), Column("amount", BigInteger))
    question = select(things.c.id, things.c.amount).limit(20)
    database = Database(urls)
    engine = create_async_engine(urls.sqlalchemy(APP))
    organization_ = OrganizationRef(organization(1), "bench", "Bench")

    async def by_session() -> None:
        async with database.org_scope(organization_, SYSTEM) as scope:
            (await scope.session.execute(question)).all()

    async def by_rows() -> None:
        async with database.org_scope(organization_, SYSTEM) as scope:
            await scope.rows(question)

    async def plain() -> None:
        async with AsyncSession(engine) as session, session.begin():
            (await session.execute(question)).all()

    async with engine.connect() as connection:
        assert await connection.scalar(text("SELECT current_user")) == APP
    ours, rows, peer = await _cost(by_session, 400), await _cost(by_rows, 400), await _cost(plain, 400)
    await database.close()
    await engine.dispose()
    return [
        Row("isolation scope session", ours, peer, None, "µs CPU", ours / peer),
        Row("isolation scope rows", rows, peer, None, "µs CPU", rows / peer),
    ]


def measure(_folder: Path) -> Iterator[Row]:
    with running_service() as service:
        urls = running_database(Settings(_env_file=None, data_dir=service.data_dir))
        with psycopg.connect(urls.of(OWNER), autocommit=True) as owner:
            fill(owner, "bench_things", (50, 100), guarded=True)
        yield from asyncio.run(scopes(urls))
        yield from policies(urls)


benchmark = Benchmark(
    name="isolation",
    summary="row-level security on the server’s CPU, and the scope on the client’s",
    peer="policy: the same question with WHERE, on a table without policies; scope: SQLAlchemy’s own session and transaction",
    floor="none",
    promise=Promise("policy ≤ 1.1; scope ≤ 1.4", lambda row: row.ratio <= (1.4 if "scope" in row.name else 1.1)),
    measure=measure,
)
