"""`tenantry up` and the other commands, as processes."""

import asyncio
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import psutil
import pytest
import websockets

pytestmark = pytest.mark.clock

PRODUCT = "tests.sample_product.product:product"
LOGIN = {"email": "ada@example.com", "password": "four unrelated words"}


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


class Installation:
    """A data directory, and the commands that run on it."""

    def __init__(self, folder: Path, **variables: str) -> None:
        self.folder = folder
        # With byte code kept, as on everybody's machine: without, every command would spend two seconds compiling.
        kept = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith("TENANTRY_") and name != "PYTHONDONTWRITEBYTECODE"
        }
        self.environment = kept | {
            "TENANTRY_DATA_DIR": str(folder),
            "TENANTRY_PORT": str(free_port()),
            "TENANTRY_PRODUCTS": PRODUCT,
            "TENANTRY_LOG_FORMAT": "json",
        }
        self.environment |= variables

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.environment['TENANTRY_PORT']}"

    def start(self, *words: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-m", "tenantry.cli", *words],
            env=self.environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip

    def run(self, *words: str, **variables: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "tenantry.cli", *words], check=False,
            env=self.environment | variables, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60,
        )  # fmt: skip


def until(process: subprocess.Popen[str], word: str) -> str:
    assert process.stdout is not None
    said = ""
    for line in process.stdout:
        said += line
        if word in line:
            return said
    raise AssertionError(f"It ended with {process.wait()}: {said} {process.stderr and process.stderr.read()}")


@pytest.fixture(scope="module")
def installation() -> Iterator[Installation]:
    folder = Path(tempfile.mkdtemp(prefix="tenantry-up-"))
    folder.chmod(0o755)
    yield Installation(folder)
    shutil.rmtree(folder)


@pytest.fixture(scope="module")
def running(installation: Installation) -> Iterator[subprocess.Popen[str]]:
    process = installation.start("up")
    said = until(process, "Stop it with Ctrl-C")
    assert f"Tenantry runs at {installation.url}" in said
    assert str(installation.folder) in said
    yield process
    process.kill()
    process.wait()


async def test_it_serves_and_works(installation: Installation, running: subprocess.Popen[str]) -> None:
    async with httpx.AsyncClient(base_url=installation.url) as client:
        assert (await client.get("/health/ready")).json() == {"status": "ready"}
        assert (await client.post("/api/v1/auth/register", json=LOGIN | {"name": "Ada"})).status_code == 201
        note = (await client.post("/api/v1/orgs/ada/notes/notes", json={"title": "A", "body": "one two three"})).json()
        cookie = f"tenantry_session={client.cookies['tenantry_session']}"
        live = f"{installation.url.replace('http', 'ws')}/api/v1/orgs/ada/live"
        async with websockets.connect(live, additional_headers={"cookie": cookie}) as socket:
            await socket.send(json.dumps({"type": "subscribe", "topic": f"notes.note:{note['id']}"}))
            async with asyncio.timeout(10):
                while True:
                    message = json.loads(await socket.recv())
                    if message["type"] == "state" and message["data"]["words"] == 3:
                        break
        with pytest.raises(websockets.InvalidStatus) as refusal:
            await websockets.connect(live, additional_headers={"cookie": cookie}, origin="https://evil.example")
        assert refusal.value.response.status_code == 403
        for _ in range(100):
            letters = re.findall(r'href="(/dev/mail/[^"]+)"', (await client.get("/dev/mail")).text)
            if letters:
                break
            await asyncio.sleep(0.1)
        assert f"{installation.url}/ada" in (await client.get(letters[0])).text


def test_a_second_one_says_so_and_leaves(installation: Installation, running: subprocess.Popen[str]) -> None:
    second = installation.run("up", "--port", str(free_port()))
    assert second.returncode == 1
    assert "already running" in second.stderr
    assert str(installation.folder) in second.stderr
    assert "Traceback" not in second.stderr


def test_a_port_in_use_is_said_to_be(installation: Installation, running: subprocess.Popen[str]) -> None:
    other = installation.run("up", TENANTRY_DATA_DIR=str(installation.folder / "other"))
    assert other.returncode == 1
    assert f"Port {installation.environment['TENANTRY_PORT']} is in use" in other.stderr
    assert not (installation.folder / "other").exists()


