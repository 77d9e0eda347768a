"""No source, however mutilated, makes the engine fail."""

import random
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tenantry.products.pinata.engine import scan
from tenantry.products.pinata.engine.languages import SUFFIXES, language_of
from tenantry.products.pinata.engine.packing import pack, unpack
from tenantry.products.pinata.engine.reading import extract
from tenantry.products.pinata.engine.sql import accesses, created_table, looks_like_sql, split

from .reading import FIXTURES, read

SEEDS = [
    (path, text)
    for file in sorted(FIXTURES.glob("*.txt"))
    for path, text in read(file.stem).files.items()
    if language_of(path) is not None
]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.sampled_from([*sorted(SUFFIXES), "mapper.xml"]), st.binary(max_size=400))
def test_any_bytes_are_read(suffix: str, content: bytes) -> None:
    reading = extract(f"a{suffix}", content, b"")
    assert reading.code != "engine.failed", reading.message


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.sampled_from(SEEDS), st.randoms(use_true_random=False))
def test_mutilated_source_is_read(seed: tuple[str, str], chance: random.Random) -> None:
    path, text = seed
    reading = extract(path, mutilated(text, chance).encode("utf-8", "surrogateescape"), b"")
    assert reading.code != "engine.failed", reading.message
    if reading.facts is not None:
        assert unpack(path, pack(reading.facts)) == reading.facts


@pytest.mark.parametrize("seed", range(12))
def test_mutilated_repositories_are_scanned(seed: int, tmp_path: Path) -> None:
    chance = random.Random(seed)
    for file in sorted(FIXTURES.glob("*.txt")):
        fixture = read(file.stem)
        fixture.files = {
            path: mutilated(text, chance) if chance.random() < 0.5 else text for path, text in fixture.files.items()
        }
        fixture.write(tmp_path / file.stem)
    document = scan(tmp_path).to_dict()
    assert [d for d in document["diagnostics"] if d["code"] == "engine.failed"] == []


@settings(max_examples=150, deadline=None)
@given(
    st.text(
        alphabet="select from insert into update set delete join with as values create table ()*,;'\"`[].{}:$%-\n\t abc123",
        max_size=200,
    )
)
def test_any_text_is_taken_for_sql(text: str) -> None:
    looks_like_sql(text)
    created_table(text)
    assert all(0 <= access.offset < len(text) for access in accesses(text))
    assert all(part in text for _, part in split(text))


def mutilated(text: str, chance: random.Random) -> str:
    """The text with a few pieces cut out, doubled, swapped or replaced by what syntax errors are made of."""
    for _ in range(chance.randint(1, 5)):
        start = chance.randrange(len(text) + 1)
        end = min(len(text), start + chance.randint(0, 40))
        piece = chance.choice(
            [
                "",
                text[start:end] * 2,
                "(",
                ")",
                "'",
                '"""',
                "\n\n",
                "\\",
                "{",
                "f'{",
                ": ",
                "\x00",
                "é",
                "@",
                "lambda: ",
                " = ",
            ]
        )
        text = text[:start] + piece + text[end:]
    return text


def test_cycles_of_all_kinds_end(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text(
        "from b import *\nfrom b import x, Y\nfrom flask import Flask\nx = x\nz = z.z['z'].z\nclass A(Y, A): pass\n"
        "def f(): return g()\ndef g(): return f()\nr = r\nr.get('/')(r)\napp = Flask(r)\napp.register_blueprint(app)\n"
    )
    (tmp_path / "b.py").write_text(
        "from a import *\nfrom a import x, A\nclass Y(A): x = A.x\nq = {'q': q['q']}\nw = [w[0]]\nfor w in w: w()\n"
    )
    assert scan(tmp_path).to_dict()["diagnostics"] == []


def test_a_table_that_is_spread_into_itself(tmp_path: Path) -> None:
    (tmp_path / "colours.ts").write_text(
        "let theme: any = {base: 1, ...theme}\n"
        "let other: any = {...theme, ...other, ...other}\n"
        "theme = {...other, ...theme}\n"
        "export function paint() { theme.light.paint(); other.light.paint(); return other.dark.paint() }\n"
    )
    graph = scan(tmp_path).to_dict()
    assert graph["stats"]["files"] == 1
    assert not graph["diagnostics"]
