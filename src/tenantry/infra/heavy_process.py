"""One heavy process, seen from outside."""

import asyncio
import contextlib
import os
import pickle
import signal
import socket
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, Self

from tenantry.infra.heavy_wire import HEADER, Done, Failed, Message, Report, Task, pack

SOURCE = str(Path(__file__).parents[2])


class HeavyDied(RuntimeError):
    """The process went away in the middle of its work. `signal` is what killed it, if something did."""

    def __init__(self, code: int | None) -> None:
        self.signal = -code if code is not None and code < 0 else None
        why = f"was killed by {signal.Signals(self.signal).name}" if self.signal else f"ended with code {code}"
        super().__init__(f"The process doing the work {why}.")


class HeavyCancelled(RuntimeError):
    """Somebody asked for the work to be given up, and it was."""


class HeavyProcess:
    """Runs one task at a time. `idle` is false from the start of a task until its answer is in."""

    def __init__(
        self, process: asyncio.subprocess.Process, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self._process, self._reader, self._writer = process, reader, writer
        self.tasks = 0
        self.rss = 0
        self.idle = True

    @classmethod
    async def start(cls, nice: int) -> Self:
        """Start it, in a session of its own: Ctrl-C in a terminal is for us, and its whole group can be killed."""
        ours, theirs = socket.socketpair()
        with theirs:
            process = await asyncio.create_subprocess_exec(
                *(
                    sys.executable,
                    "-m",
                    "tenantry.infra.heavy_child",
                    str(theirs.fileno()),
                    str(os.getpid()),
                    str(nice),
                ),
                stdin=asyncio.subprocess.DEVNULL,
                pass_fds=(theirs.fileno(),),
                start_new_session=True,
                env=_environment(),
            )
        reader, writer = await asyncio.open_connection(sock=ours)
        return cls(process, reader, writer)

    @property
    def pid(self) -> int:
        """The operating system's id of it."""
        return self._process.pid

    @property
    def alive(self) -> bool:
        """Whether it runs still."""
        return self._process.returncode is None and not self._reader.at_eof()

    async def run(self, task: Task, on_progress: Callable[[Any], Awaitable[None]]) -> Any:
        """The task's result, or what it raised; see `HeavyPool.run`."""
        self.idle = False
        self.tasks += 1
        try:
            self._writer.write(pack(task))
            await self._writer.drain()
            while True:
                message = await self._receive()
                if isinstance(message, Report):
                    await on_progress(message.value)
                elif isinstance(message, (Done, Failed)):
                    break
        except (asyncio.IncompleteReadError, ConnectionError):
            self.kill()
            raise HeavyDied(await self._process.wait()) from None
        except BaseException:
            self.kill()
            raise
        self.rss, self.idle = message.rss, True
        if isinstance(message, Failed):
            message.error.add_note(f"In the heavy process:\n{message.traceback}")
            raise message.error
        return message.value

    async def _receive(self) -> Message:
        header = await self._reader.readexactly(HEADER.size)
        body = await self._reader.readexactly(HEADER.unpack(header)[0])
        # What comes back was computed from strangers' files by our own code; the socket is the process's own.
        message: Message = pickle.loads(body)  # noqa: S301
        return message

    def kill(self) -> None:
        """End it and everything it started, at once."""
        self.idle = False
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._writer.close()


def _environment() -> dict[str, str]:
    """Ours without our secrets: the process reads strangers' files, and needs none of them."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("TENANTRY_")}
    return kept | {"PYTHONPATH": os.pathsep.join(filter(None, [SOURCE, os.environ.get("PYTHONPATH")]))}