@pytest.mark.parametrize(
    ("variables", "said"),
    [
        ({"TENANTRY_PORT": "many"}, "TENANTRY_PORT"),
        ({"TENANTRY_MODE": "production"}, "TENANTRY_SECRET_KEYS"),
        ({"TENANTRY_PRODUCTS": "nothing"}, "nothing"),
        ({"TENANTRY_HOST": "192.0.2.1"}, "TENANTRY_HOST"),
    ],
)
def test_a_wrong_setting_is_named(installation: Installation, variables: dict[str, str], said: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        ended = installation.run("up", **({"TENANTRY_DATA_DIR": folder, "TENANTRY_PORT": str(free_port())} | variables))
    assert ended.returncode == 1
    assert said in ended.stderr
    assert "Traceback" not in ended.stderr


def test_accounts_from_the_terminal(installation: Installation, running: subprocess.Popen[str]) -> None:
    made = installation.run(
        "admin", "create", "root@example.com", "--name", "Root", "--password", "correct horse battery"
    )
    assert made.returncode == 0, made.stderr
    assert "“root-2”" in made.stdout  # “root” is reserved
    login = httpx.post(
        f"{installation.url}/api/v1/auth/login", json={"email": "root@example.com", "password": "correct horse battery"}
    )
    assert login.json()["organizations"][0]["role"] == "owner"
    again = installation.run(
        "admin", "create", "root@example.com", "--name", "Root", "--password", "correct horse battery"
    )
    assert (again.returncode, "already an account" in again.stderr) == (1, True)
    weak = installation.run("admin", "create", "eve@example.com", "--name", "Eve", "--password", "password")
    assert (weak.returncode, "easy to guess" in weak.stderr) == (1, True)


def test_an_invitation_from_the_terminal(installation: Installation, running: subprocess.Popen[str]) -> None:
    invited = installation.run("admin", "invite", "eve@example.com")
    assert invited.returncode == 0, invited.stderr
    link = re.search(rf"{re.escape(installation.url)}/register\?invitation=(\S+)", invited.stdout)
    assert link
    until = time.monotonic() + 30  # a worker sends it
    while "You are invited" not in httpx.get(f"{installation.url}/dev/mail").text:
        assert time.monotonic() < until, "the mail never came"
        time.sleep(0.1)
    body = LOGIN | {"email": "eve@example.com", "name": "Eve", "invitation": link[1]}
    assert httpx.post(f"{installation.url}/api/v1/auth/register", json=body).status_code == 201


def test_more_processes_serve_beside_it(installation: Installation, running: subprocess.Popen[str]) -> None:
    installation = Installation(installation.folder)
    for words in (("web", "--workers", "2"), ("web",)):
        web = installation.start(*words)
        try:
            until(web, "Serving at")
            for _ in range(300):
                try:
                    if httpx.get(f"{installation.url}/health/ready").status_code == 200:
                        break
                except httpx.TransportError:
                    time.sleep(0.1)
            assert httpx.post(f"{installation.url}/api/v1/auth/login", json=LOGIN).status_code == 200
        finally:
            web.send_signal(signal.SIGTERM)
            web.wait(20)
        assert web.returncode == 0


def test_alone_they_say_what_is_missing(tmp_path: Path) -> None:
    alone = Installation(tmp_path).run("web")
    assert alone.returncode == 1
    assert "TENANTRY_DATABASE_URL" in alone.stderr


def test_the_document_needs_no_database(installation: Installation) -> None:
    printed = installation.run("openapi", TENANTRY_DATA_DIR="/nowhere", TENANTRY_SECRET_KEYS="k" * 32)
    assert "/api/v1/orgs/{org}/notes/notes" in json.loads(printed.stdout)["paths"]


def test_a_products_commands_load_no_server() -> None:
    code = """
import sys
from tenantry.cli import app
try:
    app(sys.argv[1:])
except SystemExit:
    pass
heavy = {"fastapi", "sqlalchemy", "uvicorn", "procrastinate", "alembic"} & set(sys.modules)
sys.exit(f"loaded: {heavy}" if heavy else 0)
"""
    environment = os.environ | {"TENANTRY_PRODUCTS": "pinata"}
    for words in (["--help"], ["version"], ["pinata", "--help"]):
        ended = subprocess.run(
            [sys.executable, "-c", code, *words],
            check=False,
            capture_output=True,
            text=True,
            env=environment,
        )
        assert ended.returncode == 0, ended.stderr


def test_it_stops_in_order(installation: Installation, running: subprocess.Popen[str]) -> None:
    process = psutil.Process(running.pid)
    assert process.memory_info().rss < 200_000_000
    postgres = [child for child in process.children() if "postgres" in child.name()]
    assert len(postgres) == 1
    began = time.monotonic()
    running.send_signal(signal.SIGTERM)
    assert running.wait(20) == 0
    assert time.monotonic() - began < 5  # a busy machine takes longer than the 3 seconds promised on a quiet one
    assert not postgres[0].is_running()


def test_it_comes_back_as_it_was_and_ctrl_c_ends_it(installation: Installation) -> None:
    process = installation.start("up")
    until(process, "Stop it with Ctrl-C")
    assert httpx.post(f"{installation.url}/api/v1/auth/login", json=LOGIN).json()["name"] == "Ada"
    process.send_signal(signal.SIGINT)
    assert process.wait(20) == 0
