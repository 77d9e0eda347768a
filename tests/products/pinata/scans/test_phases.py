"""Progress across phases: it never goes back, and time left is told honestly."""

import itertools

from hypothesis import given
from hypothesis import strategies as st

from tenantry.products.pinata.scans.phases import PHASES, SHARES, Course, shares_of

REPORTS = st.lists(
    st.tuples(st.integers(0, 4), st.integers(0, 1000), st.integers(0, 1000), st.floats(0, 100)), min_size=1, max_size=60
)


@given(REPORTS)
def test_the_fraction_never_goes_back_and_is_whole_only_at_the_end(reports: list[tuple[int, int, int, float]]) -> None:
    now = 0.0
    course = Course(now)
    fractions = [0.0]
    for phase, done, total, seconds in sorted(reports, key=lambda report: report[0]):
        now += seconds
        course.enter(PHASES[phase], now)
        course.tell(done, total, "working", now)
        fractions.append(course.fraction)
        assert course.seconds_left is None or course.seconds_left >= 0
    assert all(before <= after for before, after in itertools.pairwise(fractions))
    assert fractions[-1] < 1
    course.finish(now + 1)
    assert course.progress()["fraction"] == 1
    assert all(phase["state"] == "done" for phase in course.phases.values())


def test_phases_take_the_time_they_took() -> None:
    course = Course(100.0)
    course.enter("clone", 100.0)
    course.enter("parse", 103.0)
    course.finish(108.0)
    assert {name: phase["seconds"] for name, phase in course.phases.items()} == {
        "clone": 3.0, "discover": 0.0, "parse": 5.0, "resolve": 0.0, "graph": 0.0,
    }  # fmt: skip


def test_a_steady_scan_is_foretold_within_a_fifth() -> None:
    """A scan like the last one: 10 s of parsing, 5 s of the rest. Nothing is said at first, then what is right."""
    before = {"clone": 0.0, "discover": 0.1, "parse": 10.0, "resolve": 3.0, "graph": 2.0}
    course = Course(0.0, before)
    told = []
    for tick in range(1, 100):
        now = tick / 10
        course.enter("parse", now)
        course.tell(tick, 100, "file", now)
        told.append((now, course.seconds_left))
    assert told[5][1] is None
    for now, left in told[40:]:
        assert left is not None
        assert abs(left - (15.1 - now)) < 0.2 * 15.1


def test_time_left_does_not_jump() -> None:
    """A phase that turns out ten times as slow as thought is believed by and by."""
    course = Course(0.0)
    for tick in range(1, 400):
        now = tick / 10
        done = tick if tick < 40 else 40 + (tick - 40) // 10
        course.enter("parse", now)
        before = course.seconds_left
        course.tell(done, 100, "file", now)
        if before is not None and course.seconds_left is not None:
            assert abs(course.seconds_left - before) < 2


def test_shares_follow_the_last_scan() -> None:
    assert shares_of(None) == SHARES
    learnt = shares_of({"clone": 0.0, "discover": 0.0, "parse": 30.0, "resolve": 5.0, "graph": None})
    assert abs(sum(learnt.values()) - 1) < 1e-9
    assert learnt["parse"] > 0.8
    assert learnt["clone"] < 0.01
