"""Finding the jobs of workers that died, and having them run again."""

import os
import platform
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

import structlog
from procrastinate.connector import BaseConnector

from tenantry.infra.jobs import statements
from tenantry.infra.jobs.definition import Job
from tenantry.infra.jobs.run import Runner

STALLS = 3
"""How often more than its retries a job may lose its worker: perhaps it is the job that kills them."""
LOST = "The worker running it was killed or lost its machine."

log = structlog.get_logger(__name__)


class Rescue:
    """Looks after all workers' jobs. A worker is dead when its process is gone, which only its own machine can see, or when
    it has been silent for `silence` seconds."""

    def __init__(self, connector: BaseConnector, jobs: Mapping[str, Job], runner: Runner, *, silence: float) -> None:
        self._connector, self._jobs, self._runner, self._silence = connector, jobs, runner, silence

    async def run_once(self, own_id: int | None) -> int:
        """Rescue what there is to rescue. Returns how many jobs that were."""
        workers = await self._connector.execute_query_all_async(statements.WORKERS, seconds=self._silence)
        dead = [w["id"] for w in workers if w["id"] != own_id and (w["silent"] or _is_gone(w["place"], w["process"]))]
        stalled = await self._connector.execute_query_all_async(statements.STALLED, workers=dead)
        for row in stalled:
            await self._rescue(row)
        if dead:
            await self._connector.execute_query_all_async(statements.FORGET_WORKERS, workers=dead)
        return len(stalled)

    async def _rescue(self, row: Mapping[str, object]) -> None:
        name, attempts = str(row["task_name"]), int(str(row["attempts"]))
        job = self._jobs.get(name)
        status = "todo"
        if row["abort_requested"]:
            status = "aborted"
        elif job and attempts >= job.retries + STALLS:
            status = "failed"
        rescued = await self._connector.execute_query_all_async(
            statements.RESCUE, id=row["id"], worker=row["worker_id"], status=status, error=LOST
        )
        if rescued:
            log.warning("job.rescued", job=name, job_id=row["id"], attempt=attempts + 1, status=status)
        if rescued and job and status == "failed":
            await self._runner.tell_failure(job, int(str(row["id"])), row["args"], attempts + 1, LOST)  # type: ignore[arg-type]


def this_place() -> str:
    """What can see our processes: this machine since it was booted, and this container of it."""
    boot = platform.node()
    with suppress(OSError):
        boot = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    with suppress(OSError):
        return f"{boot} {os.readlink('/proc/self/ns/pid')}"
    return boot


def this_process() -> str:
    """Our process id, and when it was started, since ids are used again."""
    return f"{os.getpid()} {_started(os.getpid())}"


def _is_gone(place: str | None, process: str | None) -> bool:
    if place != this_place() or not process:
        return False
    pid, _, started = process.partition(" ")
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        return False
    return _started(int(pid)) != started


def _started(pid: int) -> str:
    """When a process started, in the kernel's ticks; empty where there is no /proc, or once it is gone or a zombie."""
    with suppress(OSError):
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        return "" if fields[0] == "Z" else fields[19]
    return ""
