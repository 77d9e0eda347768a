"""Who implements what: from a method that a caller sees to those that may run, as dependency injection hands them over."""

from collections import defaultdict
from typing import TYPE_CHECKING

from tenantry.products.pinata.engine.facts import CALLABLE
from tenantry.products.pinata.engine.facts import CLASS as CLASS_SCOPE
from tenantry.products.pinata.engine.languages import class_language
from tenantry.products.pinata.engine.resolve.values import Definition

if TYPE_CHECKING:
    from tenantry.products.pinata.engine.resolve.inference import Inference

MAX = 24  # with more implementations than this, a call says nothing about which one runs


class Implementations:
    """Classes by the classes and interfaces of the tree that they build on; one index per project."""

    def __init__(self, inference: "Inference") -> None:
        self.inference = inference
        self.below: dict[Definition, list[Definition]] = defaultdict(list)
        for definition in inference.project.classes():
            if definition.scope.bases:
                for base in inference.members.order(definition)[0][1:]:
                    self.below[base].append(definition)

    @staticmethod
    def of(inference: "Inference") -> "Implementations | None":
        """The index of a project; None when it holds no language in which calls go through interfaces."""

        def build() -> "Implementations | None":
            languages = {file.language for file in inference.project.files.values()}
            spoken = any(class_language(name) is not None for name in languages)
            return Implementations(inference) if spoken else None

        return inference.project.state("implementations", build)

    def methods(self, method: Definition) -> list[Definition]:
        """Methods that a call of `method` may run instead of it or beside it; [] when nothing overrides it."""
        owner = method.scope.parent
        if owner <= 0 or method.file.scopes[owner].kind != CLASS_SCOPE or class_language(method.file.language) is None:
            return []
        classes = self.below.get(self.inference.project.definition(method.file, owner), ())
        if not classes or len(classes) > MAX:
            return []
        found: list[Definition] = []
        for definition in classes:
            for entry in self.inference.project.names(definition.file, definition.index).get(method.name, ()):
                if isinstance(entry, int) and definition.file.scopes[entry].kind == CALLABLE:
                    one = self.inference.project.definition(definition.file, entry)
                    if len(one.scope.params) == len(method.scope.params):
                        found.append(one)
        return found
