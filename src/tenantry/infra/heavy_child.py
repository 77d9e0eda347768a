"""The inside of a heavy process: waits for a task, runs it, answers, until the other end of the socket is gone.

Started as `python -m tenantry.infra.heavy_child FD PARENT NICENESS`.
"""

import contextlib
import ctypes
import importlib
import os
import pickle
import resource
import select
import signal
import socket
import sys
import threading
import time
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tenantry.infra.heavy_wire import HEADER, Done, Failed, Message, Report, Task, pack, receive

PR_SET_PDEATHSIG = 1
REPORT_SECONDS = 0.1


def main(descriptor: int, parent: int, niceness: int) -> None:
    """Serve tasks one after the other."""
    os.nice(niceness)
    connection = socket.socket(fileno=descriptor)
    _die_with(parent, connection)
    _offer_to_the_oom_killer()
    while (task := receive(connection)) is not None:
        assert isinstance(task, Task)
        connection.sendall(_answer(task, connection))


def _answer(task: Task, connection: socket.socket) -> bytes:
    reporter = _Reporter(lambda message: connection.sendall(pack(message)))
    try:
        sys.path[:] = [*task.path, *(entry for entry in sys.path if entry not in task.path)]
        function: Any = importlib.import_module(task.module)
        for part in task.name.split("."):
            function = getattr(function, part)
        result = function(*task.arguments, report=reporter) if task.reports else function(*task.arguments)
        reporter.flush()
        return pack(Done(result, _rss()))
    except BaseException as error:  # noqa: BLE001 - whatever it is, the other end raises it
        return _failure(error)


def _failure(error: BaseException) -> bytes:
    text = traceback.format_exc()
    try:
        packed = pack(Failed(error, text, _rss()))
        pickle.loads(packed[HEADER.size :])  # noqa: S301 - our own; an error may pickle and yet refuse to be built again
    except Exception:  # noqa: BLE001 - pickling calls methods of the error itself
        return pack(Failed(RuntimeError(f"{type(error).__name__}: {error}"), text, _rss()))
    return packed


class _Reporter:
    """Sends at most ten reports a second, here at the source, but never holds a new phase or the last report back."""

    def __init__(self, send: Callable[[Message], None]) -> None:
        self._send = send
        self._sent = 0.0
        self._phase: object = None
        self._waiting: Report | None = None

    def __call__(self, value: Any) -> None:
        now, phase = time.monotonic(), getattr(value, "phase", None)
        if now - self._sent < REPORT_SECONDS and phase == self._phase:
            self._waiting = Report(value)
            return
        if phase != self._phase:
            self.flush()
        self._sent, self._phase, self._waiting = now, phase, None
        self._send(Report(value))

    def flush(self) -> None:
        if self._waiting is not None:
            self._send(self._waiting)
            self._waiting = None


def _die_with(parent: int, connection: socket.socket) -> None:
    """Leave nothing behind when the parent is killed. Linux tells the kernel; elsewhere a thread watches the socket."""
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:
            os._exit(1)  # it died before the kernel was told
    threading.Thread(target=_watch, args=(connection,), daemon=True, name="watches the parent").start()


def _watch(connection: socket.socket) -> None:
    poll = select.poll()
    poll.register(connection, getattr(select, "POLLRDHUP", 0))
    while not any(flags & (select.POLLHUP | getattr(select, "POLLRDHUP", 0)) for _, flags in poll.poll()):
        time.sleep(0.1)
    os._exit(1)


def _offer_to_the_oom_killer() -> None:
    """When memory runs out, this process is the one to go: its job is run again, whereas the service would be gone."""
    with contextlib.suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text("500")


def _rss() -> int:
    with contextlib.suppress(OSError):
        return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024


if __name__ == "__main__":
    main(*(int(argument) for argument in sys.argv[1:4]))
