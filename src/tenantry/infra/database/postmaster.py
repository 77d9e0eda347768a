"""Another run's PostgreSQL: is it still there, and how it is ended.

After a `kill -9` of ours PostgreSQL lives on without us; after one of its own, its pid file lies about it. Neither a zombie
nor a stranger that got the same number may be taken for it.
"""

import os
import signal
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class PidFile:
    """What PostgreSQL writes into `postmaster.pid`."""

    pid: int
    socket_folder: str
    ready: bool

    @classmethod
    def read(cls, data: Path) -> "PidFile | None":
        """What it says now; none when there is no such file or it is only half written."""
        try:
            lines = (data / "postmaster.pid").read_text().splitlines()
            return cls(
                int(lines[0]), lines[4].strip() if len(lines) > 4 else "", len(lines) > 7 and "ready" in lines[7]
            )
        except (FileNotFoundError, IndexError, ValueError):
            return None


def is_ours(pid: int, data: Path) -> bool:
    """Whether this process is alive and is a PostgreSQL on this data."""
    state, command = _process(pid)
    return state not in ("", "Z") and str(data) in command


def _process(pid: int) -> tuple[str, str]:
    """One letter for its state, and its command line; nothing when there is no such process."""
    proc = Path("/proc", str(pid))
    if proc.parent.joinpath("self").exists():
        try:
            # The state follows the name in brackets, which may itself contain anything.
            state = (proc / "stat").read_text().rpartition(")")[2].split()[0]
            return state, (proc / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except (FileNotFoundError, ProcessLookupError):
            return "", ""
    asked = ["ps", "-ww", "-o", "stat=,command=", "-p", str(pid)]
    done = subprocess.run(asked, capture_output=True, text=True, check=False)
    state, _, command = done.stdout.strip().partition(" ")
    return state[:1], command


def end_orphan(data: Path) -> bool:
    """Stop a PostgreSQL which an earlier run left behind, and take a stale pid file away. True when one was running.

    Raises:
        TimeoutError: it cannot be stopped.
    """
    found = PidFile.read(data)
    running = found is not None and is_ours(found.pid, data)
    if found is not None and running:
        _end(found.pid, data)
    (data / "postmaster.pid").unlink(missing_ok=True)
    return running


def _end(pid: int, data: Path) -> None:
    # Fast shutdown, then immediate; never SIGKILL first, which leaves its children and its shared memory behind.
    for number, patience in ((signal.SIGINT, 20.0), (signal.SIGQUIT, 5.0), (signal.SIGKILL, 5.0)):
        try:
            os.kill(pid, number)
        except ProcessLookupError:
            return
        until = time.monotonic() + patience
        while time.monotonic() < until:
            if not is_ours(pid, data):
                return
            time.sleep(0.02)
    raise TimeoutError(f"PostgreSQL (process {pid}) is still running on {data} and cannot be stopped.")
