"""Running something in a process of its own, and what it cost."""

import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

TENANTRY = Path(sys.executable).with_name("tenantry")


class CommandFailed(Exception):
    """A measured command ended badly, so there is nothing to measure; the text is what it wrote."""


@dataclass(frozen=True, slots=True)
class Cost:
    """Seconds of CPU (user and system, children included) and of wall time; bytes of its largest process at its peak."""

    cpu: float
    wall: float
    peak: int


def clean_environment(**more: str) -> dict[str, str]:
    """Ours without any `TENANTRY_…` of the caller's: each benchmark says what it wants."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("TENANTRY_")}
    return {**inherited, **more}


def run(command: Sequence[str | Path], env: dict[str, str] | None = None) -> Cost:
    """Waits for a command; its CPU time is read from the kernel's account of that one child."""
    started = time.perf_counter()
    with subprocess.Popen(
        [str(word) for word in command],
        env=env or clean_environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    ) as child:
        assert child.stdout is not None
        output = child.stdout.read()
        _, status, usage = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        raise CommandFailed(f"{' '.join(map(str, command))}\n{output.decode(errors='replace')}")
    return Cost(usage.ru_utime + usage.ru_stime, time.perf_counter() - started, usage.ru_maxrss * 1024)


def ask(module: str, *words: str | Path) -> Any:
    """Runs `python -m benchmarks.MODULE WORDS` in a fresh process and reads the JSON it prints last."""
    command = [sys.executable, "-m", f"benchmarks.{module}", *map(str, words)]
    done = subprocess.run(
        command, env=clean_environment(), stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise CommandFailed(f"{' '.join(command)}\n{done.stdout}{done.stderr}")
    return json.loads(done.stdout.splitlines()[-1])


def tree_memory(root: psutil.Process, without: Iterable[str] = ()) -> int:
    """Resident bytes of a process and all below it. What they share is counted for each, so the figure errs on the large side."""
    left_out = set(without)
    total = 0
    processes = [root]
    while processes:
        process = processes.pop()
        try:
            if process.name() in left_out:
                continue
            total += process.memory_info().rss
            processes += process.children()
        except psutil.NoSuchProcess:
            continue
    return total


class PeakMemory:
    """Watches `tree_memory` from a thread: `with PeakMemory(process) as peak: …; peak.bytes`."""

    def __init__(self, root: psutil.Process, without: Iterable[str] = (), every: float = 0.1) -> None:
        self.bytes = 0
        self._root, self._without, self._every = root, tuple(without), every
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._watch)

    def __enter__(self) -> "PeakMemory":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._stop.wait(self._every):
            self.bytes = max(self.bytes, tree_memory(self._root, self._without))
