"""How far fetching or unpacking is."""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Step:
    """`done` of `total` (0 while it is not known) of what `message` names."""

    message: str
    done: int = 0
    total: int = 0


Report = Callable[[Step], None]
"""Called with each step; must return at once."""


def ignore(step: Step) -> None:
    """For whoever doesn't look."""
