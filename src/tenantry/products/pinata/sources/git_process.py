"""Running git so that nothing of this machine or of the repository can steer it, and so that it stops at once."""

import asyncio
import contextlib
import os
import re
import signal
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tenantry.core.errors import Problem
from tenantry.products.pinata.sources.progress import Report, Step, ignore

PROGRESS = re.compile(r"^(?:remote: )?(?P<what>[A-Z][a-z]+(?: [a-z]+)*): +\d+% \((?P<done>\d+)/(?P<total>\d+)\)")
WATCH_SECONDS = 0.2
STDERR_LINES = 60
KEPT_OUTPUT = 4 << 20
NICENESS = 10

CONFIG: Mapping[str, str] = {
    "advice.detachedHead": "false",
    "core.askPass": "",
    "core.attributesFile": os.devnull,
    "core.autocrlf": "false",
    "core.fsmonitor": "false",
    "core.hooksPath": os.devnull,
    "core.symlinks": "false",
    "credential.helper": "",
    "fetch.recurseSubmodules": "false",
    "fetch.unpackLimit": "1",  # one pack, never a folder of loose objects
    "filter.lfs.process": "",
    "filter.lfs.required": "false",
    "filter.lfs.smudge": "",
    "gc.auto": "0",
    "http.followRedirects": "false",
    "http.lowSpeedLimit": "100",
    "http.lowSpeedTime": "60",
    "http.proxy": "",
    "init.defaultBranch": "main",
    "maintenance.auto": "false",
    "pack.threads": "1",
    "protocol.version": "2",
    "submodule.recurse": "false",
    "transfer.bundleURI": "false",
}


class StoppedError(Exception):
    """git was ended from here. `reason` is `time` or `cancelled`, or a problem raised by the watcher."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class GitError(Exception):
    """git ended with an error; `lines` are the last ones it wrote."""

    def __init__(self, lines: Sequence[str]) -> None:
        super().__init__("git ended with an error")
        self.lines = list(lines)


@dataclass(slots=True)
class Git:
    """A git with an empty home. `config` adds settings, which travel in the environment, never in argv."""

    home: Path
    protocols: str
    config: dict[str, str] = field(default_factory=dict, repr=False)
    variables: dict[str, str] = field(default_factory=dict)

    def environment(self) -> dict[str, str]:
        """All that git and its children see of the world."""
        settings = {**CONFIG, **self.config}
        environment = {
            "PATH": os.environ.get("PATH", os.defpath),
            "HOME": str(self.home),
            "XDG_CONFIG_HOME": str(self.home),
            "LC_ALL": "C",
            "GIT_ALLOW_PROTOCOL": self.protocols,
            "GIT_ASKPASS": "",
            "GIT_ATTR_NOSYSTEM": "1",
            "GIT_CONFIG_GLOBAL": os.devnull,
            "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_LFS_SKIP_SMUDGE": "1",
            "GIT_OPTIONAL_LOCKS": "0",
            "GIT_TERMINAL_PROMPT": "0",
            "SSH_ASKPASS": "",
            "SSH_ASKPASS_REQUIRE": "never",
            "GIT_CONFIG_COUNT": str(len(settings)),
        }
        for index, (key, value) in enumerate(settings.items()):
            environment[f"GIT_CONFIG_KEY_{index}"] = key
            environment[f"GIT_CONFIG_VALUE_{index}"] = value
        return environment | self.variables

    async def run(
        self,
        *arguments: str,
        seconds: float,
        cancelled: asyncio.Event,
        report: Report = ignore,
        watch: Callable[[], None] | None = None,
        on_output: Callable[[bytes], None] | None = None,
    ) -> str:
        """What git printed. `watch` is called five times a second and may raise to stop it, as may `on_output`.

        Raises:
            GitError: git ended with an error.
            StoppedError: it was cancelled or ran out of time; by then its whole process group is gone.
        """
        process = await asyncio.create_subprocess_exec(
            "git",
            *arguments,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            env=self.environment(),
            cwd=self.home,
            start_new_session=True,
        )
        with contextlib.suppress(OSError):
            os.setpriority(os.PRIO_PGRP, process.pid, NICENESS)
        refused: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        output, lines = bytearray(), deque[str](maxlen=STDERR_LINES)
        assert process.stdout
        assert process.stderr
        work: asyncio.Future[Any] = asyncio.gather(
            _read_output(process.stdout, on_output or _keeper(output), refused),
            _read_progress(process.stderr, lines, report),
            process.wait(),
        )
        guard: asyncio.Future[Any] = asyncio.ensure_future(_guard(watch, cancelled, seconds))
        try:
            await asyncio.wait({work, guard, refused}, return_when=asyncio.FIRST_COMPLETED)
            if refused.done():
                refused.result()
            if not work.done():
                await guard
            await work
        finally:
            guard.cancel()
            refused.cancel()
            await asyncio.shield(_end(process, work, guard))
        if process.returncode:
            raise GitError(lines)
        if watch:
            watch()
        return output.decode(errors="replace")


async def _guard(watch: Callable[[], None] | None, cancelled: asyncio.Event, seconds: float) -> None:
    ends = asyncio.get_running_loop().time() + seconds
    while True:
        if watch:
            watch()
        left = ends - asyncio.get_running_loop().time()
        if left <= 0:
            raise StoppedError("time")
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(min(WATCH_SECONDS, left)):
                await cancelled.wait()
                raise StoppedError("cancelled")


async def _end(process: asyncio.subprocess.Process, *futures: asyncio.Future[Any]) -> None:
    """Leave nothing running: git has children (ssh, the https helper, the pack indexer) in its process group."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    await process.wait()
    for future in futures:
        future.cancel()
    await asyncio.gather(*futures, return_exceptions=True)


def _keeper(output: bytearray) -> Callable[[bytes], None]:
    def keep(chunk: bytes) -> None:
        if len(output) < KEPT_OUTPUT:
            output.extend(chunk)

    return keep


async def _read_output(
    stream: asyncio.StreamReader, on_output: Callable[[bytes], None], refused: asyncio.Future[Any]
) -> None:
    """Read to the end even when `on_output` refuses: asyncio never sees a process end whose pipe nobody empties."""
    while chunk := await stream.read(1 << 16):
        if not refused.done():
            try:
                on_output(chunk)
            except Problem as problem:
                refused.set_exception(problem)


async def _read_progress(stream: asyncio.StreamReader, lines: deque[str], report: Report) -> None:
    """Progress lines end in a carriage return and go to `report`; all others are kept for the error message."""
    rest = ""
    while chunk := await stream.read(1 << 14):
        *complete, rest = re.split(r"[\r\n]", rest[-4096:] + chunk.decode(errors="replace"))
        for line in complete:
            if match := PROGRESS.match(line):
                report(Step(match["what"], int(match["done"]), int(match["total"])))
            elif line.strip():
                lines.append(line.strip())
    if rest.strip():
        lines.append(rest.strip())
