"""The layers of a set-up and their steps. Every step is safe to run twice and to be interrupted in."""

import hashlib
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from pathlib import Path

from console import Console, run

LEFT_OUT = (
    "PYTHONHOME",
    "PYTHONPATH",
    "VIRTUAL_ENV",
    "PIP_TARGET",
    "PIP_PREFIX",
    "PIP_USER",
    "PIP_REQUIRE_VIRTUALENV",
    "UV_PYTHON",
)
"""Variables by which somebody's own Python set-up would leak into ours."""

RESULTS = {"node": "web/node_modules/.tenantry", "web": "src/tenantry/_web/index.html"}
"""What a layer leaves outside `.venv`; a stamp without it does not count."""

WEB_IGNORED = {"node_modules", "build", ".react-router", "__pycache__", "tests", "coverage"}


class SetUp:
    def __init__(self, root: Path, console: Console) -> None:
        self.root, self.console = root, console
        self.venv = root / ".venv"
        self.python = self.venv / "bin" / "python"
        self.stamps = self.venv / "set-up"
        self.env = {name: value for name, value in os.environ.items() if name not in LEFT_OUT} | {"NO_COLOR": "1"}

    def run(self, wanted: Iterable[str]) -> None:
        steps: dict[str, tuple[Callable[[], list[Path]], Callable[[], None]]] = {
            "uv": (lambda: [self.root / "requirements-uv.lock"], self.install_uv),
            "app": (self.app_inputs, self.install_app),
            "node": (self.node_inputs, self.install_node),
            "web": (self.web_inputs, self.build_web),
            "dev": (lambda: [self.root / "requirements-dev.lock"], self.install_dev),
        }
        self.make_environment()
        self.use_own_caches_where_needed()
        for name in dict.fromkeys(["uv", *wanted]):
            inputs, work = steps[name]
            started = time.time()
            state = self.digest(inputs())
            if not self.is_stamped(name, state):
                work()
            self.stamp(name, state, started)

    # Stamps: the checkout's place on the first line, then the digest of what the layer was made from.

    def digest(self, paths: Iterable[Path]) -> str:
        total = hashlib.sha256(f"{self.root}\n{sys.implementation.cache_tag}\n".encode())
        for path in paths:
            total.update(f"{path.relative_to(self.root)}\n".encode())
            total.update(hashlib.sha256(path.read_bytes()).digest())
        return total.hexdigest()

    def is_stamped(self, name: str, state: str) -> bool:
        result = RESULTS.get(name)
        if result and not (self.root / result).is_file():
            return False
        path = self.stamps / name
        return path.is_file() and path.read_text().splitlines() == [str(self.root), state]

    def stamp(self, name: str, state: str, started: float) -> None:
        """Dated to when the inputs were read, so that one that changed during the work counts as changed."""
        self.stamps.mkdir(exist_ok=True)
        unfinished = self.venv / "set-up.new"
        unfinished.write_text(f"{self.root}\n{state}\n")
        os.utime(unfinished, (started, started))
        unfinished.replace(self.stamps / name)

    # The environment

    def make_environment(self) -> None:
        if self.environment_works():
            return
        with self.console.step(f"Virtual environment in .venv (Python {sys.version.split()[0]})"):
            if self.venv.exists():
                shutil.rmtree(self.venv)
            run([sys.executable, "-m", "venv", self.venv], cwd=self.root, env=self.env)

    def environment_works(self) -> bool:
        """Whether `.venv` has a Python that starts, is new enough, has pip and lies where it was made."""
        question = "import sys, pip; sys.exit(sys.version_info < (3, 11))"
        if not self.python.exists() or (self.stamps.exists() and not self.is_in_place()):
            return False
        if (
            subprocess.run([self.python, "-c", question], env=self.env, capture_output=True, check=False).returncode
            == 0
        ):
            return True
        return (
            subprocess.run([self.python, "-m", "ensurepip"], env=self.env, capture_output=True, check=False).returncode
            == 0
        )

    def is_in_place(self) -> bool:
        return all(path.read_text().splitlines()[:1] == [str(self.root)] for path in self.stamps.iterdir())

    def use_own_caches_where_needed(self) -> None:
        """An account without a home of its own (a service user) keeps its downloads in `.venv/cache`."""
        home = Path(self.env.get("XDG_CACHE_HOME") or Path(self.env.get("HOME") or "/") / ".cache")
        while not os.path.exists(home):  # not Path.exists, which fails in a folder that is closed to us
            home = home.parent
        if not os.access(home, os.W_OK):
            cache = self.venv / "cache"
            for name, folder in {"UV_CACHE_DIR": "uv", "PIP_CACHE_DIR": "pip", "npm_config_cache": "npm"}.items():
                self.env.setdefault(name, str(cache / folder))

    # The layers

    def app_inputs(self) -> list[Path]:
        return [
            self.root / name
            for name in ("pyproject.toml", "hatch_build.py", "requirements.lock", "requirements-build.lock")
        ]

    def node_inputs(self) -> list[Path]:
        return [self.root / name for name in ("requirements-build.lock", "web/package-lock.json", "web/.npmrc")]

    def web_inputs(self) -> list[Path]:
        return web_sources(self.root / "web")

    def install_uv(self) -> None:
        with self.console.step("uv, which installs the rest"):
            options = ["--quiet", "--require-hashes", "--no-deps", "--only-binary=:all:", "--disable-pip-version-check"]
            run(
                [self.python, "-m", "pip", "install", *options, "-r", "requirements-uv.lock"],
                cwd=self.root,
                env=self.env,
            )

    def uv(self, *words: str | Path) -> None:
        uv = self.venv / "bin" / "uv"
        run([uv, "pip", "install", "--python", self.python, *words], cwd=self.root, env=self.env)

    def install_locked(self, name: str) -> None:
        # Compiled now, so that the first start is as quick as the second.
        self.uv("--require-hashes", "--compile-bytecode", "-r", f"{name}.lock")

    def install_app(self) -> None:
        with self.console.step("Libraries, and PostgreSQL, from requirements.lock"):
            self.install_locked("requirements")
        with self.console.step("Tenantry itself"):
            self.uv("--no-deps", "--build-constraints", "requirements-build.lock", "--editable", ".")
            run([self.python, "-m", "compileall", "-q", "-x", "/sample/", "src/tenantry"], cwd=self.root, env=self.env)

    def install_dev(self) -> None:
        with self.console.step("Tools for tests, lint and benchmarks"):
            self.install_locked("requirements-dev")

    def install_node(self) -> None:
        with self.console.step("Node, to build the interface (not needed to run it)"):
            self.uv("--require-hashes", "-r", "requirements-build.lock")
        with self.console.step("Packages of the interface, from web/package-lock.json"):
            run([self.python, "-B", "web/build.py", "packages"], cwd=self.root, env=self.env)

    def build_web(self) -> None:
        with self.console.step("The interface"):
            run([self.python, "-B", "web/build.py", "interface"], cwd=self.root, env=self.env)


def web_sources(web: Path) -> list[Path]:
    """Every file that the built interface depends on, in a fixed order."""
    found: list[Path] = []
    for folder, folders, files in os.walk(web):
        folders[:] = sorted(set(folders) - WEB_IGNORED)
        found += [Path(folder) / name for name in sorted(files) if not name.endswith(".gen.ts")]
    return found
