"""`pinata scan` as people and scripts use it."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from tenantry.products.pinata.cli import cli
from tenantry.products.pinata.graphs import cache_dir

from .reading import read


@pytest.fixture(autouse=True)
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


def run(*arguments: str | Path) -> tuple[int, str]:
    result = CliRunner().invoke(cli, ["scan", *map(str, arguments)])
    return result.exit_code, result.output


def test_a_scan_shows_what_it_found_and_writes_what_is_asked(tmp_path: Path) -> None:
    root = read("fastapi").write(tmp_path / "shop")
    code, output = run(root, "--json", tmp_path / "a.json", "--csv", tmp_path / "a.csv", "--mermaid", tmp_path / "a.md")
    assert code == 0, output
    for word in ("routes", "/api/v1/items", "prices", "Languages", "sql", "a.json"):
        assert word in output
    assert json.loads((tmp_path / "a.json").read_text())["schema"] == "pinata.scan/1"
    assert (tmp_path / "a.csv").read_text().startswith("id,kind,name")
    assert "flowchart LR" in (tmp_path / "a.md").read_text()
    assert cache_dir().is_dir()


def test_quiet_is_quiet_and_no_cache_leaves_nothing(tmp_path: Path) -> None:
    root = read("flask").write(tmp_path / "blog")
    assert run(root, "--quiet", "--no-cache") == (0, "")
    assert not cache_dir().exists()


def test_nothing_to_scan_is_said(tmp_path: Path) -> None:
    (tmp_path / "readme.txt").write_text("hello")
    code, output = run(tmp_path)
    assert code == 1
    assert "Nothing to scan" in output


@pytest.mark.parametrize("target", ["missing", "file.py"])
def test_a_path_that_is_no_folder_is_refused(tmp_path: Path, target: str) -> None:
    (tmp_path / "file.py").write_text("x = 1\n")
    code, output = run(tmp_path / target)
    assert code == 2
    assert target in output


def test_a_file_that_cannot_be_written_is_refused_before_the_scan(tmp_path: Path) -> None:
    code, output = run(tmp_path, "--json", tmp_path / "no" / "folder" / "a.json")
    assert code == 2
    assert "cannot be written" in output


def test_interruption_has_its_own_code(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import tenantry.products.pinata.engine as engine

    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(sys.modules[engine.scan.__module__], "scan", interrupted)
    code, output = run(tmp_path)
    assert code == 130
    assert "Interrupted" in output


def test_the_command_starts_quickly_and_without_the_server() -> None:
    program = (
        "import sys; import tenantry.products.pinata.cli; "
        "print([m for m in ('fastapi', 'sqlalchemy', 'tree_sitter', 'rich.progress', 'tenantry.infra') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_a_table_that_no_file_declares_is_shown_with_the_rest(tmp_path: Path) -> None:
    (tmp_path / "shop").mkdir()
    (tmp_path / "shop/schema.sql").write_text("CREATE TABLE prices (id int PRIMARY KEY);\n")
    (tmp_path / "shop/prices.py").write_text(
        "import psycopg\n\ndef store(connection: psycopg.Connection) -> None:\n"
        '    connection.execute("INSERT INTO prices (id) VALUES (1)")\n'
        '    connection.execute("INSERT INTO elsewhere (id) VALUES (1)")\n'
    )
    code, output = run(tmp_path / "shop")
    assert code == 0, output
    assert "prices" in output
    assert "elsewhere" in output
