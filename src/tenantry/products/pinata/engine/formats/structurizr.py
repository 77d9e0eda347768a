"""The graph as a workspace in Structurizr's DSL (C4 model, level 2): services are containers; tables, topics and hosts stand beside."""

from collections import Counter, defaultdict
from typing import Any

_VERBS = {"reads": "reads", "writes": "writes", "publishes": "publishes", "delivers": "delivers", "requests": "calls"}
_MOST_NAMED = 3


def to_structurizr(document: dict[str, Any]) -> str:
    """A workspace that Structurizr Lite and CLI read: one system, a container a service, one for the tables of each, queues, and
    outside systems; a relation says how often and with what."""
    nodes = {node["id"]: node for node in document["nodes"]}
    system = document["repository"]["root"] or "system"
    boxes = _Boxes(_languages(document))
    for node in document["nodes"]:
        if node["kind"] in ("service", "table", "topic", "external"):
            boxes.add(node)
    relations: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    for edge in document["edges"]:
        source, target = nodes[edge["source"]], nodes[edge["target"]]
        verb = _VERBS.get(edge["kind"])
        start, end = boxes.of(source), boxes.of(target)
        if verb and start and end and start != end:
            name = source["name"] if edge["kind"] == "delivers" else target["name"]
            relations[start, end][f"{verb} {name}"] += 1
    lines = [f"workspace {_text(system)} {{", "", "    model {", f"        system = softwareSystem {_text(system)} {{"]
    lines += [f"            {line}" for line in boxes.inside]
    lines += ["        }", *(f"        {line}" for line in boxes.outside), ""]
    for (start, end), verbs in sorted(relations.items()):
        lines.append(f"        {start} -> {end} {_text(_summed(verbs))}")
    lines += ["    }", "", *_VIEWS, "}", ""]
    return "\n".join(lines)


_VIEWS = """\
    views {
        systemContext system "context" {
            include *
            autolayout lr
        }
        container system "containers" {
            include *
            autolayout lr
        }
        styles {
            element "Database" {
                shape cylinder
            }
            element "Queue" {
                shape pipe
            }
            element "External" {
                background #999999
            }
        }
    }""".splitlines()


def _languages(document: dict[str, Any]) -> dict[str, str]:
    """The language that most of a service's nodes are written in."""
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for node in document["nodes"]:
        if node["language"]:
            counts[node["service"]][node["language"]] += 1
    return {service: min(found, key=lambda name: (-found[name], name)) for service, found in counts.items()}


class _Boxes:
    """Identifiers of the boxes, by what stands in them. Names of one kind of box must differ, so a second one gets a number."""

    def __init__(self, languages: dict[str, str]) -> None:
        self.inside: list[str] = []
        self.outside: list[str] = []
        self._languages = languages
        self._ids: dict[tuple[str, str], str] = {}
        self._names: Counter[tuple[str, str]] = Counter()

    def add(self, node: dict[str, Any]) -> None:
        kind, service = node["kind"], node["service"]
        if kind == "service":
            name = node["name"]
            self._box(("service", name), "container", name, "", self._languages.get(name, ""), self.inside)
        elif kind == "table" or (kind == "external" and node["detail"].get("what") == "table"):
            title = f"{service or 'shared'} tables"
            self._box(("tables", service), "container", title, "", "", self.inside, "Database")
        elif kind == "topic":
            self._box(("topic", node["name"]), "container", node["name"], "", "", self.inside, "Queue")
        else:
            self._box(("external", node["name"]), "softwareSystem", node["name"], "", "", self.outside, "External")

    def of(self, node: dict[str, Any]) -> str | None:
        """The box in which a node stands: effects and functions in their service's."""
        kind, service = node["kind"], node["service"]
        if kind == "table" or (kind == "external" and node["detail"].get("what") == "table"):
            return self._ids.get(("tables", service))
        if kind in ("topic", "external"):
            return self._ids.get((kind, node["name"]))
        return self._ids.get(("service", service))

    def _box(
        self, key: tuple[str, str], word: str, name: str, about: str, technology: str, where: list[str], tag: str = ""
    ) -> None:
        if key in self._ids:
            return
        self._ids[key] = identifier = f"{key[0]}{len(self._ids) + 1}"
        self._names[word, name.lower()] += 1
        number = self._names[word, name.lower()]
        shown = _text(name if number == 1 else f"{name} ({number})")
        texts = (
            [shown, _text(about)] + ([_text(technology)] if word == "container" else []) + ([_text(tag)] if tag else [])
        )
        where.append(f"{identifier} = {word} {' '.join(texts)}")


def _summed(verbs: Counter[str]) -> str:
    names = [verb for verb, _ in sorted(verbs.items(), key=lambda item: (-item[1], item[0]))]
    more = f" and {len(names) - _MOST_NAMED} more" if len(names) > _MOST_NAMED else ""
    return ", ".join(names[:_MOST_NAMED]) + more


def _text(text: str) -> str:
    """A quoted string; the DSL knows `\\"` inside of one, and no line breaks."""
    return '"' + " ".join(text.replace("\\", "/").replace('"', '\\"').split())[:200] + '"'
