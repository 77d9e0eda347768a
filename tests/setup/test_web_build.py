"""The builder of the interface: packages once per lock, and a swap that never serves half of a build."""

import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest


@pytest.fixture
def builder(web_build: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The module, working in a folder of its own, with npm noted instead of run."""
    web = tmp_path / "web"
    (web / "node_modules").mkdir(parents=True)
    (web / "package-lock.json").write_text("{}")
    monkeypatch.setattr(web_build, "WEB", web)
    monkeypatch.setattr(web_build, "TARGET", tmp_path / "src" / "_web")
    monkeypatch.setattr(web_build, "PACKAGES_STAMP", web / "node_modules" / ".tenantry")
    (tmp_path / "src").mkdir()
    calls: list[str] = []

    def npm(*words: str) -> int:
        calls.append(" ".join(words[:2]))
        if words[0] == "run":
            (web / "build" / "client").mkdir(parents=True, exist_ok=True)
            (web / "build" / "client" / "index.html").write_text(f"build {len(calls)}")
        return web_build.status  # type: ignore[no-any-return]

    web_build.status = 0  # type: ignore[attr-defined]
    web_build.calls = calls  # type: ignore[attr-defined]
    monkeypatch.setattr(web_build, "npm", npm)
    return web_build


def test_packages_are_installed_once_per_lock(builder: ModuleType) -> None:
    builder.install_packages()
    builder.install_packages()
    assert builder.calls == ["ci --ignore-scripts"]
    (builder.WEB / "package-lock.json").write_text('{"changed": true}')
    builder.install_packages()
    assert builder.calls == ["ci --ignore-scripts"] * 2


def test_a_failed_installation_is_not_stamped(builder: ModuleType) -> None:
    builder.status = 3
    with pytest.raises(SystemExit) as stopped:
        builder.install_packages()
    assert stopped.value.code == 3
    assert not builder.PACKAGES_STAMP.exists()


def test_a_build_replaces_the_last_one_whole(builder: ModuleType) -> None:
    assert (builder.build() / "index.html").read_text() == "build 2"
    (builder.TARGET / "old.js").write_text("of the last build")
    builder.build_interface()
    assert {path.name for path in builder.TARGET.iterdir()} == {"index.html"}
    assert [path.name for path in builder.TARGET.parent.iterdir()] == ["_web"]


def test_a_failed_build_leaves_the_last_one_served(builder: ModuleType) -> None:
    builder.build()
    builder.status = 1
    with pytest.raises(SystemExit):
        builder.build_interface()
    assert (builder.TARGET / "index.html").read_text() == "build 2"


def test_npm_runs_from_a_folder_with_a_space_and_finds_itself(
    web_build: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Scripts call npm again, and the one in the wheel does not start."""
    python, wheel = tmp_path / "a venv" / "bin" / "python", tmp_path / "a wheel"
    (wheel / "bin").mkdir(parents=True)
    python.parent.mkdir(parents=True)
    monkeypatch.setattr(sys, "executable", str(python))
    (wheel / "bin" / "node").write_text('#!/bin/sh\necho "${1##*/}" "$2"\n')
    (wheel / "bin" / "node").chmod(0o755)
    folder = web_build.launchers(wheel)
    assert folder == python.parent
    assert subprocess.check_output([folder / "npm", "two words"], text=True) == "npm-cli.js two words\n"
    assert subprocess.check_output([folder / "npx", "x"], text=True) == "npx-cli.js x\n"
