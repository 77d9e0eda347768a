"""Rules about what may lead to what, written in YAML and checked against a graph. docs/pinata-policies.md has the whole language.

version: 1
rules:
  - id: controllers-touch-no-tables
    severity: error
    forbid: {from: {kind: function, file: "**/controllers/**"}, to: {kind: [db_read, db_write]}, directly: true}
  - id: a-table-has-one-writer
    share: {kind: table, access: write, services: 1}
  - id: payments-are-audited
    require: {from: {kind: route, name: "POST /payments*"}, to: {kind: db_write, name: audit_log}}
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

from tenantry.products.pinata.engine.flow.index import Edge, Flow, Node
from tenantry.products.pinata.engine.graph import ENTRIES

Severity = Literal["error", "warning", "note"]
SEVERITIES: tuple[Severity, ...] = ("error", "warning", "note")


@dataclass(frozen=True)
class Matcher:
    """Which nodes are meant: all that is given must fit. Names, files and services are patterns: `*` stays within a part of a path,
    `**` does not, `?` is one character; `not` takes away again."""

    kind: tuple[str, ...] = ()
    name: tuple[str, ...] = ()
    file: tuple[str, ...] = ()
    service: tuple[str, ...] = ()
    besides: "Matcher | None" = None

    @cached_property
    def _patterns(self) -> list[tuple[str, list[re.Pattern[str]]]]:
        fields = {"name": self.name, "file": self.file, "service": self.service}
        return [(key, [_pattern(text) for text in given]) for key, given in fields.items() if given]

    def fits(self, node: Node) -> bool:
        """Whether the node is meant."""
        if self.kind and node["kind"] not in self.kind:
            return False
        if not all(any(pattern.fullmatch(node[key]) for pattern in patterns) for key, patterns in self._patterns):
            return False
        return not (self.besides and self.besides.fits(node))


@dataclass(frozen=True)
class Rule:
    """`verb` says which of the other fields count: see the module's example."""

    id: str
    verb: Literal["forbid", "require", "share"]
    text: str = ""
    severity: Severity = "error"
    source: Matcher = field(default_factory=Matcher)
    target: Matcher = field(default_factory=Matcher)
    directly: bool = False
    unless: Matcher | None = None
    access: Literal["any", "write"] = "any"
    services: int = 1


@dataclass(frozen=True)
class Violation:
    """A rule that does not hold, the node where it shows, and the way that proves it (the node alone where something is missing)."""

    rule: Rule
    message: str
    node: Node
    way: tuple[Node, ...]
    edges: tuple[Edge, ...] = ()


def check(flow: Flow, rules: list[Rule]) -> list[Violation]:
    """Every violation, in the order of the rules and of the graph."""
    checks = {"forbid": _forbidden, "require": _required, "share": _shared}
    return [violation for rule in rules for violation in checks[rule.verb](flow, rule)]


def _forbidden(flow: Flow, rule: Rule) -> Iterator[Violation]:
    for start in filter(rule.source.fits, flow.document["nodes"]):
        for way, edges in _ways(flow, rule, start):
            yield Violation(rule, f"{_told(start)} leads to {_told(way[-1])}", start, way, edges)


def _required(flow: Flow, rule: Rule) -> Iterator[Violation]:
    for start in filter(rule.source.fits, flow.document["nodes"]):
        if not any(True for _ in _ways(flow, rule, start)):
            yield Violation(rule, f"{_told(start)} never comes to what it must", start, (start,))


def _ways(flow: Flow, rule: Rule, start: Node) -> Iterator[tuple[tuple[Node, ...], tuple[Edge, ...]]]:
    """The shortest way to each target, not through what the rule excepts. Directly means: by the node's own function, and by none that
    it calls."""

    def step(node: Node) -> list[tuple[Edge, Node]]:
        following = [pair for pair in flow.out(node) if not (rule.unless and rule.unless.fits(pair[1]))]
        if not rule.directly or node["kind"] != "function":
            return following
        own = node is start or start["kind"] in ENTRIES
        return [pair for pair in following if own and pair[0]["kind"] == "does"]

    came_from = flow.walk([start], step)
    for node_id, came in came_from.items():
        if came is None or not rule.target.fits(flow.nodes[node_id]):
            continue
        nodes, edges = [flow.nodes[node_id]], []
        while (before := came_from[nodes[-1]["id"]]) is not None:
            edges.append(before[0])
            nodes.append(before[1])
        yield tuple(reversed(nodes)), tuple(reversed(edges))


def _shared(flow: Flow, rule: Rule) -> Iterator[Violation]:
    kinds = ("writes", "publishes") if rule.access == "write" else ("reads", "writes", "publishes", "requests")
    for node in filter(rule.target.fits, flow.document["nodes"]):
        users = flow.into(node, *kinds)
        if rule.access == "any":
            users += flow.out(node, "delivers")
        first = {user["service"]: (edge, user) for edge, user in reversed(users) if user["service"]}
        if len(first) > rule.services:
            services = sorted(first)
            verb = "written" if rule.access == "write" else "used"
            message = f"{_told(node)} is {verb} by {len(services)} services: {', '.join(services)}"
            rows = [first[name] for name in services]
            yield Violation(rule, message, node, tuple(user for _, user in rows), tuple(edge for edge, _ in rows))


def _told(node: Node) -> str:
    return f"{node['kind'].replace('_', ' ')} {node['name']}"


def _pattern(text: str) -> re.Pattern[str]:
    parts = re.split(r"(\*\*/|\*\*|\*|\?)", text)
    words = {"**/": r"(?:.*/)?", "**": ".*", "*": "[^/]*", "?": "[^/]"}
    return re.compile("".join(words.get(part, re.escape(part)) for part in parts), re.DOTALL)
