"""Which variable an expression names: the identity of routers, blueprints, applications and tables, over files."""

from typing import TYPE_CHECKING

from tenantry.products.pinata.engine.facts import CALL, CALLABLE, NAME, Assign, Expr, Import, Param
from tenantry.products.pinata.engine.facts import CLASS as CLASS_SCOPE
from tenantry.products.pinata.engine.resolve.project import Entry
from tenantry.products.pinata.engine.resolve.values import FUNCTION, INSTANCE, MODULE, At, Binding

if TYPE_CHECKING:
    from tenantry.products.pinata.engine.resolve.inference import Inference

MAX_DEPTH = 12  # aliases and re-exports followed


class Bindings:
    """Part of `Inference`, which it calls back."""

    def __init__(self, inference: "Inference") -> None:
        self.inference = inference

    def of(self, expr: Expr, at: At, depth: int = 0) -> Binding | None:
        """The variable that an expression names, followed through imports and plain aliases to where it is created."""
        if expr[0] == NAME:
            return self._named(expr[1], at, depth)
        if expr[0] == CALL and depth <= MAX_DEPTH:  # create_app() → the variable it returns
            callee = self.inference.callee(expr, at)
            if callee.kind == FUNCTION and callee.definition is not None and not callee.path:
                for returned in callee.definition.scope.returns:
                    found = self.of(returned, callee.definition.inside, depth + 1)
                    if found is not None:
                        return found
        return None

    def _named(self, name: str, at: At, depth: int) -> Binding | None:
        if depth > MAX_DEPTH:
            return None
        project, file, scope = self.inference.project, at.file, at.scope
        head, _, rest = name.partition(".")
        if head == "self" and rest:
            inside = project.enclosing_class(file, scope)
            return self.inference.members.attribute_binding(inside, rest) if inside is not None else None
        current = scope
        while current >= 0:
            if current == scope or file.scopes[current].kind != CLASS_SCOPE:
                table = project.names(file, current)
                if rest and table.get(name) and isinstance(table[name][0], Assign):
                    return Binding(file.path, current, name)
                for entry in table.get(head, ()):
                    found = self._entry(entry, head, rest, At(file, current), depth)
                    if found is not None:
                        return found
                if table.get(head) and file.scopes[current].kind == CALLABLE:
                    return None
            current = file.scopes[current].parent
        value = self.inference.imported_prefix(name, at)
        if value is not None and value[0].kind == MODULE and value[1]:
            return self._named(value[1], At(project.files[value[0].path], 0), depth + 1)
        return self._taken_over(name, at, depth)

    def _entry(self, entry: Entry, head: str, rest: str, at: At, depth: int) -> Binding | None:
        project = self.inference.project
        if isinstance(entry, Import):
            speaks = project.language(at.file)
            path = speaks.find_module(project, at.file, entry)
            if entry.name and entry.name != "*":
                if path is not None:
                    target = f"{entry.name}.{rest}" if rest else entry.name
                    found = self._named(target, At(project.files[path], 0), depth + 1)
                    if found is not None:
                        return found
                value = self.inference.imported(at.file, entry)
                if value.kind == MODULE and rest:
                    return self._named(rest, At(project.files[value.path], 0), depth + 1)
                return None
            value = self.inference.imported(at.file, entry, head)
            return (
                self._named(rest, At(project.files[value.path], 0), depth + 1)
                if value.kind == MODULE and rest
                else None
            )
        if isinstance(entry, Assign):
            if rest:
                value = self.inference.assigned(entry, at)
                if value.kind == INSTANCE and value.definition is not None:
                    return self.inference.members.attribute_binding(value.definition, rest)
                return None
            if entry.value is not None and entry.value[0] in (NAME, CALL) and entry.value != (NAME, entry.target):
                further = (
                    self.of(entry.value, at, depth + 1)
                    if entry.value[0] == CALL
                    else self._named(entry.value[1], at, depth + 1)
                )
                if further is not None:
                    return further
            return Binding(at.file.path, at.scope, head)
        if isinstance(entry, Param):
            return None if rest else self._handed_over(entry, at, depth)
        if rest and at.file.scopes[entry].kind == CLASS_SCOPE:
            return self.inference.members.attribute_binding(project.definition(at.file, entry), rest)
        return None

    def _handed_over(self, param: Param, at: At, depth: int) -> Binding:
        """What a parameter is bound to by the calls of its function in the same file; by itself when there are none."""
        scope = at.file.scopes[at.scope]
        position = next((i for i, item in enumerate(scope.params) if item.name == param.name), 0)
        for call in at.file.calls:
            if call.name == scope.name and call.scope != at.scope and position < len(call.expr[2]):
                argument = call.expr[2][position]
                found = self._named(argument[1], At(at.file, call.scope), depth + 1) if argument[0] == NAME else None
                if found is not None:
                    return found
        return Binding(at.file.path, at.scope, param.name)

    def _taken_over(self, name: str, at: At, depth: int) -> Binding | None:
        for entry in self.inference.project.names(at.file, 0).get("*", ()):
            if isinstance(entry, Import):
                path = self.inference.project.language(at.file).find_module(self.inference.project, at.file, entry)
                if path is not None:
                    found = self._named(name, At(self.inference.project.files[path], 0), depth + 1)
                    if found is not None:
                        return found
        return None
