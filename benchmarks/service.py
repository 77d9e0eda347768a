"""A real `tenantry up` on a loopback port with its own data directory, and a person signed in to it."""

import contextlib
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import psutil

from benchmarks.processes import TENANTRY, CommandFailed, clean_environment

START_SECONDS = 60
DATABASE_PROCESSES = ("postgres",)
"""Left out of what we call our memory: it has figures of its own."""


class Service:
    """Where it listens, its process, and a client with a session of an organization of its own."""

    def __init__(self, process: psutil.Process, client: httpx.Client, data_dir: Path) -> None:
        self.process, self.client, self.data_dir = process, client, data_dir
        client.post(
            "/api/v1/auth/register",
            json={"email": "bench@example.com", "password": "a long bench phrase", "name": "Bench"},
        ).raise_for_status()
        self.org = client.get("/api/v1/me").raise_for_status().json()["organizations"][0]["slug"]
        self.pinata = f"/api/v1/orgs/{self.org}/pinata"

    def add_repository(self, root: Path) -> str:
        source = {"kind": "path", "path": str(root)}
        return str(
            self.client.post(f"{self.pinata}/repositories", json={"source": source}).raise_for_status().json()["id"]
        )

    def start_scan(self, repository: str) -> str:
        return str(
            self.client.post(f"{self.pinata}/repositories/{repository}/scans", json={}).raise_for_status().json()["id"]
        )

    def scan(self, scan: str) -> dict[str, Any]:
        answer: dict[str, Any] = self.client.get(f"{self.pinata}/scans/{scan}").raise_for_status().json()
        return answer


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextlib.contextmanager
def running_service(**settings: str) -> Iterator[Service]:
    """Starts it with these variables, waits until it is ready, and stops it as Ctrl-C does."""
    data = Path(tempfile.mkdtemp(prefix="tenantry-bench-"))
    data.chmod(0o711)  # under root, PostgreSQL runs as a user of its own, who must get through
    address = f"http://127.0.0.1:{(port := free_port())}"
    env = clean_environment(
        TENANTRY_PORT=str(port), TENANTRY_DATA_DIR=str(data / "data"), **{"TENANTRY_LOG_LEVEL": "warning"} | settings
    )
    with (
        (data / "log").open("w") as log,
        subprocess.Popen([TENANTRY, "up"], env=env, cwd=data, stdout=log, stderr=log) as server,
    ):
        try:
            wait_until_ready(address, server, data / "log")
            with httpx.Client(base_url=address, headers={"Origin": address}, timeout=30) as client:
                yield Service(psutil.Process(server.pid), client, data / "data")
        finally:
            server.send_signal(signal.SIGINT)
            try:
                server.wait(timeout=30)
            except subprocess.TimeoutExpired:
                server.kill()
            shutil.rmtree(data)


def wait_until_ready(address: str, server: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if server.poll() is not None:
            break
        try:
            if httpx.get(f"{address}/health/ready", timeout=5).status_code == 200:
                return
        except httpx.TransportError:
            pass  # not listening yet
        time.sleep(0.05)
    raise CommandFailed(f"tenantry up was not ready\n{log.read_text()}")
