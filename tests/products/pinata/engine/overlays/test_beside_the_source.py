"""Coverage reports, git's history, and lock files."""

# ruff: noqa: E501 - samples of other people's formats, as they write them

import json
import subprocess
from pathlib import Path

import pytest
from typer.testing import CliRunner

from tenantry.products.pinata.cli import cli
from tenantry.products.pinata.engine import scan
from tenantry.products.pinata.engine.flow import Flow
from tenantry.products.pinata.engine.overlays.coverage import CoverageError, covered, read_coverage
from tenantry.products.pinata.engine.overlays.dependencies import find_dependencies
from tenantry.products.pinata.engine.overlays.history import HistoryError, changed, read_history

APP = """from fastapi import FastAPI
import requests

app = FastAPI()

@app.get("/a")
def a():
    x = 1
    return requests.get("https://x.example.com/a")

@app.get("/b")
def b():
    return requests.get("https://x.example.com/b")
"""
LCOV = "TN:\nSF:{path}\nDA:7,1\nDA:8,3\nDA:9,3\nDA:12,1\nDA:13,0\nend_of_record\n"
COBERTURA = """<?xml version="1.0"?><!DOCTYPE coverage SYSTEM "http://cobertura.sourceforge.net/xml/coverage-04.dtd">
<coverage><sources><source>/build</source></sources><packages><package name="shop"><classes><class name="main" filename="{path}"><methods/><lines>
<line number="7" hits="1"/><line number="8" hits="3"/><line number="9" hits="3"/><line number="12" hits="1"/><line number="13" hits="0"/>
</lines></class></classes></package></packages></coverage>"""
JACOCO = """<?xml version="1.0"?><!DOCTYPE report PUBLIC "-//JACOCO//DTD Report 1.1//EN" "report.dtd"><report name="x"><package name="{folder}">
<sourcefile name="main.py"><line nr="7" mi="0" ci="2" mb="0" cb="0"/><line nr="8" mi="0" ci="1" mb="0" cb="0"/><line nr="9" mi="0" ci="1" mb="0" cb="0"/>
<line nr="12" mi="0" ci="1" mb="0" cb="0"/><line nr="13" mi="2" ci="0" mb="0" cb="0"/></sourcefile></package></report>"""


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    root = tmp_path / "tree"
    (root / "src" / "shop").mkdir(parents=True)
    (root / "src" / "shop" / "main.py").write_text(APP)
    return root


@pytest.mark.parametrize(
    "text",
    [
        LCOV.format(path="src/shop/main.py"),
        LCOV.format(path="/home/somebody/tree/src/shop/main.py"),
        LCOV.format(path="C:\\work\\tree\\src\\shop\\main.py"),
        COBERTURA.format(path="shop/main.py"),
        JACOCO.format(folder="shop"),
    ],
    ids=["lcov", "lcov-absolute", "lcov-windows", "cobertura", "jacoco"],
)
def test_coverage_lies_on_the_nodes(tree: Path, tmp_path: Path, text: str) -> None:
    report = tmp_path / "report"
    report.write_text(text)
    flow = Flow(scan(tree).to_dict())
    found = {flow.nodes[i]["name"]: row for i, row in covered(flow, [read_coverage(report)]).items()}
    assert found["a"] == {"lines": 3, "covered": 3}
    assert found["b"] == {"lines": 2, "covered": 1}
    assert found["GET https://x.example.com/b"] == {"lines": 1, "covered": 0}


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("hello", "no coverage report"),
        ("SF:a\nDA:x,y\n", "DA:x,y"),
        ("<coverage", "broken"),
        ("<html/>", "neither"),
        ('<coverage><class filename="a"><line number="x" hits="1"/></class></coverage>', "no number"),
        ('<!DOCTYPE a [<!ENTITY b "c">]><coverage/>', "entities"),
    ],
)
def test_a_report_that_is_none_is_refused(tree: Path, tmp_path: Path, text: str, says: str) -> None:
    report = tmp_path / "report"
    report.write_text(text)
    with pytest.raises(CoverageError, match=says):
        read_coverage(report)
    answer = CliRunner().invoke(cli, ["overlay", "--in", str(tree), "--coverage", str(report)])
    assert (answer.exit_code, says in answer.stderr) == (2, True)


