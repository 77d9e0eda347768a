"""Who calls whom, among the functions of the tree: found backwards from the effects, so that most calls are never looked at."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from tenantry.products.pinata.engine.facts import BINARY, CALL, CALLABLE, DICT, NAME, STR, Expr
from tenantry.products.pinata.engine.facts import FUNCTION as FUNCTION_EXPR
from tenantry.products.pinata.engine.findings import Findings
from tenantry.products.pinata.engine.resolve.program import Program, Site
from tenantry.products.pinata.engine.resolve.values import CLASS, FUNCTION, INSTANCE, Definition

HANDED_OVER = 0.6  # confidence of a function that is passed as an argument: it will probably be called
_MADE = {"__init__", "constructor"}


class CallEdge(NamedTuple):
    source: Definition
    target: Definition
    confidence: float
    file: str
    line: int


def _last(name: str) -> str:
    return name[name.rfind(".") + 1 :]


class Calls:
    """Calls between functions of the tree. A call is resolved once its name is one by which a wanted function may be called."""

    def __init__(self, program: Program, findings: Findings) -> None:
        self.program = program
        self.callers: dict[Definition, list[CallEdge]] = defaultdict(list)
        self.edges: list[CallEdge] = []
        self.functions = {_last(s.name) for f in program.project.files.values() for s in f.scopes if s.kind == CALLABLE}
        self.other_names: dict[str, set[str]] = defaultdict(set)
        self.arguments: dict[str, list[tuple[Site, Expr]]] = defaultdict(list)
        self._seen: set[str] = set()
        variables = self._names()
        self._arguments()
        for name in sorted(variables):  # what a variable holds is known only once it is looked at
            self._look_at(name)
        for link in findings.links:
            self._add(CallEdge(link.source, link.target, link.confidence, link.file, link.line))

    # -- names ------------------------------------------------------------------------------------------------

    def _names(self) -> set[str]:
        """Fills `other_names`: names under which imports, assignments and objects pass a function on. Returns names of variables."""
        variables: set[str] = set()
        for file in self.program.project.files.values():
            for item in file.imports:
                if item.name and item.alias != item.name:
                    self.other_names[_last(item.name)].add(_last(item.alias))
            for assign in file.assigns:
                value = assign.value
                if value is None:
                    continue
                tag, target = value[0], _last(assign.target)
                if tag == NAME:
                    self._passed_on(value, target)
                elif tag == CALL or tag == BINARY or tag == FUNCTION_EXPR:
                    variables.add(target)
                elif tag == DICT:
                    for key, item in value[1]:
                        if key[0] == STR and item[0] == NAME:
                            self._passed_on(item, key[1])
                        elif key[0] == STR and item[0] == CALL:
                            variables.add(key[1])
        return variables

    def _passed_on(self, value: Expr, name: str) -> None:
        known = _last(value[1])
        if known != name:
            self.other_names[known].add(name)

    def _called_as(self, definition: Definition) -> set[str]:
        """Every name by which a function may be called."""
        name = _last(definition.name)
        if name in _MADE:
            name = definition.file.scopes[definition.scope.parent].name
        found, waiting = {name}, [name]
        while waiting:
            for other in self.other_names.get(waiting.pop(), ()):
                if other not in found:
                    found.add(other)
                    waiting.append(other)
        return found

    # -- calls ------------------------------------------------------------------------------------------------

    def _arguments(self) -> None:
        """Functions among the arguments of calls, by name; inline ones at once."""
        for site in self.program.sites:
            for argument in site.expr[2]:
                self._argument(site, argument)
            for _, argument in site.expr[3]:
                self._argument(site, argument)

    def _argument(self, site: Site, argument: Expr) -> None:
        if argument[0] == NAME:
            name = _last(argument[1])
            if name in self.functions:
                self.arguments[name].append((site, argument))
        elif argument[0] == FUNCTION_EXPR:
            self._handed_over(site, argument)

    def _handed_over(self, site: Site, argument: Expr) -> None:
        source = self.program.project.owner(site.file, site.at.scope)
        value = self.program.value(argument, site.at) if source is not None else None
        if source is None or value is None or value.kind != FUNCTION or value.definition is None or value.path:
            return
        self._add(CallEdge(source, value.definition, HANDED_OVER, site.file.path, site.line))

    def _look_at(self, name: str) -> None:
        """Resolve all calls of this name, and all arguments of this name."""
        if name in self._seen:
            return
        self._seen.add(name)
        for site in self.program.methods(name):
            target = self._called(site)
            source = self.program.project.owner(site.file, site.at.scope) if target is not None else None
            if source is not None and target is not None:
                self._add(CallEdge(source, target, 1.0, site.file.path, site.line))
        for site, argument in self.arguments.get(name, ()):
            self._handed_over(site, argument)

    def _add(self, edge: CallEdge) -> None:
        self.edges.append(edge)
        self.callers[edge.target].append(edge)

    def _called(self, site: Site) -> Definition | None:
        callee = site.callee
        if callee.definition is None:
            return None
        if callee.kind == FUNCTION and (not callee.path or "." not in callee.path):
            return callee.definition
        members = self.program.inference.members
        if callee.kind == CLASS and not callee.path:
            return members.method(callee.definition, "__init__") or members.method(callee.definition, "constructor")
        if callee.kind == INSTANCE and not callee.path:
            return members.method(callee.definition, "__call__")
        return None

    # -- answers ----------------------------------------------------------------------------------------------

    def leading_to(self, effects: Iterable[Definition], handlers: Iterable[Definition]) -> set[Definition]:
        """The handlers, and every function from which one of `effects` can be reached."""
        kept, waiting = set(handlers), list(effects)
        seen: set[Definition] = set()
        while waiting:
            definition = waiting.pop()
            if definition in seen:
                continue
            seen.add(definition)
            self._look_for(definition)
            waiting += [edge.source for edge in self.callers.get(definition, ())]
        for definition in kept - seen:
            self._look_for(definition)
        return kept | seen

    def _look_for(self, definition: Definition) -> None:
        if definition.name == "__call__":
            for site in self.program.callable_sites():
                self._look_at(site.method)
        for name in sorted(self._called_as(definition)):
            self._look_at(name)

    def between(self, kept: set[Definition]) -> Iterator[CallEdge]:
        return (edge for edge in self.edges if edge.source in kept and edge.target in kept)
