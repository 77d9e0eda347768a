"""The same tree gives the same bytes: in any process, with any hash seed, with any number of processes, from any cache."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tenantry.products.pinata.engine import ScanOptions, scan
from tenantry.products.pinata.engine import scan as engine_scan
from tenantry.products.pinata.engine.reading import Reading, read_chunk_elsewhere

from .reading import read


def stable(document: dict[str, Any]) -> str:
    document["stats"]["seconds"] = 0
    return json.dumps(document)


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    root = tmp_path / "repository"
    for name in ("fastapi", "django", "flask", "sqlalchemy", "tasks", "raw_sql"):
        read(name).write(root / name)
    return root


@pytest.mark.parametrize("seed", ["0", "1", "4242"])
def test_hash_seeds_change_nothing(repository: Path, seed: str) -> None:
    program = (
        "import json, sys; from pathlib import Path; from tenantry.products.pinata.engine import scan;"
        "d = scan(Path(sys.argv[1])).to_dict(); d['stats']['seconds'] = 0; print(json.dumps(d))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, str(repository)],
        env={**os.environ, "PYTHONHASHSEED": seed}, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert done.stdout.strip() == stable(scan(repository).to_dict())


def test_processes_change_nothing(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    alone = stable(scan(repository).to_dict())
    monkeypatch.setattr(sys.modules[engine_scan.__module__], "PARALLEL_FROM", 1)
    monkeypatch.setattr(sys.modules[engine_scan.__module__], "CHUNK", 5)
    assert stable(scan(repository, options=ScanOptions(processes=2)).to_dict()) == alone


def test_a_killed_worker_loses_nothing(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    alone = stable(scan(repository).to_dict())
    module = sys.modules[engine_scan.__module__]
    monkeypatch.setattr(module, "PARALLEL_FROM", 1)
    monkeypatch.setattr(module, "CHUNK", 5)
    monkeypatch.setattr(module, "read_chunk_elsewhere", killed)
    assert stable(scan(repository, options=ScanOptions(processes=2)).to_dict()) == alone


def killed(root: str, paths: list[str], cache_file: str | None, limit: int) -> list[Reading]:
    if any("library" in path for path in paths):
        os.kill(os.getpid(), signal.SIGKILL)
    return read_chunk_elsewhere(root, paths, cache_file, limit)


def test_an_incremental_scan_equals_a_full_one(repository: Path, tmp_path: Path) -> None:
    options = ScanOptions(cache_dir=tmp_path / "cache")
    first = stable(scan(repository, options=options).to_dict())
    assert first == stable(scan(repository).to_dict())
    changes = {
        "fastapi/src/shop/config.py": lambda text: text.replace("/api/v1", "/api/v3"),
        "django/library/models.py": lambda text: text.replace('db_table = "shelves"', 'db_table = "racks"'),
        "flask/app/api/posts.py": lambda text: "# moved\n" * 7 + text,
    }
    for path, change in changes.items():
        file = repository / path
        file.write_text(change(file.read_text()))
        assert stable(scan(repository, options=options).to_dict()) == stable(scan(repository).to_dict())
    (repository / "sqlalchemy/orders/models.py").unlink()
    (repository / "tasks/worker/tasks.py").rename(repository / "tasks/worker/jobs.py")
    assert stable(scan(repository, options=options).to_dict()) == stable(scan(repository).to_dict()) != first


def test_nothing_changed_is_answered_from_the_cache(
    repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    options = ScanOptions(cache_dir=tmp_path / "cache")
    first = stable(scan(repository, options=options).to_dict())

    def never(*_: object) -> None:
        raise AssertionError("resolved again although nothing changed")

    monkeypatch.setattr(sys.modules[engine_scan.__module__], "Program", never)
    assert stable(scan(repository, options=options).to_dict()) == first


def test_another_commit_is_not_another_graph(repository: Path, tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    scan(repository, options=ScanOptions(cache_dir=cache, commit="a" * 40))
    again = scan(repository, options=ScanOptions(cache_dir=cache, commit="b" * 40)).to_dict()
    assert again["repository"] == {"root": "repository", "commit": "b" * 40}


def test_a_file_changed_within_the_clock_tick_is_read_again(repository: Path, tmp_path: Path) -> None:
    options = ScanOptions(cache_dir=tmp_path / "cache")
    file = repository / "fastapi/src/shop/config.py"
    scan(repository, options=options)
    status = file.stat()
    file.write_text(file.read_text().replace("/api/v1", "/api/v8"))  # as many bytes as before
    os.utime(file, ns=(status.st_atime_ns, status.st_mtime_ns))
    names = {node["name"] for node in scan(repository, options=options).to_dict()["nodes"]}
    assert "GET /api/v8/items" in names


@pytest.mark.parametrize("damage", [b"", b"not a database at all" * 100])
def test_a_damaged_cache_costs_time_only(repository: Path, tmp_path: Path, damage: bytes) -> None:
    options = ScanOptions(cache_dir=tmp_path / "cache")
    first = stable(scan(repository, options=options).to_dict())
    for file in (tmp_path / "cache").iterdir():
        file.write_bytes(damage)
    assert stable(scan(repository, options=options).to_dict()) == first


def test_ids_outlive_unrelated_changes(repository: Path) -> None:
    before = {node["id"]: node["name"] for node in scan(repository).to_dict()["nodes"]}
    for path in ("fastapi/src/shop/api/items.py", "django/library/views.py"):
        file = repository / path
        file.write_text("import logging\n\n\n" + file.read_text())
    (repository / "fastapi/src/shop/extra.py").write_text("def nothing():\n    return open('x').read()\n")
    after = {node["id"]: node["name"] for node in scan(repository).to_dict()["nodes"]}
    assert {i: name for i, name in before.items() if after.get(i) != name} == {}
    assert sorted(set(after.values()) - set(before.values())) == ["nothing", "x"]


def test_ids_are_unique(repository: Path) -> None:
    nodes = scan(repository).to_dict()["nodes"]
    assert len({node["id"] for node in nodes}) == len(nodes)
