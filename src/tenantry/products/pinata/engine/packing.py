"""Facts as bytes, for the cache and for other processes."""

import marshal
from typing import Any, cast

from tenantry.products.pinata.engine.facts import (
    Assign,
    Call,
    Expr,
    FileFacts,
    Import,
    Param,
    Scope,
    Statement,
    Text,
    Unread,
)
from tenantry.products.pinata.engine.languages import language
from tenantry.products.pinata.engine.languages.base import UnreadLanguage


def pack(facts: FileFacts) -> bytes:
    """Facts as bytes, without the path: they hold for equal contents wherever the file lies.

    An expression that is part of another one stays the very same object (marshal keeps references from version 3 on):
    frameworks tell by identity what they have counted already."""
    text = facts.text
    plain = (
        facts.language,
        b"" if text is None else text.content,
        [(*scope[:9], tuple(map(tuple, scope.params)), scope.annotation, *_returns(scope)) for scope in facts.scopes],
        [*map(tuple, facts.imports)],
        [(*assign[:5], assign.text is not None) for assign in facts.assigns],
        [(*call[:4], call.text is not None) for call in facts.calls],
        [*map(tuple, facts.statements)],
        facts.errors,
        facts.extra,
    )
    return marshal.dumps(plain, 4)


def _returns(scope: Scope) -> tuple[tuple[Expr, ...], bool]:
    """(what a scope returns, whether some of it is unread)"""
    values = scope.returns
    return (values.given, True) if isinstance(values, Unread) else (tuple(values), False)


def unpack(path: str, data: bytes) -> FileFacts:
    """The facts of the file at `path` from `pack`'s bytes; ValueError, EOFError or TypeError when they are damaged."""
    name, content, scopes, imports, assigns, calls, statements, errors, extra = marshal.loads(data)
    text = Text(content, path, cast(UnreadLanguage, language(name)).expression) if content else None

    def scope(row: tuple[Any, ...]) -> Scope:
        returns = Unread(text, row[11]) if row[12] and text is not None else row[11]
        return Scope._make((*row[:9], tuple(map(Param._make, row[9])), row[10], returns))

    return FileFacts(
        path,
        name,
        [scope(row) for row in scopes],
        [Import._make(row) for row in imports],
        [Assign._make((*row[:5], text if row[5] else None)) for row in assigns],
        [Call._make((*row[:4], text if row[4] else None)) for row in calls],
        [Statement._make(row) for row in statements],
        errors,
        extra,
        text,
    )
