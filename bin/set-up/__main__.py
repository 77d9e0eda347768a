"""Sets up this checkout: `python bin/set-up LAYER…`. Standard library only; it runs before anything is installed.

A layer is a named set of steps (see `layers.py`). Each ends with a stamp in `.venv/set-up/`, so a set-up that was
interrupted goes on where it stopped, and two at once wait for each other.
"""

import contextlib
import fcntl
import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

import advice
import layers
from console import Console, StepFailed

ROOT = Path(__file__).resolve().parents[2]


@contextlib.contextmanager
def alone(root: Path, console: Console) -> Iterator[None]:
    """Holds a lock on the checkout's own folder, which needs no file and is let go of by a dying process."""
    folder = os.open(root, os.O_RDONLY)
    try:
        try:
            fcntl.flock(folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            console.say("Another set-up is at work in this checkout; waiting for it.")
            fcntl.flock(folder, fcntl.LOCK_EX)
        yield
    finally:
        os.close(folder)


def main(wanted: list[str]) -> int:
    console = Console()
    started = time.monotonic()
    if problem := advice.before_start(ROOT):
        console.fail(problem)
        return 1
    try:
        with alone(ROOT, console):
            layers.SetUp(ROOT, console).run(wanted)
    except StepFailed as failure:
        sentence = advice.for_failure(ROOT, failure.output) or f"{failure} The lines above say why."
        console.fail(f"Failed: {failure.title}\n{sentence}", failure.output)
        return 1
    except OSError as error:
        console.fail(advice.for_failure(ROOT, str(error)) or "The set-up could not go on.", str(error))
        return 1
    except KeyboardInterrupt:
        console.fail("Stopped. Run the same command again, and it goes on from here.")
        return 130
    console.done(time.monotonic() - started)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
