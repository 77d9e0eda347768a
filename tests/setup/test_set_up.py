"""The Python part of the set-up: order, stamps, interruption, the lock, and what it advises."""

import errno
import fcntl
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

Module = Callable[[str], ModuleType]


@pytest.fixture
def made(checkout: Path, set_up_module: Module) -> Any:
    """A set-up whose steps only note that they ran; `made.broken` names one that fails."""
    console, layers = set_up_module("console"), set_up_module("layers")

    class Noted(layers.SetUp):  # type: ignore[name-defined, misc]
        ran: list[str]
        broken = ""

        def note(self, name: str) -> None:
            with self.console.step(name):
                if name == self.broken:
                    raise console.StepFailed("It ended with status 1.", "the reason")
                self.ran.append(name)

        def environment_works(self) -> bool:
            return True

        def install_uv(self) -> None:
            self.note("uv")

        def install_app(self) -> None:
            self.note("app")

        def install_node(self) -> None:
            self.note("node")

        def build_web(self) -> None:
            self.note("web")

        def install_dev(self) -> None:
            self.note("dev")

    set_up = Noted(checkout, console.Console())
    set_up.ran = []
    return set_up


def test_each_layer_is_done_once(made: Any) -> None:
    made.run(["app", "web"])
    made.run(["app", "web"])
    assert made.ran == ["uv", "app", "web"]
    made.run(["app", "web", "dev"])
    assert made.ran == ["uv", "app", "web", "dev"]


def test_a_changed_lock_redoes_its_layer_alone(made: Any, checkout: Path) -> None:
    made.run(["app", "web", "dev"])
    (checkout / "requirements.lock").write_text("newer\n")
    made.run(["app", "web", "dev"])
    assert made.ran == ["uv", "app", "web", "dev", "app"]


def test_a_touched_but_equal_input_is_only_stamped_again(made: Any, checkout: Path) -> None:
    made.run(["app"])
    before = (checkout / ".venv" / "set-up" / "app").stat().st_mtime
    os.utime(checkout / "requirements.lock")
    made.run(["app"])
    assert made.ran == ["uv", "app"]
    assert (checkout / ".venv" / "set-up" / "app").stat().st_mtime > before


def test_a_failed_step_leaves_no_stamp_and_the_next_run_goes_on_there(made: Any, checkout: Path) -> None:
    made.broken = "web"
    with pytest.raises(Exception, match="status 1") as failure:
        made.run(["app", "web"])
    assert (failure.value.title, failure.value.output) == ("web", "the reason")
    assert sorted(path.name for path in (checkout / ".venv" / "set-up").iterdir()) == ["app", "uv"]
    made.broken = ""
    made.run(["app", "web"])
    assert made.ran == ["uv", "app", "web"]


def test_an_input_changed_during_the_work_is_newer_than_the_stamp(made: Any, checkout: Path) -> None:
    def change() -> None:
        (checkout / "requirements.lock").write_text("changed meanwhile\n")

    made.install_app = change
    made.run(["app"])
    assert (checkout / ".venv" / "set-up" / "app").stat().st_mtime < (checkout / "requirements.lock").stat().st_mtime


def test_an_environment_from_another_place_or_without_python_is_not_used(
    checkout: Path, set_up_module: Module, stamp: Callable[..., Path]
) -> None:
    set_up = set_up_module("layers").SetUp(checkout, set_up_module("console").Console())
    stamp("app", root=checkout.with_name("elsewhere"))
    assert not set_up.environment_works()
    stamp("app")
    (checkout / ".venv" / "bin" / "python").unlink()
    assert not set_up.environment_works()


def test_an_account_without_a_home_keeps_its_downloads_in_the_checkout(
    checkout: Path, set_up_module: Module, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_up = set_up_module("layers").SetUp(checkout, set_up_module("console").Console())
    set_up.env = {"HOME": "/nonexistent/home"}
    monkeypatch.setattr(os, "access", lambda path, mode: False)
    set_up.use_own_caches_where_needed()
    assert set_up.env["UV_CACHE_DIR"] == str(checkout / ".venv" / "cache" / "uv")
    assert set_up.env["npm_config_cache"].startswith(str(checkout))


@pytest.fixture
def waiting(checkout: Path) -> Iterator[subprocess.Popen[str]]:
    """A set-up that waits for ours, which holds the lock."""
    folder = os.open(checkout, os.O_RDONLY)
    fcntl.flock(folder, fcntl.LOCK_EX)
    command = [sys.executable, "-B", str(checkout / "bin" / "set-up"), "app"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        yield process
        process.kill()
    os.close(folder)


def test_a_second_set_up_waits_and_an_interrupted_one_says_how_to_go_on(waiting: subprocess.Popen[str]) -> None:
    assert waiting.stderr is not None
    assert "Another set-up is at work" in waiting.stderr.readline()
    waiting.send_signal(signal.SIGINT)
    assert waiting.wait(timeout=10) == 130
    assert "Run the same command again" in waiting.stderr.read()


@pytest.mark.parametrize(
    ("tool", "command"),
    [("apt-get", "apt-get install python3."), ("dnf", "dnf install"), ("apk", "apk add"), ("zypper", "zypper install")],
)
def test_a_python_without_venv_is_told_the_one_command(
    tool: str, command: str, tmp_path: Path, set_up_module: Module, monkeypatch: pytest.MonkeyPatch
) -> None:
    advice = set_up_module("advice")
    (tmp_path / tool).write_text("#!/bin/sh\n")
    (tmp_path / tool).chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(advice.importlib.util, "find_spec", lambda name: None if name == "ensurepip" else name)
    problem = advice.before_start(tmp_path)
    assert problem is not None
    assert command in problem
    assert ("sudo" in problem) == (os.geteuid() != 0)


def test_a_read_only_checkout_is_named(tmp_path: Path, set_up_module: Module, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "access", lambda path, mode: False)
    assert f"{tmp_path} cannot be written to" in set_up_module("advice").before_start(tmp_path)


@pytest.mark.parametrize(
    ("output", "words"),
    [
        (str(OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))), "The disk is full"),
        ("npm error code ENOSPC", "The disk is full"),
        (str(OSError(errno.EROFS, os.strerror(errno.EROFS), "/x")), "cannot be written to"),
        (str(OSError(errno.EACCES, os.strerror(errno.EACCES), "/x")), "another user"),
        ("error sending request for url", "A download failed"),
        ("npm error code ENOTFOUND", "A download failed"),
        ("Hash mismatch for `x==1`", "not the one that was locked"),
    ],
)
def test_known_failures_come_with_advice(output: str, words: str, tmp_path: Path, set_up_module: Module) -> None:
    assert words in set_up_module("advice").for_failure(tmp_path, output)


def test_an_unknown_failure_is_left_to_its_own_words(tmp_path: Path, set_up_module: Module) -> None:
    assert set_up_module("advice").for_failure(tmp_path, "SyntaxError: invalid syntax") is None
