"""Texts in .NET code, with what parameters were given where a call is followed into the function it calls."""

from tenantry.products.pinata.engine.facts import ATTR, BINARY, CALL, NAME, STR, TEMPLATE, Assign, Expr, Param
from tenantry.products.pinata.engine.frameworks.dotnet import chain, method_of, receiver
from tenantry.products.pinata.engine.frameworks.dotnet_settings import setting
from tenantry.products.pinata.engine.resolve.program import Program
from tenantry.products.pinata.engine.resolve.values import FUNCTION as FUNCTION_VALUE
from tenantry.products.pinata.engine.resolve.values import At, Definition

_MAX_DEPTH = 12
_FIRST = frozenset(
    (
        "AddQueryString",
        "EscapeDataString",
        "EscapeUriString",
        "UrlEncode",
        "Uri",
        "ToString",
        "Trim",
        "TrimEnd",
        "TrimStart",
    )
)

Given = dict[tuple[str, int, str], tuple[Expr, At]]
"""What parameters stand for, by (file, scope, name), when a call is followed into the function it calls."""


class Texts:
    """Reads patterns and addresses; what cannot be told is a hole with a name, `{id}`."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.inference = program.inference
        self.reflected: Definition | None = None
        """The class whose `Type` the code being read handles, when it handles many by reflection."""

    def arguments(self, method: Definition, call: Expr, at: At, given: Given) -> Given:
        """What the parameters of a function stand for in one call of it."""
        params = list(method.scope.params)
        known: Given = dict(given)
        owner = receiver(call)
        if method.index in method.file.extra.get("extensions", ()) and owner is not None:
            values = [owner, *call[2]]
            if len(call[2]) >= len(params):  # called as a plain static method
                values = list(call[2])
        else:
            values = list(call[2])
        for param, value in zip(params, values, strict=False):
            known[method.file.path, method.index, param.name] = self.handed_on(value, at, given)
        for name, value in call[3]:
            known[method.file.path, method.index, name] = self.handed_on(value, at, given)
        return known

    def handed_on(self, value: Expr, at: At, given: Given) -> tuple[Expr, At]:
        """A parameter that is handed on is what it was given itself."""
        if value[0] == NAME:
            found = given.get((at.file.path, at.scope, value[1]))
            if found is not None:
                return found
        return value, at

    def text(self, expr: Expr | None, at: At, given: Given, depth: int = 0) -> str:
        """The text of a pattern: constants, the class that `GetType().Name` names, what a parameter was given."""
        if expr is None or depth > _MAX_DEPTH:
            return ""
        if expr[0] == STR:
            return str(expr[1])
        if expr[0] == TEMPLATE:
            return "".join(part if isinstance(part, str) else self.text(part, at, given, depth + 1) for part in expr[1])
        named = self._type_name(expr, at, given)
        if named is None:
            named = setting(self.inference, expr, at)
        if named is not None:
            return named
        if expr[0] == CALL:
            return self._called_text(expr, at, given, depth)
        if expr[0] == BINARY:
            left = self.text(expr[2], at, given, depth + 1)
            hole = left.startswith("{") and left.endswith("}") and left.count("{") == 1
            return left if left and not hole else self.text(expr[3], at, given, depth + 1) or left
        if expr[0] == NAME and "." not in expr[1]:
            entry, scope = self._entry(expr[1], at)
            if isinstance(entry, Assign) and entry.value is not None and entry.value != expr:
                return self.text(entry.value, At(at.file, scope), given, depth + 1) or f"{{{expr[1]}}}"
            if isinstance(entry, Param):
                known = given.get((at.file.path, scope, expr[1]))
                if known is not None and known[0] != expr:
                    return self.text(known[0], known[1], given, depth + 1)
                if entry.default is not None and entry.default[0] == STR:
                    return self.text(entry.default, at, given, depth + 1)
                return f"{{{expr[1]}}}"
        return self.program.folded(expr, at) or ""

    def _property(self, expr: Expr, owner: Definition) -> str | None:
        """`type.GetProperty("RoutePrefix").GetValue(null)`"""
        for call in chain(expr):
            if method_of(call) == "GetProperty" and call[2] and call[2][0][0] == STR:
                found = self.inference.members.field(owner, call[2][0][1])
                value = found[1].value if found is not None else None
                return self.text(value, found[0].inside, {}) if found is not None and value is not None else ""
        return None

    def _called_text(self, call: Expr, at: At, given: Given, depth: int) -> str:
        """What a function of the tree returns, with its parameters filled in; the address inside of a `Uri`."""
        name = method_of(call)
        if name in _FIRST and (call[2] or receiver(call) is not None):
            inner = (
                call[2][0] if call[2] and name not in ("ToString", "Trim", "TrimEnd", "TrimStart") else receiver(call)
            )
            text = self.text(inner, at, given, depth + 1)
            if name == "Uri" and len(call[2]) > 1 and call[2][1][0] in (STR, TEMPLATE, NAME, CALL):
                more = self.text(call[2][1], at, given, depth + 1)
                text = (
                    more
                    if not text or "{UriKind" in more or more.startswith("{Absolute")
                    else f"{text.rstrip('/')}/{more.lstrip('/')}"
                )
                if more in ("{Absolute}", "{Relative}", "{RelativeOrAbsolute}"):
                    text = self.text(call[2][0], at, given, depth + 1)
            return text
        callee = self.inference.callee(call, at)
        method = callee.definition
        if callee.kind == FUNCTION_VALUE and method is not None and not callee.path:
            known = self.arguments(method, call, at, given)
            for returned in method.scope.returns:
                text = self.text(returned, method.inside, known, depth + 1)
                if text:
                    return text
        return self.program.folded(call, at) or ""

    def _entry(self, name: str, at: At) -> tuple[object, int]:
        scope = at.scope
        while scope >= 0:
            found = self.program.project.names(at.file, scope).get(name)
            if found and (at.file.scopes[scope].kind != "class" or scope == at.scope):
                return found[0], scope
            scope = at.file.scopes[scope].parent
        return None, 0

    def _type_name(self, expr: Expr, at: At, given: Given) -> str | None:
        """`group.GetType().Name` is the name of the class that `group` is an instance of."""
        if self.reflected is not None and expr[0] == NAME and expr[1].endswith(".Name"):
            return self.reflected.name
        if self.reflected is not None and expr[0] == CALL:
            return self._property(expr, self.reflected)
        if expr[0] != ATTR or expr[2] != "Name" or expr[1][0] != CALL or method_of(expr[1]) != "GetType":
            return None
        owner = receiver(expr[1])
        where = at
        if owner is None:
            owner = (NAME, "self")
        elif owner[0] == NAME:
            entry, scope = self._entry(owner[1], at)
            known = given.get((at.file.path, scope, owner[1])) if isinstance(entry, Param) else None
            if known is not None:
                owner, where = known
        value = self.inference.value(owner, where)
        return value.definition.name if value.definition is not None and not value.path else None
