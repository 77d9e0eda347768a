"""Whose failure somebody handles, and whose nobody does."""

# ruff: noqa: E501 - samples of other people's formats, as they write them

from pathlib import Path

import pytest

from tenantry.products.pinata.engine import scan
from tenantry.products.pinata.engine.flow import Flow
from tenantry.products.pinata.engine.overlays.guards import find_gaps, guarded_lines

SOURCES = {
    "a.py": "try:\n    one()\nexcept ValueError:\n    two()\nfinally:\n    three()\nwith suppress(OSError):\n    one()\ntry:\n    four()\nfinally:\n    five()\n",
    "a.ts": "async function f() {\n  try {\n    one();\n  } catch (e) {\n    two();\n  }\n  three();\n  one().catch(log);\n  try {\n    four();\n  } finally {}\n}\n",
    "a.jsx": "const a = () => {\n  try {\n    one();\n  } catch {}\n  return <p onClick={() => two()} />;\n};\n",
    "A.java": "class A {\n  void f() {\n    try {\n      one();\n    } catch (Exception e) {\n      two();\n    }\n    try (var x = open()) {\n      three();\n    }\n  }\n}\n",
    "A.cs": "class A {\n  void F() {\n    try {\n      one();\n    } catch (Exception) {\n      two();\n    }\n    try { three(); } finally { }\n  }\n}\n",
    "a.go": "package a\nfunc f() error {\n\tone()\n\tif err := two(); err != nil {\n\t\treturn err\n\t}\n\t_ = three()\n\tdefer three()\n\treturn two()\n}\n",
}  # fmt: skip
GUARDED = {"a.py": {"one"}, "a.ts": {"one"}, "a.jsx": {"one"}, "A.java": {"one"}, "A.cs": {"one"}, "a.go": {"two"}}


@pytest.mark.parametrize("path", SOURCES)
def test_each_language_s_way_of_looking_after_a_failure(path: str) -> None:
    ranges = guarded_lines(path, SOURCES[path].encode())
    assert ranges is not None
    for number, line in enumerate(SOURCES[path].splitlines(), 1):
        for name in ("one", "two", "three", "four", "five"):
            if f"{name}()" in line:
                guarded = any(first <= number <= last for first, last in ranges)
                assert guarded == (name in GUARDED[path]), f"{path}:{number} {line}"


def test_what_cannot_be_judged_is_not() -> None:
    assert guarded_lines("schema.sql", b"SELECT 1") is None
    assert guarded_lines("a.py", b"try:\n  (((") is not None


APP = """
import requests
from fastapi import FastAPI

app = FastAPI()

def ask():
    return requests.get("https://partner.example.com/rates")

@app.get("/careful")
def careful():
    try:
        return ask()
    except requests.RequestException:
        return None

@app.get("/careless")
def careless():
    return ask()

@app.get("/own")
def own():
    try:
        return requests.get("https://partner.example.com/news")
    except requests.RequestException:
        return None

def never():
    return requests.get("https://partner.example.com/never")
"""


def test_a_gap_is_a_way_on_which_nobody_looks(tmp_path: Path) -> None:
    (tmp_path / "app.py").write_text(APP)
    flow = Flow(scan(tmp_path).to_dict())
    [gap] = find_gaps(tmp_path, flow)
    assert flow.nodes[gap["effect"]]["name"] == "GET https://partner.example.com/rates"
    assert [flow.nodes[node]["name"] for node in gap["way"]][:3] == ["GET /careless", "careless", "ask"]
    (tmp_path / "app.py").write_text(APP.replace("def careless():\n    return ask()", "def careless():\n    return 1"))
    assert find_gaps(tmp_path, Flow(scan(tmp_path).to_dict())) == []


def test_a_graph_without_its_source_has_no_gaps(tmp_path: Path) -> None:
    (tmp_path / "app.py").write_text(APP)
    document = scan(tmp_path).to_dict()
    (tmp_path / "app.py").unlink()
    assert find_gaps(tmp_path, Flow(document)) == []
