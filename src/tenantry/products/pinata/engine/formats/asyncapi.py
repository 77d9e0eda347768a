"""The topics as a skeleton of an AsyncAPI 3.0 document: channels, and who sends and receives on each."""

import re
from typing import Any

import yaml


def to_asyncapi_text(document: dict[str, Any]) -> str:
    """The document of `to_asyncapi` as YAML."""
    return yaml.safe_dump(to_asyncapi(document), sort_keys=False, allow_unicode=True, width=120)


def to_asyncapi(document: dict[str, Any]) -> dict[str, Any]:
    """A channel a topic, an operation for each service that sends to it or receives from it, with the places that do."""
    nodes = {node["id"]: node for node in document["nodes"]}
    keys: dict[str, str] = {}
    channels: dict[str, Any] = {}
    for node in document["nodes"]:
        if node["kind"] == "topic":
            keys[node["id"]] = key = _key(node["name"], channels)
            message = {"$ref": f"#/components/messages/{key}"}
            channels[key] = {"address": node["name"], "messages": {key: message}}
    operations: dict[str, Any] = {}
    for edge in document["edges"]:
        if edge["kind"] == "publishes" and edge["target"] in keys:
            _operation(operations, "send", keys[edge["target"]], nodes[edge["source"]])
        elif edge["kind"] == "delivers" and edge["source"] in keys:
            _operation(operations, "receive", keys[edge["source"]], nodes[edge["target"]])
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": document["repository"]["root"] or "Events",
            "version": (document["repository"]["commit"] or "0")[:12],
        },
        "channels": channels,
        "operations": dict(sorted(operations.items())),
        "components": {"messages": {key: {"name": channels[key]["address"], "payload": {}} for key in channels}},
    }


def _key(name: str, taken: dict[str, Any]) -> str:
    base = re.sub(r"[^A-Za-z0-9_.-]+", "_", name).strip("_") or "topic"
    key, number = base, 1
    while key in taken:
        number += 1
        key = f"{base}_{number}"
    return key


def _operation(operations: dict[str, Any], action: str, channel: str, node: dict[str, Any]) -> None:
    service = re.sub(r"[^A-Za-z0-9_.-]+", "_", node["service"]) or "system"
    operation = operations.setdefault(
        f"{service}.{action}.{channel}",
        {"action": action, "channel": {"$ref": f"#/channels/{channel}"}, "x-service": node["service"], "x-sources": []},
    )
    operation["x-sources"].append(f"{node['file']}:{node['line']}")
