"""Violations in SARIF 2.1.0, the form in which code hosts show findings beside the lines (OASIS standard, sarif-v2.1.0)."""

import hashlib
import json
from typing import Any

from tenantry.products.pinata.engine.flow.index import Node, place
from tenantry.products.pinata.engine.flow.policy import Rule, Violation
from tenantry.products.pinata.engine.graph import ENGINE

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"


def to_sarif(rules: list[Rule], violations: list[Violation]) -> dict[str, Any]:
    """One run with all rules, and a result with its code flow for each violation."""
    name, _, version = ENGINE.partition("/")
    index = {rule.id: position for position, rule in enumerate(rules)}
    described = [
        {
            "id": rule.id,
            "shortDescription": {"text": rule.text or rule.id},
            "defaultConfiguration": {"level": rule.severity},
        }
        for rule in rules
    ]
    return {
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [
            {
                "tool": {"driver": {"name": name, "version": version, "rules": described}},
                "columnKind": "utf16CodeUnits",
                "originalUriBaseIds": {"SRCROOT": {"description": {"text": "The root of the scanned tree."}}},
                "results": [_result(violation, index) for violation in violations],
            }
        ],
    }


def _result(violation: Violation, index: dict[str, int]) -> dict[str, Any]:
    rule = violation.rule
    result: dict[str, Any] = {
        "ruleId": rule.id,
        "ruleIndex": index[rule.id],
        "level": rule.severity,
        "message": {"text": f"{rule.text}: {violation.message}" if rule.text else violation.message},
        "locations": [_location(violation.node["file"], violation.node["line"])] if violation.node["file"] else [],
        "partialFingerprints": {"pinataWay/v1": fingerprint(violation)},
    }
    steps = [_step(node) for node in violation.way if node["file"]]
    if rule.verb == "share":
        result["relatedLocations"] = [
            {"id": number, **_location(*place(edge)), "message": {"text": f"{node['service']}: {node['name']}"}}
            for number, (edge, node) in enumerate(zip(violation.edges, violation.way, strict=True), 1)
        ]
    elif len(steps) > 1:
        result["codeFlows"] = [{"threadFlows": [{"locations": steps}]}]
    return result


def fingerprint(violation: Violation) -> str:
    """The same for the same violation in a later scan, wherever its lines have moved to."""
    parts = [violation.rule.id, violation.node["id"], *(node["id"] for node in violation.way[-1:])]
    return hashlib.blake2b("\0".join(parts).encode(), digest_size=12).hexdigest()


def known_in(text: str) -> frozenset[str]:
    """The fingerprints of a SARIF file.

    Raises:
        ValueError: it is none.
    """
    try:
        runs = json.loads(text)["runs"]
        return frozenset(result["partialFingerprints"]["pinataWay/v1"] for run in runs for result in run["results"])
    except (ValueError, TypeError, KeyError):
        raise ValueError("The baseline is not a SARIF file that `pinata check --sarif` wrote.") from None


def _step(node: Node) -> dict[str, Any]:
    message = {"text": f"{node['kind'].replace('_', ' ')} {node['name']}"}
    return {"location": {**_location(node["file"], node["line"]), "message": message}}


def _location(file: str, line: int) -> dict[str, Any]:
    return {
        "physicalLocation": {
            "artifactLocation": {"uri": file, "uriBaseId": "SRCROOT"},
            "region": {"startLine": max(line, 1)},
        }
    }
