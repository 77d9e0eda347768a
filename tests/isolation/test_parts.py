"""Two organizations at the parts below the routes: jobs, events, live topics, stored files, mail. What is one's own does not
exist for the other, whichever way it is asked for."""

import asyncio
import json
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError

from tenantry.core.errors import Invalid, NotFound
from tenantry.core.settings import Settings
from tenantry.infra import mail
from tenantry.infra.database.database import Database
from tenantry.infra.database.roles import APP, QUEUE
from tenantry.infra.database.scopes import OrganizationRef
from tenantry.infra.events import emit, events_after, touch
from tenantry.infra.events.emit import CHANNEL
from tenantry.infra.jobs import JobContext, NoRetry, cancel, dead_letters, defer, job, retry_dead_letter
from tenantry.infra.jobs.worker import Worker
from tenantry.infra.storage import Storage
from tenantry.infra.storage.names import key_of
from tests.conftest import OpenScope

FOREIGN_JOB = """
INSERT INTO procrastinate_jobs (queue_name, task_name, args)
VALUES ('default', 'x', jsonb_build_object('org_id', CAST(:other AS text)))
"""
EVENT_OF_A_JOB = """
INSERT INTO procrastinate_events (job_id, type, org_id) SELECT id, 'failed', CAST(:other AS uuid) FROM procrastinate_jobs
"""
EVENT = """
INSERT INTO events_events (org_id, id, name, subject, data, actor)
VALUES (CAST(:other AS uuid), gen_random_uuid(), 'x', 'x', '{}', '[]')
"""


@job("tests.count")
async def count(context: JobContext, *, into: str) -> None:
    """Counts the events it can see, in its own organization's name."""
    async with context.scope() as scope:
        seen = await scope.session.scalar(text("SELECT count(*) FROM events_events WHERE name <> 'tests.counted'"))
        await emit(scope, "tests.counted", into, {"seen": seen})


@job("tests.fails", retries=0)
async def fails(context: JobContext) -> None:
    """Fails with something private."""
    raise NoRetry(f"secret of {context.organization.slug}")


async def test_a_job_sees_its_own_organization_alone(
    database: Database, open_scope: OpenScope, org_a: OrganizationRef, org_b: OrganizationRef
) -> None:
    for org, events in ((org_a, 2), (org_b, 3)):
        async with open_scope(org) as scope:
            for number in range(events):
                await emit(scope, "tests.happened", number)
            await defer(scope, count, into="x")
    await Worker(database, [count]).run_until_idle()
    for org, expected in ((org_a, 2), (org_b, 3)):
        async with open_scope(org) as scope:
            counted = [event for event in await events_after(scope, "0.0") if event.name == "tests.counted"]
        assert [event.data for event in counted] == [{"seen": expected}]


async def test_anothers_jobs_cannot_be_seen_changed_cancelled_or_retried(
    database: Database, open_scope: OpenScope, org_a: OrganizationRef, org_b: OrganizationRef
) -> None:
    async with open_scope(org_a) as scope:
        waiting = await defer(scope, count, into="x")
        failed = await defer(scope, fails)
    await Worker(database, [fails]).run_until_idle()
    async with open_scope(org_b) as scope:
        for table in ("procrastinate_jobs", "procrastinate_events"):
            assert await scope.session.scalar(text(f"SELECT count(*) FROM {table}")) == 0
        changed: Any = await scope.session.execute(text("UPDATE procrastinate_jobs SET priority = 9"))
        assert changed.rowcount == 0
        assert not await cancel(scope, waiting)
        assert await dead_letters(scope) == []
        for job_id in (waiting, failed):
            with pytest.raises(NotFound):
                await retry_dead_letter(scope, job_id)
    async with open_scope(org_a) as scope:
        assert "secret of ada" in {letter.error.removeprefix("NoRetry: ") for letter in await dead_letters(scope)}


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE procrastinate_jobs SET args = jsonb_set(args, '{org_id}', to_jsonb(CAST(:other AS text)))",
        "UPDATE procrastinate_jobs SET args = args - 'org_id'",
        FOREIGN_JOB,
        "INSERT INTO procrastinate_jobs (queue_name, task_name) VALUES ('default', 'events.prune')",
        EVENT_OF_A_JOB,
        EVENT,
    ],
)
async def test_nothing_is_slipped_into_another_organization(
    open_scope: OpenScope, org_a: OrganizationRef, org_b: OrganizationRef, statement: str
) -> None:
    async with open_scope(org_a) as scope:
        await defer(scope, count, into="x")
        with pytest.raises(ProgrammingError, match="row-level security"):
            async with scope.savepoint():
                await scope.session.execute(text(statement), {"other": str(org_b.id)} if ":other" in statement else {})


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT * FROM jobs_claim(1, 9, ARRAY['tests.count'])",
        "SELECT * FROM procrastinate_workers",
        "SELECT * FROM procrastinate_periodic_defers",
        "SELECT * FROM jobs_turns",
        "DELETE FROM procrastinate_jobs",
        "TRUNCATE procrastinate_jobs CASCADE",
        "SELECT procrastinate_register_worker_v1()",
    ],
)
async def test_the_service_cannot_do_a_workers_work(
    open_scope: OpenScope, org_a: OrganizationRef, statement: str
) -> None:
    with pytest.raises(ProgrammingError, match="permission denied"):
        async with open_scope(org_a) as scope:
            await defer(scope, count, into="x")
            await scope.session.execute(text(statement))


