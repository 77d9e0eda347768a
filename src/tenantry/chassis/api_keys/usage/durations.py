"""Durations in few numbers: calls are counted by how long they took, and a percentile is read from the counts."""

from bisect import bisect_left
from collections.abc import Sequence

BOUNDS = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 30_000)
"""In milliseconds; each bucket holds what took at most so long, and one more holds the rest."""

BUCKETS = len(BOUNDS) + 1


def bucket_of(milliseconds: float) -> int:
    """Which bucket a call belongs to."""
    return bisect_left(BOUNDS, milliseconds)


def percentile(buckets: Sequence[int], share: float) -> float | None:
    """The duration, in milliseconds, that this share of the calls stayed below; none without calls. Within a bucket calls are
    taken to be spread evenly, so it is right to a bucket's width; what took longer than the last bound is said to be that long.
    """
    total = sum(buckets)
    if total == 0:
        return None
    wanted, seen = share * total, 0
    for index, count in enumerate(buckets):
        if count and seen + count >= wanted:
            if index == len(BOUNDS):
                break
            low = BOUNDS[index - 1] if index else 0
            return round(low + (BOUNDS[index] - low) * (wanted - seen) / count, 1)
        seen += count
    return float(BOUNDS[-1])
