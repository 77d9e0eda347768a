"""What one answer with a list of twenty rows costs, to somebody signed in, inside one organization."""

from collections.abc import Iterator
from pathlib import Path
from statistics import median

from benchmarks.lists.subjects import subjects
from benchmarks.rows import Benchmark, Promise, Row

CONNECTIONS, ROUNDS, SECONDS = 16, 5, 2.0
PROMISED = {"rows": 1.6, "orm": 3.5}


def costs(names: tuple[str, ...]) -> dict[str, float]:
    """Microseconds of CPU for each answer, application and PostgreSQL: the median of rounds that take turns."""
    with subjects() as found:
        for name in names:
            found[name].load(CONNECTIONS, 1.0)
        taken: dict[str, list[float]] = {name: [] for name in names}
        for _ in range(ROUNDS):
            for name in names:
                taken[name].append(found[name].cost(CONNECTIONS, SECONDS))
    return {name: median(values) for name, values in taken.items()}


def measure(_folder: Path) -> Iterator[Row]:
    cost = costs(("rows", "orm", "floor", "template"))
    for name in ("rows", "orm"):
        yield Row(f"list-20 {name}", cost[name], cost["template"], cost["floor"], "µs CPU", cost[name] / cost["floor"])


def kept(row: Row) -> bool:
    by = row.name.split()[1]
    return row.ratio <= PROMISED[by] and (by == "orm" or row.peer / row.ours >= 3)


benchmark = Benchmark(
    name="list-20",
    summary="CPU (application and PostgreSQL) for each answer with 20 rows, signed in, inside one organization; ratio to the floor",
    peer="the FastAPI full-stack template’s own list endpoint on the same PostgreSQL, rebuilt",
    floor="the same statements by raw psycopg under Starlette",
    promise=Promise(
        "rows ≤ 1.6 × floor and ≤ ⅓ of peer; ORM ≤ 3.5 × floor",
        kept,
    ),
    measure=measure,
)
