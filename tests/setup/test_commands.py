"""The commands in bin/: what the shell part of the set-up decides, and how a command is handed over."""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

PROBE = """#!/bin/sh
set -eu
. "$(dirname "$(readlink -f "$0")")/set-up/library.sh"
is_current "$1" && echo current || echo stale
"""


@pytest.fixture
def is_current(checkout: Path) -> Callable[[str], bool]:
    probe = checkout / "bin" / "probe"
    probe.write_text(PROBE)
    probe.chmod(0o755)

    def ask(layer: str) -> bool:
        answer = subprocess.run([probe, layer], capture_output=True, text=True, check=True, timeout=10).stdout.strip()
        assert answer in {"current", "stale"}
        return answer == "current"

    return ask


@pytest.mark.parametrize("layer", ["uv", "app", "node", "web", "dev"])
def test_a_stamp_newer_than_its_inputs_is_current(
    layer: str, is_current: Callable[[str], bool], stamp: Callable[..., Path]
) -> None:
    assert not is_current(layer)
    stamp(layer)
    assert is_current(layer)


@pytest.mark.parametrize(
    ("layer", "changed"),
    [
        ("uv", "requirements-uv.lock"),
        ("app", "requirements.lock"),
        ("app", "pyproject.toml"),
        ("dev", "requirements-dev.lock"),
        ("web", "web/app/shell/page.tsx"),
        ("web", "web/package-lock.json"),
        ("node", "web/package-lock.json"),
    ],
)
def test_a_changed_input_makes_it_stale(
    layer: str, changed: str, checkout: Path, is_current: Callable[[str], bool], stamp: Callable[..., Path]
) -> None:
    path = stamp(layer)
    os.utime(path, (path.stat().st_mtime - 60,) * 2)
    assert is_current(layer)
    (checkout / changed).write_text("something else\n")
    assert not is_current(layer)


def test_a_page_taken_away_makes_the_interface_stale(
    checkout: Path, is_current: Callable[[str], bool], stamp: Callable[..., Path]
) -> None:
    path = stamp("web")
    os.utime(path, (path.stat().st_mtime - 60,) * 2)
    (checkout / "web" / "app" / "shell" / "page.tsx").unlink()
    assert not is_current("web")


def test_what_tools_leave_in_the_interface_does_not_count(
    checkout: Path, is_current: Callable[[str], bool], stamp: Callable[..., Path]
) -> None:
    path = stamp("web")
    os.utime(path, (path.stat().st_mtime - 60,) * 2)
    for left in (
        "node_modules/react/index.js",
        "build/client/index.html",
        ".react-router/types/x.ts",
        "__pycache__/build.pyc",
    ):
        (checkout / "web" / left).parent.mkdir(parents=True, exist_ok=True)
        (checkout / "web" / left).write_text("left\n")
    assert is_current("web")


def test_a_missing_interface_and_a_moved_checkout_are_stale(
    checkout: Path, is_current: Callable[[str], bool], stamp: Callable[..., Path]
) -> None:
    stamp("app", root=checkout.with_name("elsewhere"))
    assert not is_current("app")
    stamp("web")
    (checkout / "src" / "tenantry" / "_web" / "index.html").unlink()
    assert not is_current("web")


def test_a_vanished_python_is_stale(
    checkout: Path, is_current: Callable[[str], bool], stamp: Callable[..., Path]
) -> None:
    stamp("app")
    (checkout / ".venv" / "bin" / "python").unlink()
    assert not is_current("app")


def fake_tenantry(checkout: Path, text: str) -> None:
    path = checkout / ".venv" / "bin" / "tenantry"
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)


