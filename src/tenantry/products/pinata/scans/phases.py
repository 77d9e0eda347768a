"""The phases of a scan, and how far it is across all of them."""

from collections.abc import Mapping
from typing import Any

PHASES = ("clone", "discover", "parse", "resolve", "graph")

SHARES: Mapping[str, float] = {"clone": 0.3, "discover": 0.02, "parse": 0.4, "resolve": 0.16, "graph": 0.12}
"""How the time divides when nothing better is known. The last scan of the same repository is better."""

SURE_SECONDS = 1.5
SURE_FRACTION = 0.04
SMOOTHING = 0.25


def waiting() -> dict[str, Any]:
    """The phases of a scan that has not begun."""
    return {name: {"state": "waiting", "seconds": None} for name in PHASES}


def nothing_done(message: str = "") -> dict[str, Any]:
    """The progress of a scan that has not begun."""
    return {"done": 0, "total": 0, "fraction": 0.0, "seconds_left": None, "message": message}


def shares_of(seconds: Mapping[str, float | None] | None) -> Mapping[str, float]:
    """Shares of the time by the phases of an earlier scan, leaning on the usual ones where it was quick."""
    if not seconds:
        return SHARES
    known = {name: (seconds.get(name) or 0.0) + 0.1 * SHARES[name] for name in PHASES}
    total = sum(known.values())
    return {name: value / total for name, value in known.items()}


class Course:
    """Turns reports of phases into one fraction that never goes back, and into seconds left that don't jump.

    Times are handed in, in seconds of any steady clock.
    """

    def __init__(self, now: float, before: Mapping[str, float | None] | None = None) -> None:
        self.shares = shares_of(before)
        self.phases = waiting()
        self.phase: str | None = None
        self.done = self.total = 0
        self.message = ""
        self.fraction = 0.0
        self.seconds_left: float | None = None
        self._began, self._phase_began, self._told = now, now, now

    def enter(self, phase: str, now: float) -> bool:
        """Go on to a phase; phases before it are done. Whether that is news."""
        if phase == self.phase:
            return False
        for name in PHASES[: PHASES.index(phase)]:
            if self.phases[name]["state"] != "done":
                spent = now - self._phase_began if name == self.phase else 0.0
                self.phases[name] = {"state": "done", "seconds": round(spent, 3)}
        self.phases[phase] = {"state": "running", "seconds": None}
        self.phase, self._phase_began, self.done, self.total = phase, now, 0, 0
        return True

    def tell(self, done: int, total: int, message: str, now: float) -> None:
        """How far the present phase is."""
        self.done, self.total, self.message = done, total, message
        self._estimate(now)

    def finish(self, now: float) -> None:
        """Everything is done."""
        self.enter("graph", now)
        self.phases["graph"] = {"state": "done", "seconds": round(now - self._phase_began, 3)}
        self.fraction, self.seconds_left = 1.0, 0.0

    def progress(self) -> dict[str, Any]:
        """The progress as it is stored and sent."""
        left = None if self.seconds_left is None else round(self.seconds_left, 1)
        return {
            "done": self.done,
            "total": self.total,
            "fraction": round(self.fraction, 4),
            "seconds_left": left,
            "message": self.message,
        }

    def _estimate(self, now: float) -> None:
        assert self.phase is not None
        before = sum(self.shares[name] for name in PHASES[: PHASES.index(self.phase)])
        reached = before + self.shares[self.phase] * self._within(now)
        self.fraction = max(self.fraction, min(reached, 0.995))
        elapsed, passed = now - self._began, now - self._told
        self._told = now
        if elapsed < SURE_SECONDS or self.fraction < SURE_FRACTION:
            return
        fresh = elapsed * (1 - self.fraction) / self.fraction
        if self.seconds_left is None:
            self.seconds_left = fresh
            return
        expected = max(self.seconds_left - passed, 0.0)
        self.seconds_left = expected + SMOOTHING * (fresh - expected)

    def _within(self, now: float) -> float:
        """How far the present phase is, 0 to 1; without a count it comes nearer to the end and never reaches it."""
        if self.total > 0:
            return min(self.done / self.total, 1.0)
        spent = now - self._phase_began
        return spent / (spent + 5.0)
