"""A row of results, and how a benchmark announces itself."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Row:
    """One measured figure. `ratio` is ours over the peer's, or the other way round where more is better (see `promise`).

    `floor` is what the machine takes for the least that could do the job, in the same unit; None where there is no such thing.
    """

    name: str
    ours: float
    peer: float
    floor: float | None
    unit: str
    ratio: float

    def as_json(self) -> dict[str, object]:
        return {
            "name": self.name,
            "ours": round(self.ours, 4),
            "peer": round(self.peer, 4),
            "floor": None if self.floor is None else round(self.floor, 4),
            "unit": self.unit,
            "ratio": round(self.ratio, 3),
        }


@dataclass(frozen=True, slots=True)
class Promise:
    """What we say of the figure in public, and whether a row keeps it."""

    words: str
    kept: Callable[[Row], bool]


@dataclass(frozen=True, slots=True)
class Benchmark:
    """`measure(folder)` works in an empty folder of its own. `peer` and `floor` say in a line what those columns are."""

    name: str
    summary: str
    peer: str
    floor: str
    promise: Promise
    measure: Callable[[Path], Iterable[Row]]
