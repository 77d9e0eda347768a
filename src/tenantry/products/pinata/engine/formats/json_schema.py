"""The tables as JSON Schema (draft 2020-12): a definition a table, a property a column."""

import json
import re
from typing import Any

DIALECT = "https://json-schema.org/draft/2020-12/schema"

# The first that is found in a column's type, spelled in small letters, decides. Types come from SQL, from ORMs and from languages.
_TYPES: tuple[tuple[str, dict[str, Any]], ...] = (
    (r"uuid|guid", {"type": "string", "format": "uuid"}),
    (r"json|jsonb|hstore|dict|map\b", {}),
    (r"\[\]|array|list|set<|many", {"type": "array"}),
    (r"bool|\bbit\b", {"type": "boolean"}),
    (r"timestamp|datetime|instant|localdatetime|time\.time|date_?time", {"type": "string", "format": "date-time"}),
    (r"date", {"type": "string", "format": "date"}),
    (r"time|interval|duration", {"type": "string"}),
    (r"numeric|decimal|money|bigdecimal", {"type": "number"}),
    (r"float|double|real", {"type": "number"}),
    (r"int|serial|long|short|byte\b|autofield|bigauto|year", {"type": "integer"}),
    (r"email", {"type": "string", "format": "email"}),
    (r"url", {"type": "string", "format": "uri"}),
    (r"blob|binary|bytea|bytes", {"type": "string", "contentEncoding": "base64"}),
    (r"char|text|string|str\b|slug|enum|clob|varying", {"type": "string"}),
)
_LENGTH = re.compile(r"(?:char|string|varying|text)\w*\s*\(\s*(?:max_length\s*=\s*|length\s*=\s*)?(\d+)")


def to_json_schema_text(document: dict[str, Any]) -> str:
    """The document of `to_json_schema` as JSON."""
    return json.dumps(to_json_schema(document), indent=2, ensure_ascii=False) + "\n"


def to_json_schema(document: dict[str, Any]) -> dict[str, Any]:
    """`$defs` by table; what the code leaves open (a type that says nothing) stays open."""
    return {
        "$schema": DIALECT,
        "title": document["repository"]["root"] or "Tables",
        "$defs": {table["name"]: _table(table) for table in document["tables"]},
    }


def _table(table: dict[str, Any]) -> dict[str, Any]:
    columns = table["columns"]
    schema: dict[str, Any] = {"type": "object", "properties": {column["name"]: _column(column) for column in columns}}
    if required := [column["name"] for column in columns if not column["nullable"]]:
        schema["required"] = required
    if keys := [column["name"] for column in columns if column["primary_key"]]:
        schema["x-primary-key"] = keys
    return schema | {"x-source": f"{table['file']}:{table['line']}"}


def _column(column: dict[str, Any]) -> dict[str, Any]:
    spelled = column["type"].lower()
    known = next((dict(schema) for pattern, schema in _TYPES if re.search(pattern, spelled)), {})
    if known.get("type") == "string" and "format" not in known and (length := _LENGTH.search(spelled)):
        known["maxLength"] = int(length[1])
    if column["nullable"] and "type" in known:
        known["type"] = [known["type"], "null"]
    if column["references"]:
        known["x-references"] = column["references"]
    return known | ({"x-type": column["type"]} if column["type"] else {})
