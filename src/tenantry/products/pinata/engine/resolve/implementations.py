"""Who implements what: from a method that a caller sees to those that may run, as dependency injection hands them over."""

from collections import defaultdict
from typing import TYPE_CHECKING

from tenantry.products.pinata.engine.facts import CALLABLE
from tenantry.products.pinata.engine.facts import CLASS as CLASS_SCOPE
from tenantry.products.pinata.engine.languages import parted
from tenantry.products.pinata.engine.resolve.values import Definition

if TYPE_CHECKING:
    from tenantry.products.pinata.engine.resolve.inference import Inference

MAX = 24  # with more implementations than this, a call says nothing about which one runs


class Implementations:
    """Classes by the classes and interfaces of the tree that they build on; one index per project."""

    def __init__(self, inference: "Inference") -> None:
        self.inference = inference
        self._named: dict[Definition, frozenset[str]] = {}
        self.below: dict[Definition, list[Definition]] = defaultdict(list)
        for definition in inference.project.classes():
            if definition.scope.bases:
                for base in inference.members.order(definition)[0][1:]:
                    self.below[base].append(definition)
        if "go" in {file.language for file in inference.project.files.values()}:
            self._by_methods()

    def _by_methods(self) -> None:
        """In Go a type implements every interface whose methods it has."""
        members, project = self.inference.members, self.inference.project
        having: dict[str, list[Definition]] = defaultdict(list)
        interfaces: list[Definition] = []
        for definition in project.classes():
            if definition.file.language != "go" or members.whole(definition) is not definition:
                continue
            if definition.index in definition.file.extra.get("interfaces", ()):
                interfaces.append(definition)
                continue
            for name in self._method_names(definition):
                having[name].append(definition)
        for interface in interfaces:
            wanted = self._method_names(interface)
            rarest = min(wanted, key=lambda name: (len(having.get(name, ())), name), default=None)
            for definition in having.get(rarest, ()) if rarest is not None else ():
                if wanted <= self._method_names(definition):
                    self.below[interface].append(definition)

    def _method_names(self, definition: Definition) -> frozenset[str]:
        """Names of all methods of a type, promoted ones included."""
        found = self._named.get(definition)
        if found is None:
            names = self.inference.project.names
            found = self._named[definition] = frozenset(
                name
                for owner in self.inference.members.order(definition)[0]
                for name, entries in names(owner.file, owner.index).items()
                if any(isinstance(entry, int) for entry in entries)
            )
        return found

    @staticmethod
    def of(inference: "Inference") -> "Implementations | None":
        """The index of a project; None when it holds no language in which calls go through interfaces."""

        def build() -> "Implementations | None":
            languages = {file.language for file in inference.project.files.values()}
            spoken = any(parted(name) is not None for name in languages)
            return Implementations(inference) if spoken else None

        return inference.project.state("implementations", build)

    def methods(self, method: Definition) -> list[Definition]:
        """Methods that a call of `method` may run instead of it or beside it; [] when nothing overrides it."""
        owner = method.scope.parent
        if owner <= 0 or method.file.scopes[owner].kind != CLASS_SCOPE or parted(method.file.language) is None:
            return []
        holder = self.inference.members.whole(self.inference.project.definition(method.file, owner))
        classes = self.below.get(holder, ())
        if not classes or len(classes) > MAX:
            return []
        found: list[Definition] = []
        for definition in classes:
            if definition.file.language == "go":
                own = self.inference.members.method(definition, method.name)
                if own is not None and own is not method:
                    found.append(own)
                continue
            for entry in self.inference.project.names(definition.file, definition.index).get(method.name, ()):
                if isinstance(entry, int) and definition.file.scopes[entry].kind == CALLABLE:
                    one = self.inference.project.definition(definition.file, entry)
                    if len(one.scope.params) == len(method.scope.params):
                        found.append(one)
        return found
