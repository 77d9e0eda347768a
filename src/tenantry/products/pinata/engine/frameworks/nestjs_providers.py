"""What NestJS injects: providers by class and token, and configuration values by key."""

from collections import defaultdict

from tenantry.products.pinata.engine.facts import CALL, DICT, LIST, NAME, STR, Expr
from tenantry.products.pinata.engine.facts import decorators as field_decorators
from tenantry.products.pinata.engine.frameworks.javascript import LANGUAGES, alternatives, named_class, option
from tenantry.products.pinata.engine.resolve.inference import Inference
from tenantry.products.pinata.engine.resolve.values import (
    CLASS,
    EXTERNAL,
    FUNCTION,
    INSTANCE,
    LITERAL,
    UNKNOWN,
    At,
    Definition,
    Value,
)

_MAX_NESTING = 12


class Providers:
    """All `{provide, useClass | useExisting | useFactory | useValue}` objects of a tree."""

    def __init__(self, inference: Inference) -> None:
        self.inference = inference
        self.by_token: dict[str, list[tuple[Expr, At]]] = defaultdict(list)  # token → provider object
        self.instead: dict[tuple[str, int], list[Definition]] = defaultdict(list)  # class → classes provided for it
        self.settings: dict[str, list[tuple[Expr, At]]] = defaultdict(list)  # namespace → object of its values
        self._resolving: set[str] = set()
        for path in sorted(inference.project.files):
            file = inference.project.files[path]
            if file.language not in LANGUAGES:
                continue
            for index, scope in enumerate(file.scopes):
                for expr, _ in scope.decorators:
                    if expr[0] == CALL and expr[1][0] == NAME and expr[1][1].endswith("Module"):
                        self._collect(expr[2], At(file, scope.parent), 0)
                for returned in scope.returns if scope.kind == "function" else ():
                    if returned[0] == DICT and any(key == (STR, "providers") for key, _ in returned[1]):
                        self._collect((returned,), At(file, index), 0)
            for assign in file.assigns:
                if assign.tag in (DICT, LIST) and assign.value is not None:
                    self._collect((assign.value,), At(file, assign.scope), 0)
            for call in file.calls:
                if call.name == "registerAs" and len(call.expr[2]) > 1 and call.expr[2][0][0] == STR:
                    self._namespace(call.expr[2][0][1], call.expr[2][1], At(file, call.scope))

    def _collect(self, values: tuple[Expr, ...], at: At, depth: int) -> None:
        for value in values:
            if depth > _MAX_NESTING or value[0] not in (DICT, LIST):
                continue
            if value[0] == LIST:
                self._collect(value[1], at, depth + 1)
                continue
            pairs = {key[1]: item for key, item in value[1] if key[0] == STR}
            if "provide" in pairs:
                self._provider(pairs, value, at)
            else:
                self._collect(tuple(pairs.values()), at, depth + 1)

    def _provider(self, pairs: dict[str, Expr], value: Expr, at: At) -> None:
        token = self.token(pairs["provide"], at)
        if token:
            self.by_token[token].append((value, at))
        abstract = named_class(self.inference, pairs["provide"], at)
        given = pairs.get("useClass") or pairs.get("useExisting")
        for expr, where in (
            alternatives(self.inference, given, at) if given is not None and abstract is not None else ()
        ):
            concrete = named_class(self.inference, expr, where)
            if abstract is not None and concrete is not None and abstract is not concrete:
                self.instead[abstract.key].append(concrete)

    def _namespace(self, name: str, factory: Expr, at: At) -> None:
        value = self.inference.value(factory, at)
        if value.kind == FUNCTION and value.definition is not None:
            self.settings[name] += [(returned, value.definition.inside) for returned in value.definition.scope.returns]

    def token(self, expr: Expr, at: At) -> str:
        """One spelling for a token: its text, or where the constant, symbol or class that it names is bound."""
        if expr[0] == STR:
            return str(expr[1])
        value = self.inference.value(expr, at)
        if value.kind == LITERAL and value.expr is not None and value.expr[0] == STR:
            return str(value.expr[1])
        if value.definition is not None:
            return f"{value.definition.file.path}#{value.definition.scope.qualname}"
        if expr[0] == NAME:
            binding = self.inference.binding(expr, at)
            return f"{binding.path}#{binding.name}" if binding is not None else ""
        return ""

    def given(self, token: str) -> Value:
        """What is injected for a token."""
        if token in self._resolving:
            return UNKNOWN
        self._resolving.add(token)
        try:
            for provider, at in self.by_token.get(token, ()):
                value = self._made(provider, at)
                if value.known:
                    return value
        finally:
            self._resolving.discard(token)
        return UNKNOWN

    def _made(self, provider: Expr, at: At) -> Value:
        concrete = option(self.inference, provider, at, "useClass", "useExisting")
        if concrete is not None:
            definition = named_class(self.inference, *concrete)
            return Value(INSTANCE, definition) if definition is not None else UNKNOWN
        factory = option(self.inference, provider, at, "useFactory")
        if factory is not None:
            value = self.inference.value(*factory)
            if value.kind == FUNCTION and value.definition is not None:
                return self.inference.returned(value.definition)
        constant = option(self.inference, provider, at, "useValue")
        return self.inference.value(*constant) if constant is not None else UNKNOWN

    def setting(self, key: str) -> Value:
        """The value of a configuration key such as `app.port`, unevaluated: it may name an environment variable's default."""
        namespace, _, rest = key.partition(".")
        for made, at in self.settings.get(namespace, ()):
            found: tuple[Expr, At] | None = (made, at)
            for part in rest.split(".") if rest else ():
                found = option(self.inference, found[0], found[1], part) if found is not None else None
            if found is not None:
                return Value(LITERAL, expr=found[0], at=found[1])
        return UNKNOWN


