"""The benchmarks' own parts: code that really is code, the same everywhere, and rows with the promised names."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.__main__ import BENCHMARKS, legend, line
from benchmarks.processes import CommandFailed, ask, run
from benchmarks.repositories import generate, repositories
from benchmarks.requests_during_scan import percentile
from benchmarks.rows import Row
from benchmarks.words import Words


@pytest.mark.parametrize(("language", "suffix"), [("python", ".py"), ("typescript", ".ts")])
def test_generated_code_parses_and_is_the_same_each_time(language: str, suffix: str, tmp_path: Path) -> None:
    first, second = (generate(tmp_path / folder, language, 60) for folder in ("a", "b"))
    texts = {path.relative_to(first): path.read_text() for path in first.rglob(f"*{suffix}")}
    assert len(texts) >= 60
    assert texts == {path.relative_to(second): path.read_text() for path in second.rglob(f"*{suffix}")}
    parsed = ask("bare_parse", "parse", first)
    assert (parsed["files"], parsed["bytes"]) == (len(texts), sum(len(text.encode()) for text in texts.values()))
    assert parsed["errors"] == 0


def test_names_of_generated_entities_never_repeat() -> None:
    names = [Words.entity(index) for index in range(15_000)]
    assert len(set(names)) == len(names)


def test_given_repositories_are_taken_and_missing_ones_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TENANTRY_BENCH_REPOS", f"{tmp_path}:{tmp_path}")
    assert repositories(tmp_path) == [tmp_path, tmp_path]
    monkeypatch.setenv("TENANTRY_BENCH_REPOS", str(tmp_path / "none"))
    with pytest.raises(NotADirectoryError, match="none"):
        repositories(tmp_path)


def test_a_row_has_the_six_names_and_a_verdict_stands_in_its_line() -> None:
    row = Row("scan-cold x", 2.0, 1.0, None, "CPU s", 2.0)
    assert list(row.as_json()) == ["name", "ours", "peer", "floor", "unit", "ratio"]
    assert "≤ 3: kept" in line(row, BENCHMARKS["scan-cold"])
    assert "NOT KEPT" in line(Row("scan-cold x", 4.0, 1.0, 0.5, "CPU s", 4.0), BENCHMARKS["scan-cold"])


def test_the_cost_of_a_command_is_its_own() -> None:
    busy = run([sys.executable, "-c", "import time\nwhile time.process_time() < 0.4: pass"])
    idle = run([sys.executable, "-c", "import time; time.sleep(0.4)"])
    assert busy.cpu > 0.35 > idle.cpu
    assert idle.wall > 0.35
    with pytest.raises(CommandFailed, match="no good"):
        run([sys.executable, "-c", "raise SystemExit('no good')"])


def test_percentile() -> None:
    assert percentile([float(number) for number in range(100)], 0.95) == 95.0
    assert percentile([3.0], 0.95) == 3.0


def test_list_describes_and_an_unknown_name_is_refused(project_root: Path) -> None:
    def bench(*words: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "benchmarks", *words]
        return subprocess.run(command, cwd=project_root, capture_output=True, text=True, check=False, timeout=60)

    listed = bench("--list")
    assert listed.returncode == 0
    assert all(legend(benchmark) in listed.stdout for benchmark in BENCHMARKS.values())
    refused = bench("no-such")
    assert (refused.returncode, "there is no benchmark no-such" in refused.stderr) == (2, True)


@pytest.mark.deep
def test_rescan_is_measured_and_written_down(
    tmp_path: Path, project_root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TENANTRY_BENCH_REPOS", str(generate(tmp_path, "python", 300)))
    command = [sys.executable, "-m", "benchmarks", "rescan", "--json", str(tmp_path / "rows.json")]
    subprocess.run(command, cwd=project_root, capture_output=True, text=True, check=False, timeout=120)
    (row,) = json.loads((tmp_path / "rows.json").read_text())
    assert row["name"] == "rescan generated-python-300"
    assert row["peer"] > row["ours"] > 0
    assert row["ratio"] > 1


@pytest.fixture
def project_root() -> Path:
    return Path(__file__).parents[2]
