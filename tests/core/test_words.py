"""Ids, clocks, roles, problems, cursors."""

import pickle
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenantry.core.actors import ANONYMOUS, SYSTEM, Actor
from tenantry.core.clock import ManualClock, system_clock
from tenantry.core.errors import Conflict, Forbidden, Invalid, NotFound, Problem, TooLarge, TooMany, Unavailable
from tenantry.core.ids import new_id
from tenantry.core.pages import Cursor, Page, PageParams
from tenantry.core.roles import Role


def test_ids_are_version_7_and_in_order() -> None:
    ids = [new_id() for _ in range(1000)]
    assert {(each.version, each.variant) for each in ids} == {(7, UUID(int=0x8 << 60).variant)}
    assert len(set(ids)) == 1000
    assert [each.int >> 64 for each in ids] == sorted(each.int >> 64 for each in ids)
    made = datetime.fromtimestamp((ids[0].int >> 80) / 1000, UTC)
    assert abs(made - datetime.now(UTC)) < timedelta(seconds=5)


def test_clocks() -> None:
    assert system_clock().tzinfo is UTC
    clock = ManualClock(datetime.fromisoformat("2026-11-21T12:00:00+01:00"))
    clock.advance(timedelta(hours=1))
    assert clock() == datetime(2026, 11, 21, 12, tzinfo=UTC)
    with pytest.raises(ValueError, match="aware"):
        ManualClock(datetime(2026, 11, 21))  # noqa: DTZ001


def test_roles() -> None:
    assert Role.VIEWER < Role.MEMBER < Role.ADMIN < Role.OWNER
    assert [Role.of(role.word) for role in Role] == list(Role)
    with pytest.raises(ValueError, match="viewer, member, admin, owner"):
        Role.of("king")


def test_actors() -> None:
    ada = Actor.user(UUID(int=1), "Ada")
    assert (str(ada), str(SYSTEM), str(ANONYMOUS)) == (f"user:{UUID(int=1)}", "system", "anonymous")
    assert Actor.api_key(UUID(int=2), "ci").kind == "api_key"


def test_a_problem_as_a_document() -> None:
    problem = NotFound("thing.not_found", "There is no such thing here.", hint="Look again.", thing="x")
    assert problem.to_dict() == {
        "type": "about:blank",
        "title": "Not Found",
        "status": 404,
        "code": "thing.not_found",
        "detail": "There is no such thing here.",
        "hint": "Look again.",
        "thing": "x",
    }
    assert Problem("teapot", "I am one.", status=418).to_dict()["status"] == 418


@pytest.mark.parametrize(
    ("kind", "status"),
    [(Invalid, 422), (Forbidden, 403), (Conflict, 409), (TooLarge, 413), (TooMany, 429), (Unavailable, 503)],
)
def test_problems_cross_processes(kind: type[Problem], status: int) -> None:
    problem = kind(
        "a.b", "Said.", hint="Do.", errors=[{"field": "f", "message": "m"}], headers={"Retry-After": "1"}, n=1
    )
    again = pickle.loads(pickle.dumps(problem))
    assert type(again) is kind
    assert (again.to_dict(), again.headers, str(again)) == (problem.to_dict(), {"Retry-After": "1"}, "Said.")
    assert again.to_dict()["status"] == status


MOMENTS = st.datetimes(timezones=st.just(UTC))


@given(MOMENTS, st.uuids(), st.text(), st.integers(-(2**53), 2**53))
def test_cursors_come_back_as_they_were(moment: datetime, id: UUID, text: str, number: int) -> None:
    key = (moment, id, text, number, None)
    assert Cursor.decode(Cursor.encode(*key), datetime, UUID, str, int, type(None)) == key


@given(st.text() | st.builds(Cursor.encode, st.integers() | st.text() | st.none()))
def test_forged_cursors_are_refused(text: str) -> None:
    with pytest.raises(Invalid) as caught:
        Cursor.decode(text, datetime, UUID)
    assert caught.value.code == "cursor.invalid"


@pytest.mark.parametrize("text", ["W3sidCI6Im5ldmVyIn1d", "W1tbXV1d", "bnVsbA", "W3siaCI6MX1d", "=", "W3sidSI6InoifV0"])
def test_cursors_with_the_wrong_inside_are_refused(text: str) -> None:
    with pytest.raises(Invalid):
        Cursor.decode(text, str)


def test_pages() -> None:
    assert Page[int](items=[1]).model_dump() == {"items": [1], "next": None}
    assert PageParams().limit == 50
