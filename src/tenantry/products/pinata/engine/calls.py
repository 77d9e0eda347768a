"""Who calls whom, among the functions of the tree."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from tenantry.products.pinata.engine.facts import CALLABLE, NAME, Expr
from tenantry.products.pinata.engine.facts import FUNCTION as FUNCTION_EXPR
from tenantry.products.pinata.engine.findings import LIKELY, Findings
from tenantry.products.pinata.engine.resolve.implementations import Implementations
from tenantry.products.pinata.engine.resolve.program import Program, Site
from tenantry.products.pinata.engine.resolve.values import CLASS, FUNCTION, INSTANCE, Definition

_SPACED = bytes(byte if chr(byte).isalnum() or chr(byte) in "_$" or byte > 127 else 32 for byte in range(256))
_ARGUMENTS = re.compile(rb"[(,=\s]([A-Za-z_$][\w$.]*+)(?=[,)\s])")
HANDED_OVER = 0.6  # confidence of a function that is passed as an argument: it will probably be called
AMONG_SEVERAL = 0.6  # of an implementation when an interface has more than one


class CallEdge(NamedTuple):
    source: Definition
    target: Definition
    confidence: float
    file: str
    line: int


class Calls:
    """All calls between functions of the tree, by both ends."""

    def __init__(self, program: Program, findings: Findings) -> None:
        self.program = program
        self.implementations = Implementations.of(program.inference)
        self.callers: dict[Definition, list[CallEdge]] = defaultdict(list)
        self.edges: list[CallEdge] = []
        self.functions = {
            s.name[s.name.rfind(".") + 1 :]
            for f in program.project.files.values()
            for s in f.scopes
            if s.kind == CALLABLE
        }
        self.words = frozenset(name.encode() for name in self.functions)
        for site in program.callable_sites():
            self._called_by(site)
        for site in program.sites:
            self._handed_over(site)
        for link in findings.links:
            self._add(CallEdge(link.source, link.target, link.confidence, link.file, link.line))

    def _add(self, edge: CallEdge) -> None:
        self.edges.append(edge)
        self.callers[edge.target].append(edge)

    def _called_by(self, site: Site) -> None:
        target = self._called(site)
        source = self.program.project.owner(site.file, site.at.scope) if target is not None else None
        if source is None or target is None:
            return
        self._add(CallEdge(source, target, 1.0, site.file.path, site.line))
        if self.implementations is not None:
            instead = self.implementations.methods(target)
            sure = LIKELY if len(instead) == 1 else AMONG_SEVERAL
            for method in instead:
                self._add(CallEdge(source, method, sure, site.file.path, site.line))

    def _handed_over(self, site: Site) -> None:
        """Functions among the arguments."""
        functions = self.functions
        if site.outer.text is not None and not self._may_hand_over(site):
            return
        for argument in (*site.expr[2], *[given for _, given in site.expr[3]]):
            tag = argument[0]
            if tag == FUNCTION_EXPR or (tag == NAME and argument[1][argument[1].rfind(".") + 1 :] in functions):
                self._argument(site, argument)

    def _may_hand_over(self, site: Site) -> bool:
        """Whether names of functions stand where arguments end of a call that is yet to be read, or a function itself."""
        text, given = site.outer.text, site.outer.given
        if text is None or site.bare:
            return False
        words = text.content[given[0] + len(site.method) : given[1]].translate(_SPACED).split()
        if b"lambda" in words:
            return True
        if self.words.isdisjoint(words):
            return False
        for word in _ARGUMENTS.findall(text.content, given[0] + len(site.method), given[1]):
            if word[word.rfind(b".") + 1 :] in self.words:
                name = word.decode("utf-8", "replace")
                value = self.program.value((NAME, f"self.{name[5:]}" if name[:5] == "this." else name), site.at)
                if value.kind == FUNCTION and not value.path:
                    return True
        return False

    def _argument(self, site: Site, argument: Expr) -> None:
        source = self.program.project.owner(site.file, site.at.scope)
        value = self.program.value(argument, site.at) if source is not None else None
        if (
            source is not None
            and value is not None
            and value.kind == FUNCTION
            and value.definition is not None
            and not value.path
        ):
            self._add(CallEdge(source, value.definition, HANDED_OVER, site.file.path, site.line))

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

    def leading_to(self, effects: Iterable[Definition], handlers: Iterable[Definition]) -> set[Definition]:
        """The handlers, and every function from which one of `effects` can be reached."""
        kept, waiting = set(handlers), list(effects)
        seen: set[Definition] = set()
        while waiting:
            definition = waiting.pop()
            if definition in seen:
                continue
            seen.add(definition)
            waiting += [edge.source for edge in self.callers.get(definition, ())]
        return kept | seen

    def between(self, kept: set[Definition]) -> Iterator[CallEdge]:
        return (edge for edge in self.edges if edge.source in kept and edge.target in kept)
