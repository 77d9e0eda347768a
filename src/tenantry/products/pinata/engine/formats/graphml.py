"""The graph as GraphML, for tools that lay out and measure graphs."""

import io
import json
import re
from typing import Any
from xml.sax.saxutils import XMLGenerator
from xml.sax.xmlreader import AttributesImpl

_NODE = ("kind", "name", "file", "line", "end_line", "service", "language", "confidence", "detail")
_EDGE = ("kind", "confidence", "evidence")
_TYPES = {"line": "int", "end_line": "int", "confidence": "double"}
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def to_graphml(document: dict[str, Any]) -> str:
    """One directed graph; nested values are JSON texts."""
    out = io.StringIO()
    xml = XMLGenerator(out, "utf-8", short_empty_elements=True)
    xml.startDocument()
    xml.startElement("graphml", AttributesImpl({"xmlns": "http://graphml.graphdrawing.org/xmlns"}))
    for end, keys in (("node", _NODE), ("edge", _EDGE)):
        for key in keys:
            about = {"id": f"{end}_{key}", "for": end, "attr.name": key, "attr.type": _TYPES.get(key, "string")}
            xml.startElement("key", AttributesImpl(about))
            xml.endElement("key")
    xml.startElement("graph", AttributesImpl({"id": _clean(document["repository"]["root"]), "edgedefault": "directed"}))
    for node in document["nodes"]:
        _element(xml, "node", {"id": node["id"]}, node, _NODE)
    for edge in document["edges"]:
        _element(xml, "edge", {"source": edge["source"], "target": edge["target"]}, edge, _EDGE)
    xml.endElement("graph")
    xml.endElement("graphml")
    xml.endDocument()
    return out.getvalue() + "\n"


def _element(
    xml: XMLGenerator, end: str, attributes: dict[str, str], item: dict[str, Any], keys: tuple[str, ...]
) -> None:
    xml.ignorableWhitespace("\n")
    xml.startElement(end, AttributesImpl(attributes))
    for key in keys:
        value = item[key]
        xml.ignorableWhitespace("\n  ")
        xml.startElement("data", AttributesImpl({"key": f"{end}_{key}"}))
        xml.characters(_clean(json.dumps(value, ensure_ascii=False) if isinstance(value, dict | list) else str(value)))
        xml.endElement("data")
    xml.endElement(end)


def _clean(text: str) -> str:
    """Without the characters that XML cannot hold."""
    return _NOT_XML.sub("\ufffd", text)
