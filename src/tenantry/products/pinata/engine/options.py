"""What a scan may be told, and what it tells while it runs."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

Phase = Literal["discover", "parse", "resolve", "graph"]

MAX_FILE_BYTES = 2_000_000


@dataclass(frozen=True, slots=True)
class ScanOptions:
    """`cache_dir` keeps facts and graphs between scans (None: nothing is kept); `processes` read files side by side;
    files above `max_file_bytes` are skipped with a diagnostic; `commit` is only written into the result;
    with `include_tests`, what tests do counts as what the system does."""

    cache_dir: Path | None = None
    processes: int = 1
    max_file_bytes: int = MAX_FILE_BYTES
    commit: str | None = None
    include_tests: bool = False


@dataclass(frozen=True, slots=True)
class Progress:
    """`done` of `total` files (0 of 0 when a phase has no count), and a line for people."""

    phase: Phase
    done: int
    total: int
    message: str


Report = Callable[[Progress], None]
