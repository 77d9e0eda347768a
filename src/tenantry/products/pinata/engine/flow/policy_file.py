"""Reading a policy from YAML, with an answer that helps to whatever is wrong in it."""

import re
from collections.abc import Mapping
from typing import Any

import yaml

from tenantry.products.pinata.engine.flow.policy import SEVERITIES, Matcher, Rule
from tenantry.products.pinata.engine.graph import KINDS

_VERBS = ("forbid", "require", "share")
_ID = re.compile(r"[A-Za-z0-9][\w.-]{0,99}\Z")


class PolicyError(ValueError):
    """A policy that cannot be understood; the text says where and what would be right."""


def read_policy(text: str) -> list[Rule]:
    """The rules of a policy.

    Raises:
        PolicyError: it isn't YAML, or not a policy.
    """
    try:
        data = yaml.safe_load(text)
    except (yaml.YAMLError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        raise PolicyError(
            f"This is not YAML{f' (line {mark.line + 1})' if mark else ''}: {getattr(error, 'problem', error)}."
        ) from None
    if not isinstance(data, dict) or data.get("version") != 1 or not isinstance(data.get("rules"), list):
        raise PolicyError("A policy begins with “version: 1” and has a list of “rules”.")
    _only(data, {"version", "rules"}, "the policy")
    rules = [_rule(row, position) for position, row in enumerate(data["rules"], 1)]
    if twice := {rule.id for rule in rules if [other.id for other in rules].count(rule.id) > 1}:
        raise PolicyError(f"Two rules have the id {min(twice)}.")
    return rules


def _rule(row: Any, position: int) -> Rule:
    place = f"rule {position}"
    if not isinstance(row, dict):
        raise PolicyError(f"{place} is not a mapping with an id.")
    name = row.get("id")
    if not isinstance(name, str) or not _ID.match(name):
        raise PolicyError(f"{place} needs an “id” of letters, digits, dots and dashes.")
    place = f"rule {name}"
    _only(row, {"id", "text", "severity", *_VERBS}, place)
    verbs = [verb for verb in _VERBS if verb in row]
    if len(verbs) != 1 or not isinstance(row[verbs[0]], dict):
        raise PolicyError(f"{place} needs exactly one of forbid, require and share, as a mapping.")
    severity = row.get("severity", "error")
    if severity not in SEVERITIES:
        raise PolicyError(f"{place}: severity is one of {', '.join(SEVERITIES)}.")
    text = row.get("text", "")
    if not isinstance(text, str):
        raise PolicyError(f"{place}: text is a sentence.")
    common = {"id": name, "text": text, "severity": severity}
    body = row[verbs[0]]
    if verbs[0] == "share":
        return Rule(verb="share", **common, **_share(body, place))
    _only(body, {"from", "to", "directly", "unless"}, place)
    if "from" not in body or "to" not in body:
        raise PolicyError(f"{place}: {verbs[0]} needs “from” and “to”.")
    if not isinstance(body.get("directly", False), bool):
        raise PolicyError(f"{place}: directly is true or false.")
    return Rule(
        verb="forbid" if verbs[0] == "forbid" else "require",
        **common,
        source=_matcher(body["from"], f"{place}, from"),
        target=_matcher(body["to"], f"{place}, to"),
        directly=body.get("directly", False),
        unless=_matcher(body["unless"], f"{place}, unless") if "unless" in body else None,
    )


def _share(body: Mapping[str, Any], place: str) -> dict[str, Any]:
    matching = {key: value for key, value in body.items() if key not in ("access", "services")}
    access, services = body.get("access", "any"), body.get("services", 1)
    if access not in ("any", "write"):
        raise PolicyError(f"{place}: access is any or write.")
    if not isinstance(services, int) or isinstance(services, bool) or services < 1:
        raise PolicyError(f"{place}: services is how many may share it, 1 or more.")
    return {"target": _matcher({"kind": "table", **matching}, place), "access": access, "services": services}


def _matcher(row: Any, place: str) -> Matcher:
    if not isinstance(row, dict) or not row:
        raise PolicyError(f"{place}: say which nodes are meant, by kind, name, file or service.")
    _only(row, {"kind", "name", "file", "service", "not"}, place)
    fields = {key: _texts(row[key], f"{place}: {key}") for key in ("kind", "name", "file", "service") if key in row}
    if unknown := [kind for kind in fields.get("kind", ()) if kind not in KINDS]:
        raise PolicyError(f"{place}: there is no kind {unknown[0]}; there are {', '.join(KINDS)}.")
    return Matcher(**fields, besides=_matcher(row["not"], f"{place}, not") if "not" in row else None)


def _texts(value: Any, place: str) -> tuple[str, ...]:
    values = value if isinstance(value, list) else [value]
    if not values or not all(isinstance(text, str) and text for text in values):
        raise PolicyError(f"{place} is a text, or a list of texts.")
    return tuple(values)


def _only(row: Mapping[str, Any], known: set[str], place: str) -> None:
    if unknown := [str(key) for key in row if key not in known]:
        raise PolicyError(f"{place}: there is no “{unknown[0]}”; there are {', '.join(sorted(known))}.")