def git(folder: Path, *words: str, author: str = "Ada") -> None:
    who = ["-c", f"user.name={author}", "-c", "user.email=a@example.com", "-c", "init.defaultBranch=main"]
    subprocess.run(["git", *who, *words], cwd=folder, check=True, capture_output=True)


def test_history_and_owners(tree: Path) -> None:
    git(tree.parent, "init", "--quiet")
    for number, author in enumerate(("Ada", "Bob", "Bob")):
        (tree / "src" / "shop" / "main.py").write_text(APP + f"\nX = {number}\n")
        git(tree.parent, "add", "-A")
        git(tree.parent, "commit", "--quiet", "-m", "x", author=author)
    (tree / "CODEOWNERS").write_text("* @everybody\n# nobody\n/src/shop/ @shop @ada # ours\n")
    flow = Flow(scan(tree).to_dict())
    told = {flow.nodes[i]["name"]: row for i, row in changed(flow, read_history(tree)).items()}["a"]
    assert told["commits"] == 3
    assert told["authors"] == [{"name": "Bob", "commits": 2}, {"name": "Ada", "commits": 1}]
    assert told["owners"] == ["@shop", "@ada"]
    assert told["last"].endswith("+00:00")


def test_no_history_is_said_and_harms_nothing(tree: Path) -> None:
    with pytest.raises(HistoryError, match="cannot tell"):
        read_history(tree)
    answer = CliRunner().invoke(cli, ["overlay", "--in", str(tree)])
    assert answer.exit_code == 0
    assert "cannot tell the history" in answer.stdout


LOCKS = {
    "package-lock.json": (
        json.dumps({"lockfileVersion": 3, "packages": {
            "": {"dependencies": {"react": "^19"}}, "node_modules/react": {"version": "19.1.0"}, "packages/ours": {"version": "1.0.0"},
            "node_modules/@a/b": {"version": "2.0.0"}, "node_modules/@a/b/node_modules/react": {"version": "18.0.0"},
            "node_modules/ours": {"resolved": "packages/ours", "link": True}}}),
        {("npm", "react", "19.1.0", True), ("npm", "@a/b", "2.0.0", False), ("npm", "react", "18.0.0", False)},
    ),
    "npm-shrinkwrap.json": (
        json.dumps({"lockfileVersion": 1, "dependencies": {"a": {"version": "1.0.0", "dependencies": {"b": {"version": "2.0.0"}}}}}),
        {("npm", "a", "1.0.0", None), ("npm", "b", "2.0.0", False)},
    ),
    "yarn.lock": (
        '# yarn lockfile v1\n\n"@a/b@^1.0.0", "@a/b@^1.1.0":\n  version "1.2.0"\n  resolved "x"\n\nc@1:\n  version "1.0.0"\n\n"d@npm:^2.0.0":\n  version: 2.1.0\n\n"own@workspace:.":\n  version: 0.0.0-use.local\n',
        {("npm", "@a/b", "1.2.0", None), ("npm", "c", "1.0.0", None), ("npm", "d", "2.1.0", None)},
    ),
    "pnpm-lock.yaml": (
        "lockfileVersion: '9.0'\nimporters:\n  .:\n    dependencies:\n      '@a/b':\n        specifier: ^1\n        version: 1.2.0\npackages:\n  '@a/b@1.2.0(react@19.0.0)': {}\n  /c/3.0.0: {}\n",
        {("npm", "@a/b", "1.2.0", True), ("npm", "c", "3.0.0", False)},
    ),
    "poetry.lock": ('[[package]]\nname = "httpx"\nversion = "0.28.0"\n', {("pypi", "httpx", "0.28.0", None)}),
    "uv.lock": (
        'version = 1\n[[package]]\nname = "ours"\nversion = "1"\nsource = { editable = "." }\n[[package]]\nname = "httpx"\nversion = "0.28.1"\n',
        {("pypi", "httpx", "0.28.1", None)},
    ),
    "Pipfile.lock": (json.dumps({"default": {"a": {"version": "==1.0"}}, "develop": {}}), {("pypi", "a", "1.0", None)}),
    "requirements-dev.txt": (
        "# c\na==1.0 ; python_version > '3'\nb[x]==2.0 \\\n  --hash=sha256:00\nc>=3\n-r other.txt\n",
        {("pypi", "a", "1.0", None), ("pypi", "b", "2.0", None)},
    ),
    "go.mod": (
        "module example.com/x\n\ngo 1.23\n\nrequire github.com/a/b v1.2.3\n\nrequire (\n\tgithub.com/c/d v0.1.0 // indirect\n)\n",
        {("go", "github.com/a/b", "v1.2.3", True), ("go", "github.com/c/d", "v0.1.0", False)},
    ),
    "pom.xml": (
        ('<project xmlns="http://maven.apache.org/POM/4.0.0"><version>1</version><properties><x.version>2.5</x.version></properties><dependencies>'
        "<dependency><groupId>g</groupId><artifactId>a</artifactId><version>${x.version}</version></dependency>"
        "<dependency><groupId>g</groupId><artifactId>managed</artifactId></dependency></dependencies></project>"),
        {("maven", "g:a", "2.5", True)},
    ),
    "gradle.lockfile": ("# note\norg.a:b:1.0=compileClasspath\nempty=\n", {("maven", "org.a:b", "1.0", None)}),
    "packages.lock.json": (
        json.dumps({"version": 1, "dependencies": {"net8.0": {"A": {"type": "Direct", "resolved": "1.0.0"}, "B": {"type": "Transitive", "resolved": "2.0.0"}, "ours": {"type": "Project"}}}}),
        {("nuget", "A", "1.0.0", True), ("nuget", "B", "2.0.0", False)},
    ),
    "Shop.csproj": (
        '<Project Sdk="x"><ItemGroup><PackageReference Include="Dapper" Version="2.1.0" /><PackageReference Include="B"><Version>1.0</Version></PackageReference><PackageReference Include="C" Version="$(V)" /></ItemGroup></Project>',
        {("nuget", "Dapper", "2.1.0", True), ("nuget", "B", "1.0", True)},
    ),
    "Cargo.lock": ('[[package]]\nname = "ours"\nversion = "1.0.0"\n[[package]]\nname = "serde"\nversion = "1.0.2"\nsource = "registry"\n', {("cargo", "serde", "1.0.2", None)}),
    "composer.lock": (json.dumps({"packages": [{"name": "a/b", "version": "v1.0"}]}), {("composer", "a/b", "1.0", None)}),
    "Gemfile.lock": ("GEM\n  specs:\n    rails (7.1.0)\n      rack (>= 2)\n", {("rubygems", "rails", "7.1.0", None)}),
}  # fmt: skip