def providers_of(inference: Inference) -> Providers:
    return inference.project.state("nestjs.providers", lambda: Providers(inference))


def injected(inference: Inference, callee: Value, call: Expr, at: At) -> Value | None:
    """What a field or a constructor's parameter holds by its decorators: `@Inject(TOKEN)`."""
    for expr in field_decorators(call):
        if expr[0] != CALL:
            continue
        name = inference.value(expr[1], at)
        if name.kind != EXTERNAL:
            continue
        if name.path == "@nestjs/common.Inject" and expr[2]:
            definition = named_class(inference, expr[2][0], at)
            if definition is not None and definition.key not in providers_of(inference).instead:
                return Value(INSTANCE, definition)
            found = providers_of(inference).given(providers_of(inference).token(expr[2][0], at))
            if found.known:
                return Value(INSTANCE, found.definition) if found.kind == CLASS and not found.path else found
        else:
            found = inference.called(expr, at)
            if found.kind == EXTERNAL and found.item is not None:
                return found
    return None


def settings(inference: Inference, callee: Value, call: Expr, at: At) -> Value | None:
    """`configService.get("app.port")` is the value that the configuration returns under that key; `app.get(Service)` a service."""
    if callee.kind == EXTERNAL and callee.path.startswith("@nestjs/core.NestFactory.") and call[2]:
        wanted = inference.value(call[2][0], at)
        if wanted.kind == CLASS and not wanted.path:
            return Value(INSTANCE, wanted.definition)
        return wanted._replace(path=f"{wanted.path}()") if wanted.kind == EXTERNAL else None
    if callee.kind != EXTERNAL or not callee.path.startswith("@nestjs/config.ConfigService().get") or not call[2]:
        return None
    if call[2][0][0] != STR:
        return None
    found = providers_of(inference).setting(call[2][0][1])
    if found.known:
        return found
    if len(call[2]) > 1 and call[2][1][0] == STR:
        return Value(LITERAL, expr=call[2][1], at=at)
    return None
