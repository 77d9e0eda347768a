"""Rules about what may lead to what."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from tenantry.products.pinata.cli import cli
from tenantry.products.pinata.engine.flow import Flow
from tenantry.products.pinata.engine.flow.policy import check
from tenantry.products.pinata.engine.flow.policy_file import PolicyError, read_policy

from .conftest import SHOP


def violations(flow: Flow, *rules: str) -> list[str]:
    found = check(flow, read_policy("version: 1\nrules:\n" + "".join(f"  - {rule}\n" for rule in rules)))
    return [violation.message for violation in found]


def test_a_controller_may_reach_tables_and_not_touch_them(flow: Flow) -> None:
    controllers = 'from: {kind: function, file: "**/*.controller.ts"}, to: {kind: [db_read, db_write]}'
    assert violations(flow, f"{{id: a, forbid: {{{controllers}, directly: true}}}}") == []
    reaching = violations(flow, f"{{id: a, forbid: {{{controllers}}}}}")
    assert "function OrdersController.place leads to db write orders" in reaching


def test_a_handler_s_own_statement_is_the_route_s_too(flow: Flow) -> None:
    rule = (
        "{id: a, forbid: {from: {kind: route, service: catalog}, to: {kind: db_read, name: products}, directly: true}}"
    )
    told = violations(flow, rule)
    assert "route GET /api/products leads to db read products" in told
    assert not [line for line in told if "POST /api/products/{sku}/price" in line], "that one asks a function"


def test_a_way_around_an_exception_counts_and_one_through_it_does_not(flow: Flow) -> None:
    rule = "from: {{kind: route, service: storefront}}, to: {{kind: external, name: mail.example.com}}{}"
    assert violations(flow, f"{{id: a, forbid: {{{rule.format('')}}}}}")
    assert not violations(flow, f"{{id: a, forbid: {{{rule.format(', unless: {kind: topic}')}}}}}")


def test_what_must_be_reached(flow: Flow) -> None:
    rule = '{id: a, require: {from: {kind: route, name: "POST /api/*"}, to: {kind: publish}}}'
    assert violations(flow, rule) == ["route POST /api/products never comes to what it must"]
    excepted = (
        '{id: a, require: {from: {kind: route, name: "POST /api/*", not: {service: catalog}}, to: {kind: publish}}}'
    )
    assert violations(flow, excepted) == []


def test_what_may_be_shared(flow: Flow) -> None:
    assert violations(flow, "{id: a, share: {access: write}}") == []
    told = violations(flow, "{id: a, share: {kind: topic}}")
    assert any("order.placed is used by 2 services: notifications, orders" in line for line in told)
    assert violations(flow, "{id: a, share: {kind: topic, services: 2}}") == []


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("rules: [", "not YAML"),
        ("[]", "version: 1"),
        ("version: 2\nrules: []", "version: 1"),
        ("version: 1\nrules: {}", "version: 1"),
        ("version: 1\nrules: []\nmore: 1", "more"),
        ("version: 1\nrules: [x]", "rule 1"),
        ("version: 1\nrules: [{forbid: {}}]", "id"),
        ("version: 1\nrules: [{id: a}]", "exactly one"),
        ("version: 1\nrules: [{id: a, forbid: {from: {kind: route}, to: {kind: table}}, share: {}}]", "exactly one"),
        ("version: 1\nrules: [{id: a, severity: fatal, share: {}}]", "severity"),
        ("version: 1\nrules: [{id: a, forbid: {from: {kind: route}}}]", "“to”"),
        ("version: 1\nrules: [{id: a, forbid: {from: {kind: rout}, to: {kind: table}}}]", "rout"),
        ("version: 1\nrules: [{id: a, forbid: {from: {}, to: {kind: table}}}]", "which nodes"),
        ("version: 1\nrules: [{id: a, forbid: {from: {name: 5}, to: {kind: table}}}]", "text"),
        ("version: 1\nrules: [{id: a, share: {services: 0}}]", "1 or more"),
        ("version: 1\nrules: [{id: a, share: {acces: write}}]", "acces"),
        ("version: 1\nrules: [{id: a, share: {}}, {id: a, share: {}}]", "Two rules"),
        ("!!python/object/apply:os.system [id]", "not YAML"),
    ],
)  # fmt: skip
def test_a_policy_that_is_wrong_is_told_where(text: str, says: str) -> None:
    with pytest.raises(PolicyError) as error:
        read_policy(text)
    assert says in str(error.value)


def test_the_command_fails_on_errors_writes_sarif_and_forgives_the_past(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    policy, sarif = tmp_path / "policy.yml", tmp_path / "out.sarif"
    rule = "forbid: {from: {kind: route, service: storefront}, to: {kind: external}}"
    policy.write_text(f"version: 1\nrules: [{{id: no-mail, text: The storefront sends no mail, {rule}}}]")
    words = ["check", str(policy), "--in", str(SHOP)]
    failed = CliRunner().invoke(cli, [*words, "--sarif", str(sarif)])
    assert failed.exit_code == 1
    assert "no-mail" in failed.stdout
    document = json.loads(sarif.read_text())
    [run] = document["runs"]
    assert document["version"] == "2.1.0"
    [result] = run["results"]
    assert run["tool"]["driver"]["rules"][result["ruleIndex"]]["id"] == result["ruleId"] == "no-mail"
    place = result["locations"][0]["physicalLocation"]
    assert (SHOP / place["artifactLocation"]["uri"]).is_file()
    assert len(result["codeFlows"][0]["threadFlows"][0]["locations"]) > 5
    assert CliRunner().invoke(cli, [*words, "--baseline", str(sarif)]).exit_code == 0
    policy.write_text(policy.read_text().replace("id: no-mail", "id: no-mail, severity: warning"))
    assert CliRunner().invoke(cli, words).exit_code == 0, "warnings alone do not fail"
    sarif.write_text("{}")
    assert CliRunner().invoke(cli, [*words, "--baseline", str(sarif)]).exit_code == 2
    assert CliRunner().invoke(cli, ["check", str(tmp_path / "none.yml"), "--in", str(SHOP)]).exit_code == 2