@pytest.mark.parametrize("name", LOCKS)
def test_every_lock_file_gives_its_versions(tmp_path: Path, name: str) -> None:
    text, wanted = LOCKS[name]
    (tmp_path / "part").mkdir()
    (tmp_path / "part" / name).write_text(text)
    found = find_dependencies(tmp_path)
    assert {(row["ecosystem"], row["name"], row["version"], row["direct"]) for row in found} == wanted
    assert {row["file"] for row in found} == {f"part/{name}"}


@pytest.mark.parametrize("name", LOCKS)
@pytest.mark.parametrize(
    "text", ["", "{", "[]", "[[package]]", "<project", "\x00\xff", '{"packages": 5, "dependencies": [1]}']
)
def test_a_broken_lock_file_harms_nobody(tmp_path: Path, name: str, text: str) -> None:
    (tmp_path / name).write_text(text)
    assert find_dependencies(tmp_path) == []


def test_the_command_writes_the_graph_with_its_overlays(
    tree: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    report, out = tmp_path / "lcov.info", tmp_path / "graph.json"
    report.write_text(LCOV.format(path="shop/main.py"))
    (tree / "requirements.txt").write_text("fastapi==1.0\n")
    answer = CliRunner().invoke(cli, ["overlay", "--in", str(tree), "--coverage", str(report), "-o", str(out)])
    assert answer.exit_code == 0, answer.output
    assert "Failures that nobody handles (2)" in answer.stdout
    document = json.loads(out.read_text())
    assert set(document["overlays"]["coverage"]) <= {node["id"] for node in document["nodes"]}
    assert document["overlays"]["dependencies"][0]["name"] == "fastapi"
    assert CliRunner().invoke(cli, ["trace", "GET /a", "--in", str(out)]).exit_code == 0, "it is still a graph file"
    report.write_text(LCOV.format(path="elsewhere.py"))
    strange = CliRunner().invoke(cli, ["overlay", "--in", str(tree), "--coverage", str(report)])
    assert "none of its 1 files is in the graph" in strange.stdout
