"""Every framework, on code that looks real: exactly the facts that a reader finds there."""

from pathlib import Path

import pytest

from tenantry.products.pinata.engine import scan

from .reading import FIXTURES, found, reaches, read


@pytest.mark.parametrize("name", sorted(path.stem for path in FIXTURES.glob("*.txt")))
def test_facts_are_exactly_those_a_reader_finds(name: str, tmp_path: Path) -> None:
    fixture = read(name)
    assert fixture.facts, "a fixture without facts proves nothing"
    document = scan(fixture.write(tmp_path / "repository")).to_dict()

    actual = found(document)

    assert {"missed": sorted(fixture.facts - actual), "invented": sorted(actual - fixture.facts)} == {
        "missed": [],
        "invented": [],
    }
    broken = [f"{start} -> {end}" for start, end in fixture.paths if not reaches(document, start, end)]
    assert broken == []
    assert not [d for d in document["diagnostics"] if d["code"].startswith(("engine.", "parse."))]
