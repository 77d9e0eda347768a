"""The graph in other people's formats, held against their own definitions."""

import re
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any

import jsonschema
import openapi_spec_validator
import pytest
import yaml
from typer.testing import CliRunner

from tenantry.products.pinata.cli import cli
from tenantry.products.pinata.engine import scan
from tenantry.products.pinata.engine.formats import FORMATS, NeedsServiceError, of_service, write
from tenantry.products.pinata.engine.formats.json_schema import to_json_schema
from tenantry.products.pinata.engine.formats.mermaid import to_mermaid
from tenantry.products.pinata.engine.formats.openapi import to_openapi
from tests.products.pinata.engine.reading import FIXTURES, read

from .conftest import SHOP

SERVICES = ("catalog", "orders", "storefront", "notifications")


@pytest.mark.parametrize("service", SERVICES)
def test_openapi_is_valid_and_whole(shop: dict[str, Any], service: str) -> None:
    document = to_openapi(shop, service)
    openapi_spec_validator.validate(document)
    told = {
        f"{verb.upper()} {path}" for path, item in document["paths"].items() for verb in item if verb != "parameters"
    }
    routes = {n["name"] for n in shop["nodes"] if n["kind"] == "route" and n["service"] == service}
    shape = {re.sub(r"\{[^}]*\}", "{}", name) for name in routes if not name.startswith(("WS", "ANY"))}
    assert shape <= {re.sub(r"\{[^}]*\}", "{}", name) for name in told}


@pytest.mark.parametrize("fixture", sorted(path.stem for path in FIXTURES.glob("*.txt")))
def test_every_fixture_can_be_written_in_every_format(tmp_path: Path, fixture: str) -> None:
    document = scan(read(fixture).write(tmp_path / "tree")).to_dict()
    for service in sorted({n["service"] for n in document["nodes"] if n["kind"] == "route"}) or [None]:
        openapi_spec_validator.validate(to_openapi(document, service))
    schema = to_json_schema(document)
    jsonschema.Draft202012Validator.check_schema(schema)
    for name in set(FORMATS) - {"openapi"}:
        assert write(document, name)


def test_openapi_of_several_services_asks_which(shop: dict[str, Any]) -> None:
    with pytest.raises(NeedsServiceError) as error:
        write(shop, "openapi")
    assert error.value.services == sorted(SERVICES)


def test_asyncapi_refers_to_what_is_there(shop: dict[str, Any]) -> None:
    document = yaml.safe_load(write(shop, "asyncapi"))
    addresses = {channel["address"] for channel in document["channels"].values()}
    assert addresses == {n["name"] for n in shop["nodes"] if n["kind"] == "topic"}
    for operation in document["operations"].values():
        assert operation["channel"]["$ref"].removeprefix("#/channels/") in document["channels"]
        assert operation["action"] in ("send", "receive")
    placed = {
        (o["action"], o["x-service"]) for key, o in document["operations"].items() if key.endswith("order.placed")
    }
    assert placed == {("send", "orders"), ("receive", "notifications")}


def test_json_schema_knows_types(shop: dict[str, Any]) -> None:
    document = to_json_schema(shop)
    validator = jsonschema.Draft202012Validator({**document, "$ref": "#/$defs/order_lines"})
    columns = document["$defs"]["order_lines"]["properties"]
    assert columns["quantity"]["type"] == "integer"
    assert not validator.is_valid({"quantity": "many"})
    assert document["$defs"]["order_lines"]["x-primary-key"] == ["id"]


def test_graphml_holds_every_node_and_edge(shop: dict[str, Any]) -> None:
    root = ET.fromstring(write(shop, "graphml"))
    space = {"g": "http://graphml.graphdrawing.org/xmlns"}
    assert len(root.findall(".//g:node", space)) == len(shop["nodes"])
    edges = root.findall(".//g:edge", space)
    assert len(edges) == len(shop["edges"])
    ids = {node.get("id") for node in root.findall(".//g:node", space)}
    assert all(edge.get("source") in ids and edge.get("target") in ids for edge in edges)
    odd = dict(shop, repository={"root": "a\x00<b>", "commit": None})
    ET.fromstring(write(odd, "graphml"))


def test_structurizr_names_each_box_once_and_relates_only_those(shop: dict[str, Any]) -> None:
    text = write(shop, "c4")
    boxes = re.findall(r"^\s+(\w+) = (container|softwareSystem) \"([^\"]+)\"", text, re.MULTILINE)
    assert {"catalog", "orders", "order.placed", "mail.example.com"} <= {name for _, _, name in boxes}
    assert len({(kind, name) for _, kind, name in boxes}) == len(boxes)
    relations = re.findall(r"^\s+(\w+) -> (\w+) ", text, re.MULTILINE)
    assert relations
    assert {end for pair in relations for end in pair} <= {identifier for identifier, _, _ in boxes}
    assert len(set(relations)) == len(relations), "the language allows one relation of a pair and a text"
    assert text.count("{") == text.count("}")


def test_mermaid_cuts_a_label_before_it_spells_entities() -> None:
    node = {"id": "route_1", "kind": "route", "name": "GET /" + "x" * 152 + '""""'}
    other = {"id": "table_1", "kind": "table", "name": "t"}
    edge = {"source": "route_1", "target": "table_1", "kind": "does", "evidence": []}
    [text] = to_mermaid({"nodes": [node, other], "edges": [edge]})
    assert re.search(r"x(#quot;){3}\"\]\)", text.replace("(#quot;){3}", "")) or text.count("#quot;") <= 4
    assert not re.search(r"#(?!quot;|35;|lt;|gt;|96;)", text)


def test_a_service_alone_keeps_what_it_touches(shop: dict[str, Any]) -> None:
    part = of_service(shop, "orders")
    assert {n["service"] for n in part["nodes"]} > {"orders"}
    assert "GET /healthz" not in {n["name"] for n in part["nodes"]}
    with pytest.raises(ValueError, match="catalog"):
        of_service(shop, "nowhere")


def test_the_command_writes_files_and_says_what_it_needs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    run = CliRunner().invoke
    assert run(cli, ["export", "c4", "--in", str(SHOP), "-o", str(tmp_path / "a.dsl")]).exit_code == 0
    assert (tmp_path / "a.dsl").read_text().startswith("workspace")
    unclear = run(cli, ["export", "openapi", "--in", str(SHOP)])
    assert (unclear.exit_code, "catalog, notifications" in unclear.stderr) == (2, True)
    assert run(cli, ["export", "openapi", "--in", str(SHOP), "--service", "orders"]).stdout.startswith("openapi: 3.1.0")
    unknown = run(cli, ["export", "png", "--in", str(SHOP)])
    assert (unknown.exit_code, "graphml" in unknown.stderr) == (2, True)
    assert run(cli, ["export", "csv", "--in", str(SHOP), "-o", str(tmp_path / "no" / "a.csv")]).exit_code == 2
