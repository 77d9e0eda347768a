"""Time is handed in, never looked up, so that tests can say what time it is."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

Clock = Callable[[], datetime]
"""Called without arguments, answers with the present moment as an aware datetime in UTC."""


def system_clock() -> datetime:
    """The machine's own time."""
    return datetime.now(UTC)


class ManualClock:
    """A clock that stands still until it is moved.

    Raises:
        ValueError: the starting moment is not an aware time.
    """

    def __init__(self, now: datetime) -> None:
        if now.tzinfo is None:
            raise ValueError("A clock tells aware times; give the moment a time zone.")
        self._now = now.astimezone(UTC)

    def __call__(self) -> datetime:
        return self._now

    def advance(self, by: timedelta) -> None:
        """Move the clock, forwards or backwards."""
        self._now += by