def test_run_hands_over_words_folder_and_status(checkout: Path, tmp_path: Path, stamp: Callable[..., Path]) -> None:
    stamp("app")
    fake_tenantry(checkout, 'printf "%s|" "$PWD" "$@"; exit 7')
    done = subprocess.run(
        [checkout / "bin" / "run", "pinata", "scan", "two words"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
        timeout=10,
    )
    assert (done.stdout, done.stderr, done.returncode) == (f"{tmp_path}|pinata|scan|two words|", "", 7)


def test_run_works_through_a_link(checkout: Path, tmp_path: Path, stamp: Callable[..., Path]) -> None:
    stamp("app")
    fake_tenantry(checkout, "echo here")
    (tmp_path / "tenantry").symlink_to(checkout / "bin" / "run")
    assert (
        subprocess.run([tmp_path / "tenantry"], capture_output=True, text=True, check=True, timeout=10).stdout
        == "here\n"
    )


def test_up_becomes_the_server_so_that_signals_reach_it(checkout: Path, stamp: Callable[..., Path]) -> None:
    stamp("app")
    stamp("node")
    stamp("web")
    fake_tenantry(checkout, "trap 'exit 5' INT; echo $$; while :; do sleep 0.05; done")
    with subprocess.Popen([checkout / "bin" / "up"], stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        assert int(server.stdout.readline()) == server.pid
        server.send_signal(signal.SIGINT)
        assert server.wait(timeout=10) == 5


def test_a_set_up_checkout_costs_next_to_nothing(checkout: Path, stamp: Callable[..., Path]) -> None:
    stamp("app")
    stamp("node")
    stamp("web")
    fake_tenantry(checkout, "exit 0")
    times = []
    for _ in range(5):
        started = time.perf_counter()
        subprocess.run([checkout / "bin" / "up"], check=True, timeout=10)
        times.append(time.perf_counter() - started)
    assert min(times) < 0.2


def small_path(folder: Path, **scripts: str) -> str:
    """A PATH with the few POSIX tools that the shell part uses, and the given scripts."""
    folder.mkdir()
    for tool in ("sh", "dirname", "readlink", "find", "cat", "env"):
        found = shutil.which(tool)
        assert found is not None
        (folder / tool).symlink_to(found)
    for name, text in scripts.items():
        (folder / name).write_text(f"#!/bin/sh\n{text}\n")
        (folder / name).chmod(0o755)
    return str(folder)


def test_an_old_python_is_told_what_to_install(checkout: Path, tmp_path: Path) -> None:
    old = '[ "$1" = --version ] && echo Python 3.9.2 && exit; exit 1'
    path = small_path(tmp_path / "path", python3=old, **{"apt-get": ":"})
    done = subprocess.run(
        [checkout / "bin" / "up"], env={"PATH": path}, capture_output=True, text=True, check=False, timeout=10
    )
    assert done.returncode == 1
    assert "needs Python 3.11 or newer, and finds Python 3.9.2" in done.stderr
    assert "apt-get install python3 python3-venv" in done.stderr


def test_no_python_at_all_is_told_what_to_install(checkout: Path, tmp_path: Path) -> None:
    path = small_path(tmp_path / "path", dnf=":")
    done = subprocess.run(
        [checkout / "bin" / "test"], env={"PATH": path}, capture_output=True, text=True, check=False, timeout=10
    )
    assert (done.returncode, "finds none here" in done.stderr, "dnf install" in done.stderr) == (1, True, True)


def test_a_newer_python_is_found_behind_an_old_one(checkout: Path, tmp_path: Path) -> None:
    path = small_path(tmp_path / "path", python3="exit 1")
    (tmp_path / "path" / "python3.13").write_text(
        f'#!/bin/sh\n[ "$1" = -c ] && exec "{sys.executable}" "$@"\necho chosen "$@"\nexit 9\n'
    )
    (tmp_path / "path" / "python3.13").chmod(0o755)
    done = subprocess.run(
        [checkout / "bin" / "run"], env={"PATH": path}, capture_output=True, text=True, check=False, timeout=10
    )
    assert (done.stdout, done.returncode) == (f"chosen -B {checkout}/bin/set-up app\n", 9)


@pytest.mark.parametrize("command", ["up", "run", "test", "lint", "bench", "lock", "set-up/library.sh"])
def test_commands_are_posix_shell(command: str, project: Path) -> None:
    shell = shutil.which("dash") or "sh"
    subprocess.run([shell, "-n", project / "bin" / command], check=True, timeout=10)
