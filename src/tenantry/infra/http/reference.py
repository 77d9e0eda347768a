"""The API reference as one page without a single script, made from the OpenAPI document."""

import json
import re
from html import escape
from itertools import groupby
from typing import Any

_CODE = re.compile(r"`([^`]+)`")

_STYLE = """
:root{color-scheme:light dark;--line:light-dark(#e3e4ea,#2c2f38);--muted:light-dark(#5d6270,#a2a8b8);--back:light-dark(#fff,#15171c);
--raised:light-dark(#f6f7f9,#1d2027)}
body{margin:0;background:var(--back);font:14px/1.6 Inter,system-ui,sans-serif;display:grid;grid-template-columns:16rem minmax(0,60rem)}
nav{position:sticky;top:0;height:100vh;overflow:auto;padding:1.5rem;box-sizing:border-box;border-right:1px solid var(--line)}
nav a{display:block;color:inherit;text-decoration:none;padding:.1rem 0}nav a:hover{text-decoration:underline}
main{padding:1.5rem 2.5rem 6rem}h1{font-size:1.5rem}h2{margin-top:3rem;font-size:1.15rem;text-transform:capitalize}
details{border:1px solid var(--line);border-radius:8px;margin:.5rem 0;padding:0 1rem}summary{cursor:pointer;padding:.6rem 0}
summary .muted{margin-left:.5rem}
code,pre{font:12.5px/1.5 "Geist Mono",ui-monospace,monospace}pre{background:var(--raised);padding:.8rem;border-radius:6px;overflow:auto}
.method{display:inline-block;width:4.5rem;font-weight:600}.muted{color:var(--muted)}table{border-collapse:collapse;width:100%}
td,th{border-top:1px solid var(--line);text-align:left;padding:.35rem .6rem .35rem 0;vertical-align:top}
@media(max-width:700px){body{display:block}nav{position:static;height:auto;border:0}main{padding:1rem}}
"""


def reference_page(document: dict[str, Any]) -> str:
    """The page. Each operation folds open to its parameters, body and answers."""
    operations = [
        (operation.get("tags", ["other"])[0], path, method, operation)
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    ]
    operations.sort(key=lambda entry: entry[0])
    sections = [(tag, list(entries)) for tag, entries in groupby(operations, key=lambda entry: entry[0])]
    menu = "".join(f'<a href="#{escape(tag)}">{escape(tag)}</a>' for tag, _ in sections)
    body = "".join(_section(tag, entries, document) for tag, entries in sections)
    info = document["info"]
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        f"<title>{escape(info['title'])} reference</title><style>{_STYLE}</style></head><body>"
        f'<nav aria-label="Sections"><strong>{escape(info["title"])}</strong><p class="muted">{escape(info["version"])}</p>{menu}'
        f'<p><a href="/api/openapi.json">openapi.json</a></p></nav>'
        f"<main><h1>API reference</h1>{_paragraphs(info.get('description', ''))}{body}</main></body></html>"
    )


def _section(tag: str, entries: list[Any], document: dict[str, Any]) -> str:
    inner = "".join(_operation(path, method, operation, document) for _, path, method, operation in entries)
    return f'<h2 id="{escape(tag)}">{escape(tag)}</h2>{inner}'


def _operation(path: str, method: str, operation: dict[str, Any], document: dict[str, Any]) -> str:
    first, _, rest = operation.get("description", "").partition(". ")
    head = (
        f'<summary><span class="method">{method.upper()}</span> <code>{escape(path)}</code> '
        f'<span class="muted">{_line(first or operation.get("summary", "")).rstrip(".")}</span></summary>'
    )
    permission = operation.get("x-permission")
    parts = [
        _paragraphs(rest),
        f'<p class="muted">Needs <code>{escape(permission)}</code>.</p>' if permission else "",
        _parameters(operation.get("parameters", [])),
    ]
    if "requestBody" in operation:
        parts.append(_content("Body", operation["requestBody"], document))
    parts += [
        _content(f"Answer {status}", answer, document)
        for status, answer in operation["responses"].items()
        if status < "3"
    ]
    codes = ", ".join(status for status in operation["responses"] if "4" <= status < "6")
    parts.append(f'<p class="muted">Problems: {codes}, as application/problem+json.</p>' if codes else "")
    return f'<details id="{escape(operation.get("operationId", ""))}">{head}{"".join(parts)}</details>'


def _paragraphs(text: str) -> str:
    return "".join(f"<p>{_line(part)}</p>" for part in text.split("\n\n") if part.strip())


def _line(text: str) -> str:
    return _CODE.sub(r"<code>\1</code>", escape(text.strip()))


def _parameters(parameters: list[dict[str, Any]]) -> str:
    if not parameters:
        return ""
    rows = "".join(
        f"<tr><td><code>{escape(p['name'])}</code></td><td class=muted>{p['in']}{', required' if p.get('required') else ''}</td>"
        f"<td>{escape(p.get('description') or p.get('schema', {}).get('description', ''))}</td></tr>"
        for p in parameters
    )
    return f"<table><tr><th>Parameter</th><th>Where</th><th>Meaning</th></tr>{rows}</table>"


def _content(title: str, part: dict[str, Any], document: dict[str, Any]) -> str:
    schema = next((content.get("schema") for content in part.get("content", {}).values()), None)
    if not schema:
        return f"<p><strong>{title}</strong> <span class=muted>{escape(part.get('description', ''))}</span></p>"
    text = json.dumps(_shape(schema, document, ()), indent=2, ensure_ascii=False)
    return f"<p><strong>{title}</strong></p><pre>{escape(text)}</pre>"


def _shape(schema: dict[str, Any], document: dict[str, Any], seen: tuple[str, ...]) -> Any:
    """A schema as an example-like outline: `{"name": "string", "at": "date-time | null"}`."""
    if "$ref" in schema:
        name = schema["$ref"].rsplit("/", 1)[1]
        return name if name in seen else _shape(document["components"]["schemas"][name], document, (*seen, name))
    if choices := schema.get("anyOf") or schema.get("oneOf"):
        shapes = [_shape(choice, document, seen) for choice in choices]
        if all(isinstance(shape, str) for shape in shapes):
            return " | ".join(shapes)
        return next(shape for shape in shapes if not isinstance(shape, str))
    if "properties" in schema:
        return {name: _shape(inner, document, seen) for name, inner in schema["properties"].items()}
    if schema.get("type") == "array":
        return [_shape(schema.get("items", {}), document, seen)]
    if "enum" in schema:
        return " | ".join(json.dumps(value) for value in schema["enum"])
    if "const" in schema:
        return json.dumps(schema["const"])
    if isinstance(schema.get("additionalProperties"), dict):
        return {"…": _shape(schema["additionalProperties"], document, seen)}
    return schema.get("format") or schema.get("type", "any")
