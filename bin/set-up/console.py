"""What a person sees during a set-up: one line a step, with its time. All of it goes to standard error."""

import contextlib
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

TAIL = 25
"""So many of its last lines are shown of a command that failed."""


class StepFailed(Exception):
    """A command of a step ended badly; `output` is what it wrote, `title` the step's."""

    def __init__(self, sentence: str, output: str = "") -> None:
        super().__init__(sentence)
        self.output = output
        self.title = ""


class Console:
    def __init__(self) -> None:
        self._steps = 0
        self._open_line = False

    def say(self, text: str) -> None:
        self._end_line()
        print(text, file=sys.stderr, flush=True)

    @contextlib.contextmanager
    def step(self, title: str) -> Iterator[None]:
        """Shows the title at once, and the seconds when the work is done."""
        if not self._steps:
            self.say("Setting up Tenantry; only what is new or has changed is done.")
        self._steps += 1
        print(f"  {title:<58}", end="", file=sys.stderr, flush=True)
        self._open_line = True
        started = time.monotonic()
        try:
            yield
        except StepFailed as failure:
            failure.title = title
            raise
        print(f"{time.monotonic() - started:6.1f} s", file=sys.stderr, flush=True)
        self._open_line = False

    def done(self, seconds: float) -> None:
        if self._steps:
            self.say(f"Ready after {seconds:.1f} s.")

    def fail(self, sentence: str, output: str = "") -> None:
        for line in output.strip().splitlines()[-TAIL:]:
            self.say(f"    {line}")
        self.say(f"\n{sentence}")

    def _end_line(self) -> None:
        if self._open_line:
            print(file=sys.stderr)
            self._open_line = False


def run(command: Sequence[str | Path], *, cwd: Path, env: Mapping[str, str]) -> str:
    """Runs a command without input and keeps what it writes for the case that it fails: `StepFailed`."""
    done = subprocess.run(
        [str(word) for word in command],
        cwd=cwd,
        env=dict(env),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        check=False,
    )
    if done.returncode:
        raise StepFailed(f"{Path(command[0]).name} ended with status {done.returncode}.", done.stdout)
    return done.stdout
