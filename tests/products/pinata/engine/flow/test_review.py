"""What a change did, told in a pull request."""

import copy
import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from tenantry.products.pinata.cli import cli
from tenantry.products.pinata.engine import scan
from tenantry.products.pinata.engine.flow.review import BrokenError, review

from .conftest import SHOP


def run(*arguments: str) -> tuple[int, str, str]:
    result = CliRunner().invoke(cli, [*arguments])
    return result.exit_code, result.stdout, result.stderr


def git(folder: Path, *words: str) -> None:
    who = ["-c", "user.name=Ada", "-c", "user.email=ada@example.com", "-c", "init.defaultBranch=main"]
    subprocess.run(["git", *who, *words], cwd=folder, check=True, capture_output=True)


def edit(file: Path, old: str, new: str) -> None:
    text = file.read_text("utf-8")
    assert old in text, file
    file.write_text(text.replace(old, new), "utf-8")


@pytest.fixture
def changed(tmp_path: Path) -> Path:
    """The shop as a repository with a commit for each side, and the second one checked out."""
    root = tmp_path / "shop"
    shutil.copytree(SHOP, root)
    git(root, "init", "--quiet")
    git(root, "add", "-A")
    git(root, "commit", "--quiet", "-m", "before")
    git(root, "tag", "before")
    edit(root / "services/catalog/catalog/products.py", '"/{sku}/price"', '"/{sku}/new-price"')
    edit(root / "services/catalog/catalog/categories.py", "def list_categories", "def list_of_categories")
    edit(root / "services/orders/src/orders/orders.service.ts", "'order.placed'", "'order.made'")
    git(root, "commit", "--quiet", "-am", "after")
    return root


def test_two_commits_are_compared_and_the_working_tree_stays(changed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(changed.parent / "cache"))
    monkeypatch.chdir(changed / "services")
    (changed / "untracked.txt").write_text("mine")
    code, told, _ = run("diff", "before", "HEAD")
    assert code == 0
    assert "route `POST /api/products/{sku}/price` is now `POST /api/products/{sku}/new-price`" in told
    assert "`POST /api/orders` now publishes `order.made`, no longer publishes `order.placed`" in told
    assert "topic `order.made`" in told
    assert "GET /healthz" not in told, "only what changed"
    assert "```mermaid" in told
    assert (changed / "untracked.txt").read_text() == "mine"
    assert run("diff", "HEAD", "HEAD") == (0, "", ""), "silent when nothing changed"
    assert run("diff", "HEAD", str(changed)) == (0, "", ""), "a commit and the folder it is checked out in"


def test_files_are_compared_too(changed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    graph = tmp_path / "old.json"
    scan(SHOP).write_json(graph)
    code, told, _ = run("diff", str(graph), str(changed), "--json")
    assert code == 0
    assert json.loads(told)["nodes"]["changed"]


@pytest.mark.parametrize("side", ["nowhere", "broken.json", "other.json", "empty"])
def test_a_side_that_is_no_graph_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, side: str) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "broken.json").write_text('{"schema": "pinata.scan/1", "nodes": [')
    (tmp_path / "other.json").write_text('{"schema": "something else"}')
    (tmp_path / "empty").mkdir()
    code, told, refused = run("diff", side, str(SHOP))
    assert (code, told) == (2, "")
    assert side in refused


def test_an_incomplete_base_proves_nothing(shop: dict[str, Any]) -> None:
    broken = copy.deepcopy(shop)
    broken["diagnostics"].append({"file": "", "line": 0, "code": "engine.failed", "message": "django: KeyError"})
    with pytest.raises(BrokenError, match="django"):
        review(broken, shop)
    with pytest.raises(BrokenError, match="two engines"):
        review(shop | {"engine": "pinata/0.9"}, shop)


def test_tables_tell_what_others_rely_on(shop: dict[str, Any]) -> None:
    new = copy.deepcopy(shop)
    table = next(table for table in new["tables"] if table["name"] == "products")
    gone = table["columns"].pop()
    table["columns"][0]["type"] = "bigint"
    table["columns"].append(
        {"name": "weight", "type": "int", "nullable": True, "primary_key": False, "references": None}
    )
    told = review(shop, new)
    assert f"column `products.{gone['name']}` is gone" in told
    assert "**+** column `products.weight` `int` (null)" in told
    assert "→ `bigint`" in told
    assert review(shop, shop) == ""