def test_the_role_that_claims_jobs_sees_jobs_and_nothing_else(database: Database) -> None:
    with psycopg.connect(database.urls.of(QUEUE), autocommit=True) as connection:
        tables = [
            row[0]
            for row in connection.execute(
                "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
            )
        ]
        readable = set()
        for table in tables:
            try:
                connection.execute(f'SELECT FROM "{table}" LIMIT 1'.encode())
                readable.add(table)
            except psycopg.errors.InsufficientPrivilege:
                continue
    own = {"procrastinate_jobs", "procrastinate_events", "procrastinate_workers", "procrastinate_periodic_defers"}
    assert readable == own | {"jobs_turns"}


async def test_notifications_carry_ids_and_no_words(
    database: Database, open_scope: OpenScope, org_a: OrganizationRef
) -> None:
    async with await psycopg.AsyncConnection.connect(database.urls.of(APP), autocommit=True) as listener:
        for channel in (CHANNEL, '"procrastinate_queue_v1#default"', "procrastinate_any_queue_v1"):
            await listener.execute(f"LISTEN {channel}".encode())
        async with open_scope(org_a) as scope:
            event_id = await emit(scope, "tests.private", "the subject", {"word": "private"})
            await touch(scope, f"tests.thing:{event_id}")
        heard = [json.loads(notice.payload) async for notice in listener.notifies(timeout=1)]
    jobs = [message for message in heard if "job_id" in message]
    assert all(set(message) == {"type", "job_id"} for message in jobs)
    assert [message for message in heard if message not in jobs] == [
        {"org": str(org_a.id), "event": str(event_id)},
        {"org": str(org_a.id), "topic": f"tests.thing:{event_id}"},
    ]


@pytest.fixture(scope="module")
def storage(tmp_path_factory: pytest.TempPathFactory) -> Storage:
    folder = tmp_path_factory.mktemp("files")
    return Storage(Settings(_env_file=None, data_dir=folder), [b"k" * 32])


NAMES = st.one_of(
    st.text(max_size=60),
    st.lists(st.sampled_from(["..", ".", "", "a", "orgs", "%2e%2e", "a\\..", "~", "\0", "a b"]), max_size=6).map(
        "/".join
    ),
    st.from_regex(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,10}(/[A-Za-z0-9_][A-Za-z0-9._-]{0,10}){0,3}", fullmatch=True),
)


@given(name=NAMES)
@settings(max_examples=300, derandomize=True, deadline=None)
def test_no_name_leads_out_of_the_organizations_own_keys(name: str) -> None:
    org = UUID(int=7)
    try:
        key = key_of(org, name)
    except Invalid:
        return
    own = Path("/store/orgs") / str(org)
    assert key == f"orgs/{org}/{name}"
    assert Path("/store", key).resolve().is_relative_to(own)
    assert Path("/store", key).resolve() != own


async def test_anothers_files_do_not_exist(storage: Storage, org_a: OrganizationRef, org_b: OrganizationRef) -> None:
    ours, theirs = storage.of_organization(org_a.id), storage.of_organization(org_b.id)
    await theirs.put("exports/1", b"theirs")
    for attempt in (ours.get("exports/1"), ours.open("exports/1")):
        with pytest.raises(NotFound):
            await attempt
    await ours.put("exports/1", b"ours")
    await ours.delete_all()
    assert await theirs.get("exports/1") == b"theirs"


async def test_a_mail_that_fails_is_its_own_organizations(
    database: Database, open_scope: OpenScope, org_a: OrganizationRef, org_b: OrganizationRef, tmp_path: Path
) -> None:
    class Refusing:
        async def deliver(self, message: Any) -> None:
            raise mail.MailRefused(f"No {message['To']}")

    async with open_scope(org_a) as scope:
        await mail.send(scope, mail.Mail("ada@example.org", "Private", "Private"))
    parts = [Settings(_env_file=None, data_dir=tmp_path), Refusing()]
    await Worker(database, mail.JOBS, parts=parts).run_until_idle()
    async with open_scope(org_b) as scope:
        assert await dead_letters(scope) == []
    async with open_scope(org_a) as scope:
        assert len(await dead_letters(scope)) == 1


async def test_scopes_of_jobs_running_side_by_side_do_not_mix(
    database: Database, open_scope: OpenScope, org_a: OrganizationRef, org_b: OrganizationRef
) -> None:
    """Interleaved on the same few connections, each sees its own organization at every step."""
    wrong: list[str] = []
    together = asyncio.Event()

    @job("tests.interleaved")
    async def interleaved(context: JobContext, *, number: int) -> None:
        together.set()
        for _ in range(10):
            async with context.scope() as scope:
                seen = await scope.session.scalar(text("SELECT current_setting('app.org_id')"))
                await asyncio.sleep(0.001)
                again = await scope.session.scalar(text("SELECT current_setting('app.org_id')"))
            if {seen, again} != {str(context.organization.id)}:
                wrong.append(f"{context.organization.slug} saw {seen} and {again}")

    for number in range(8):
        for org in (org_a, org_b):
            async with open_scope(org) as scope:
                await defer(scope, interleaved, number=number)
    await Worker(database, [interleaved], concurrency=8).run_until_idle()
    assert together.is_set()
    assert wrong == []
