"""What the heavy processes of these tests are asked to do."""

import os
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tenantry.core.errors import Invalid


@dataclass(frozen=True)
class Step:
    phase: str
    done: int


def add(a: int, b: int) -> int:
    return a + b


def whereabouts() -> dict[str, object]:
    return {
        "pid": os.getpid(),
        "nice": os.nice(0),
        "secrets": [name for name in os.environ if name.startswith("TENANTRY_")],
        "loaded": sorted(name for name in sys.modules if name.split(".")[0] in ("sqlalchemy", "fastapi", "pydantic")),
    }


def count(steps: int, report: Callable[[Step], None]) -> int:
    for done in range(steps):
        report(Step("first" if done < steps / 2 else "second", done))
    return steps


def refuse() -> None:
    raise Invalid("tests.refused", "This cannot be done.", hint="Do something else.")


class Odd(Exception):
    def __init__(self, one: int, two: int) -> None:
        super().__init__("odd")


def raise_odd() -> None:
    raise Odd(1, 2)


def spin(seconds: float, mark: str = "") -> str:
    if mark:
        Path(mark).write_text(str(os.getpid()))
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        sum(range(1000))
    return "finished"


def start_another(mark: str) -> None:
    child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    Path(mark).write_text(f"{os.getpid()} {child.pid}")
    child.wait()


def swell(size: int) -> int:
    return len(bytearray(os.urandom(1)) * size)


def blob(size: int) -> bytes:
    return b"x" * size
