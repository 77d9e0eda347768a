"""A first scan beside semgrep with rules for the same kinds of facts, both as whole commands in one process."""

import os
import statistics
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from benchmarks import processes
from benchmarks.repositories import repositories
from benchmarks.rows import Benchmark, Promise, Row
from benchmarks.scan_cold import scan_command
from tenantry.products.pinata.engine.discover import discover
from tenantry.products.pinata.engine.options import ScanOptions
from tenantry.products.pinata.engine.reading import generated_reason

RULES = Path(__file__).with_name("semgrep_rules.yml")
ROUNDS = 2
MB = 1_000_000
OURS = (".py", ".ts", ".tsx", ".mts", ".cts", ".js", ".jsx", ".mjs", ".cjs", ".java", ".cs", ".go")


def installed() -> Path | None:
    """Semgrep in an environment of its own beside ours, made at first use; None, said aloud, where it cannot be had."""
    home = Path(sys.prefix) / "semgrep"
    program = home / "bin" / "semgrep"
    if not program.exists():
        commands = [[sys.executable, "-m", "venv", home], [home / "bin" / "pip", "install", "--quiet", "semgrep"]]
        for command in commands:
            done = subprocess.run([str(word) for word in command], capture_output=True, text=True, check=False)
            if done.returncode:
                last = (done.stderr or done.stdout).strip().splitlines()[-1:]
                print(f"semgrep IS SKIPPED: it could not be installed. {' '.join(last)}", flush=True)
                return None
    return program


def run_semgrep(program: Path, root: Path, folder: Path) -> processes.Cost:
    env = processes.clean_environment(
        HOME=str(folder), SEMGREP_SEND_METRICS="off", PATH=f"{program.parent}:{os.environ['PATH']}"
    )
    words = [
        "scan",
        "--config",
        RULES,
        "--metrics",
        "off",
        "--disable-version-check",
        "--quiet",
        "--jobs",
        "1",
        "--no-git-ignore",
    ]
    return processes.run([program, *words, "--json", "--output", folder / "semgrep.json", root], env)


def only_what_is_read(root: Path, folder: Path) -> Path:
    """A tree of links with the files that a scan reads, tests and generated ones left out, and nothing for semgrep to skip."""
    tree = folder / f"read-{root.name}"
    for entry in discover(root, ScanOptions()).sources:
        source = root / entry.path
        if source.suffix in OURS and not generated_reason(entry.path, source.read_bytes()):
            target = tree / entry.path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(source.read_bytes())
    (tree / ".semgrepignore").write_text("")
    return tree


def measure(folder: Path) -> Iterator[Row]:
    program = installed()
    if program is None:
        return
    ratios: list[float] = []
    for root in repositories(folder):
        same = only_what_is_read(root, folder)
        for name, theirs in (("same files", same), ("whole tree", root)):
            ours, peer = [], []
            own = folder / name.replace(" ", "-")
            own.mkdir(exist_ok=True)
            for number in range(ROUNDS):
                ours.append(scan_command(theirs, own, number))
                peer.append(run_semgrep(program, theirs, folder))
            cpu, cpu_peer = min(cost.cpu for cost in ours), min(cost.cpu for cost in peer)
            memory, memory_peer = max(cost.peak for cost in ours) / MB, max(cost.peak for cost in peer) / MB
            ratios.append(cpu_peer / cpu)
            yield Row(f"semgrep {name} {root.name}", cpu, cpu_peer, None, "CPU s", cpu_peer / cpu)
            yield Row(f"semgrep memory, {name} {root.name}", memory, memory_peer, None, "MB", memory_peer / memory)
    middle = statistics.median(ratios)
    yield Row("semgrep median", 1, middle, None, "×", middle)


def kept(row: Row) -> bool:
    return row.ratio >= (9 if row.name.endswith("median") else 3 if row.unit == "MB" else 5)


benchmark = Benchmark(
    name="semgrep",
    summary="`pinata scan --json FILE` as in scan-cold; the ratio says how many times less it takes",
    peer="semgrep from its own package, one job, rules of ours for the same kinds of facts; on the very files that a scan reads, "
    "and on the whole tree with what either skips by itself",
    floor="–",
    promise=Promise("CPU ≥ 5, in the median ≥ 9; memory ≥ 3", kept),
    measure=measure,
)
