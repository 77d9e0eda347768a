"""What `bin/lint` checks. The first word of each line is what it is called in the output."""

import os
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BIN = ROOT / ".venv" / "bin"
PYTHON_FOLDERS = ["src", "tests", "benchmarks", "bin", "web/build.py", "hatch_build.py"]


def checks(fix: bool) -> list[tuple[str, list[str], Path]]:
    """Name, command, working directory."""
    folders = [name for name in PYTHON_FOLDERS if (ROOT / name).exists()]
    npm = [sys.executable, "-B", "web/build.py", "npm"]
    return [
        ("style", [f"{BIN}/ruff", "check", "--quiet", *(["--fix"] if fix else []), *folders], ROOT),
        ("format", [f"{BIN}/ruff", "format", "--quiet", *([] if fix else ["--diff"]), *folders], ROOT),
        ("types", [f"{BIN}/mypy", "--no-error-summary"], ROOT),
        ("imports", [f"{BIN}/lint-imports", "--no-logo"], ROOT),
        ("interface: style", [*npm, "run", "--silent", "lint", *(["--", "--write"] if fix else [])], ROOT),
        ("interface: types", [*npm, "run", "--silent", "types"], ROOT),
    ]


def main() -> int:
    env = {**os.environ, "PATH": f"{BIN}{os.pathsep}{os.environ.get('PATH', '')}", "CI": "true"}
    failed = []
    for name, command, folder in checks(fix="--fix" in sys.argv[1:]):
        started = time.monotonic()
        done = subprocess.run(
            command, cwd=folder, env=env, capture_output=True, text=True, stdin=subprocess.DEVNULL, check=False
        )
        print(
            f"{'ok    ' if done.returncode == 0 else 'FAILED'}  {name:<20} {time.monotonic() - started:6.1f} s",
            flush=True,
        )
        if done.returncode:
            failed.append(name)
            print(done.stdout + done.stderr, flush=True)
    print(f"bin/lint: {'failed: ' + ', '.join(failed) if failed else 'all is well'}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
