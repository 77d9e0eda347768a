"""What `bin/test` runs: the interface's tests by Vitest, then the others by pytest, whose own lines end the output."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
CHROMIUM = ("chromium", "chromium-browser", "google-chrome", "chrome")
PROCESSES = "2"
KEPT = ("TENANTRY_ACCEPTANCE_DATA", "TENANTRY_BENCH_REPOS")


def find_chromium() -> str | None:
    return next((path for name in CHROMIUM if (path := shutil.which(name))), None)


def provide_chromium() -> None:
    """Installs Chromium where we may (root on a Debian-like system); elsewhere says loudly what will not be tested."""
    if find_chromium():
        return
    if os.geteuid() == 0 and shutil.which("apt-get"):
        print("Installing Chromium for the browser tests (apt-get install chromium) …", flush=True)
        env = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        for words in (["update", "-qq"], ["install", "-y", "-qq", "--no-install-recommends", "chromium"]):
            subprocess.run(
                ["apt-get", *words], env=env, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, check=False
            )
    if not find_chromium():
        bar = "!" * 100
        print(
            bar, "!! NO CHROMIUM: browser tests are SKIPPED. Debian has it as: apt-get install chromium", bar, sep="\n"
        )


def provide_redis() -> None:
    """Installs a Redis server where we may, for the tests of rate limits; elsewhere says loudly what will not be tested."""
    if shutil.which("redis-server"):
        return
    if os.geteuid() == 0 and shutil.which("apt-get"):
        env = {**os.environ, "DEBIAN_FRONTEND": "noninteractive", "RUNLEVEL": "1"}
        for words in (["update", "-qq"], ["install", "-y", "-qq", "--no-install-recommends", "redis-server"]):
            subprocess.run(
                ["apt-get", *words], env=env, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, check=False
            )
    if not shutil.which("redis-server"):
        bar = "!" * 100
        print(bar, "!! NO REDIS: its tests are SKIPPED. Debian has it as: apt-get install redis-server", bar, sep="\n")


def environment() -> dict[str, str]:
    """Without the caller's own settings: tests say what they want, and must not meet somebody's running service."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("TENANTRY_") or name in KEPT}
    path = f"{ROOT / '.venv' / 'bin'}{os.pathsep}{os.environ.get('PATH', '')}"
    return {**inherited, "PATH": path, "CI": "true", "PYTHONHASHSEED": "0"}


def pytest_runs(words: list[str]) -> list[list[str]]:
    """The runs of pytest, one after the other. With words: just what they say. Without: the browser's, then all others.

    Two, since Playwright keeps an event loop running in its process, in which no other asynchronous test can start.
    Coverage is gathered over both, and held to its floor at the end.
    """
    chosen = [word for word in words if word != "--deep"]
    deep = ["-m", ""] if "--deep" in words else []
    if chosen:
        return [[*deep, *chosen]]
    spread = ["-q", "-n", PROCESSES, "--dist", "loadfile", "--durations", "10"]
    first = ["tests/browser", *spread, "--cov", "--cov-report=", "--cov-fail-under=0"]
    rest = ["--ignore=tests/browser", *spread]
    return [[*deep, *first], [*deep, *rest, "--cov", "--cov-append", "--cov-report", "term"]]


def main(words: list[str]) -> int:
    env = environment()
    failed = {}
    if not [word for word in words if word != "--deep"]:
        provide_chromium()
        provide_redis()
        print("Interface (Vitest)", flush=True)
        vitest = [sys.executable, "-B", "web/build.py", "npm", "run", "--silent", "test"]
        failed["the interface's own tests"] = subprocess.run(vitest, cwd=ROOT, env=env, check=False).returncode
    for run in pytest_runs(words):
        command = [sys.executable, "-m", "pytest", *run]
        status = subprocess.run(command, cwd=ROOT, env=env, check=False).returncode
        failed["the browser tests" if run[-1] == "--cov-fail-under=0" else "the tests"] = status
    for name, status in list(failed.items())[:-1]:
        if status:
            print(f"bin/test: {name} FAILED too; see above.")
    return next((status for status in reversed(failed.values()) if status), 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
