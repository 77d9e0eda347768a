"""Members of values: of modules, classes (through their bases), instances (through what methods assign), collections."""

from typing import TYPE_CHECKING

from tenantry.products.pinata.engine.facts import (
    CALL,
    CALLABLE,
    DICT,
    LIST,
    NAME,
    NUM,
    SPLAT,
    STR,
    TYPES,
    Assign,
    Expr,
    type_arguments,
)
from tenantry.products.pinata.engine.facts import CLASS as CLASS_SCOPE
from tenantry.products.pinata.engine.languages import parted
from tenantry.products.pinata.engine.resolve.types import as_type
from tenantry.products.pinata.engine.resolve.values import (
    CLASS,
    EXTERNAL,
    FUNCTION,
    INSTANCE,
    LITERAL,
    MANY,
    MODULE,
    SUPER,
    UNKNOWN,
    At,
    Binding,
    Definition,
    Value,
    external,
)

if TYPE_CHECKING:
    from tenantry.products.pinata.engine.resolve.inference import Inference

MAX_SPREADS = 8  # tables spread into each other
_PROPERTY = frozenset(("property", "cached_property", "functools.cached_property", "hybrid_property", "reify"))


class Members:
    """Part of `Inference`, which it calls back."""

    def __init__(self, inference: "Inference") -> None:
        self.inference = inference
        self._orders: dict[Definition, tuple[list[Definition], list[str]]] = {}
        self._attributes: dict[Definition, dict[str, list[tuple[At, Assign]]]] = {}
        self._found: dict[tuple[Definition, str, bool], Value | None] = {}

    # -- classes ----------------------------------------------------------------------------------------------

    def order(self, definition: Definition) -> tuple[list[Definition], list[str]]:
        """(the class and its bases in the tree, nearest first; canonical names of the bases outside)."""
        found = self._orders.get(definition)
        if found is None:
            self._orders[definition] = ([definition], [])
            found = self._orders[definition] = self._order(definition)
        return found

    def _order(self, definition: Definition) -> tuple[list[Definition], list[str]]:
        inside, outside = [definition], list[str]()
        bases = [(base, definition.outside) for base in definition.scope.bases]
        speaks = parted(definition.file.language)
        if speaks is not None:
            inside = speaks.parts(self.inference.project, definition)
            bases = [(base, part.outside) for part in inside for base in part.scope.bases]
            inside = [*inside]
        for base, at in bases:
            generic = base[1] if base[0] == "i" else base
            if speaks is not None and generic[0] == NAME:
                value = self.inference.named_type(generic[1], at)
            else:
                value = self.inference.value(generic, at)
            if value.kind == CLASS and value.definition is not None and not value.path:
                more, names = self.order(value.definition)
                inside += [item for item in more if item not in inside]
                outside += [name for name in names if name not in outside]
            elif value.kind == EXTERNAL:
                if value.path not in outside:
                    outside.append(value.path)
                for made in self._made_from(generic, at) if "()" in value.path else ():
                    more, names = self.order(made)
                    inside += [item for item in more if item not in inside]
                    outside += [name for name in names if name not in outside]
        return inside, outside

    def _made_from(self, base: Expr, at: At) -> list[Definition]:
        """Classes that a factory builds a base from: `SQLAlchemy(model_class=Crud)`, `declarative_base(cls=Crud)`."""
        binding = None
        while base[0] == "v" and binding is None:
            binding = self.inference.binding(base, at)
            if "." not in base[1]:
                break
            base = ("v", base[1].rpartition(".")[0])
        if binding is None:
            return []
        file = self.inference.project.files[binding.path]
        found: list[Definition] = []
        for entry in self.inference.project.names(file, binding.scope).get(binding.name, ()):
            if isinstance(entry, Assign) and entry.value is not None:
                if entry.value[0] == "v" and entry.value[1] != entry.target:
                    found += self._made_from(entry.value, At(file, binding.scope))
                elif entry.value[0] == "c":
                    for name, value in entry.value[3]:
                        made = (
                            self.inference.value(value, At(file, binding.scope))
                            if name in ("model_class", "cls")
                            else UNKNOWN
                        )
                        if made.kind == CLASS and made.definition is not None and not made.path:
                            found.append(made.definition)
        return found

    def externals(self, definition: Definition) -> list[str]:
        """Canonical names of all bases outside the tree."""
        return self.order(definition)[1]

    def find(self, definition: Definition, name: str) -> tuple[Definition, int] | None:
        """The nearest class that defines a method or nested class `name`, and its scope index."""
        for owner in self.order(definition)[0]:
            for entry in reversed(self.inference.project.names(owner.file, owner.index).get(name, ())):
                if isinstance(entry, int):
                    return owner, entry
        return None

    def own(self, definition: Definition, name: str) -> Value | None:
        """The member `name` of an instance, as code inside its class names it; None when the class has no such member."""
        for rule in self.inference.member_rules:
            special = rule(self.inference, Value(INSTANCE, definition), name)
            if special is not None:
                return special
        found = self._member(definition, name, True)
        return self._specialized(Value(INSTANCE, definition), found) if found is not None else None

    def _specialized(self, receiver: Value, found: Value) -> Value:
        """A member that a generic base declares, with what stands for the type parameters of that base."""
        item = found.item
        if item is None or item.kind != EXTERNAL or found.kind == FUNCTION or receiver.definition is None:
            return found
        name = item.path.removesuffix("()")
        for owner in self.order(receiver.definition)[0]:
            names = owner.file.extra.get("generics", {}).get(owner.index, ())
            if name in names:
                arguments = self.arguments_of_base(receiver, owner)
                position = names.index(name)
                if position < len(arguments) and arguments[position].known:
                    return found._replace(item=arguments[position])
        return found

    def constant(self, expr: Expr, at: At, field: str) -> Value | None:
        """`field` of the enum constant whose accessor `expr` names, by the arguments the constant is made with: `Queues.ORDERS.getName`."""
        holder, _, name = expr[1].rpartition(".")[0].rpartition(".") if expr[0] == NAME else ("", "", "")
        owner = self.inference.dotted(holder, at) if holder and name.isupper() else UNKNOWN
        if owner.kind != CLASS or owner.definition is None:
            return None
        definition, project = owner.definition, self.inference.project
        made = next(
            (
                entry.value
                for entry in project.names(definition.file, definition.index).get(name, ())
                if isinstance(entry, Assign)
            ),
            None,
        )
        if made is None or made[0] != CALL or made[1] != (NAME, definition.name):
            return None
        position = self._handed_to(definition, field, len(made[2]))
        return (
            self.inference.value(made[2][position], definition.inside)
            if position is not None and position < len(made[2])
            else None
        )

    def _handed_to(self, definition: Definition, field: str, arguments: int) -> int | None:
        """Which argument of the constructor a field is set from; without a constructor fields are set in their order."""
        project = self.inference.project
        entries = project.names(definition.file, definition.index).get("constructor", ())
        for entry in entries:
            params = definition.file.scopes[entry].params if isinstance(entry, int) else ()
            if len(params) == arguments:
                for _, assign in self.attributes(definition).get(field, ()):
                    position = next((i for i, item in enumerate(params) if assign.value == (NAME, item.name)), None)
                    if position is not None:
                        return position
        if entries:
            return None
        fields = [
            assign.target
            for assign in definition.file.assigns
            if assign.scope == definition.index and assign.annotation is not None
        ]
        return fields.index(field) if field in fields else None

    def nested(self, definition: Definition, name: str) -> Definition | None:
        """The class called `name` that a class, or one of its bases, holds."""
        project = self.inference.project
        for owner in self.order(definition)[0]:
            for entry in project.names(owner.file, owner.index).get(name, ()):
                if isinstance(entry, int) and owner.file.scopes[entry].kind == CLASS_SCOPE:
                    return project.definition(owner.file, entry)
        return None

    def overload(self, definition: Definition, call: Expr) -> Definition:
        """Among methods of one name in one class, the one that takes as many arguments as a call gives."""
        file = definition.file
        given = len(call[2]) + sum(key != TYPES for key, _ in call[3])
        entries = self.inference.project.names(file, definition.scope.parent).get(definition.name, ())
        if len(entries) < 2:
            return definition
        best, best_rank = definition, 99
        for entry in entries:
            if not isinstance(entry, int) or file.scopes[entry].kind != CALLABLE:
                continue
            params = file.scopes[entry].params
            extended = entry in file.extra.get("extensions", ()) and len(call[1]) > 1 and call[1][0] != "?"
            most = len(params)
            least = sum(param.default is None and param.kind == "" for param in params)
            rank = 0 if most == given else 1 if least <= given <= most else 1 + abs(most - given)
            if extended:
                rank = min(
                    rank, 0 if most == given + 1 else 1 if least - 1 <= given < most else 1 + abs(most - 1 - given)
                )
            if rank < best_rank:
                best, best_rank = self.inference.project.definition(file, entry), rank
        return best

    def substituted(self, callee: Value, call: Expr, at: At, result: Value) -> Value:
        """A method's result with what stands for its type parameters: T of `IRepository<Order>` is Order."""
        method = callee.definition
        if method is None or method.scope.annotation is None:
            return result
        generics = method.file.extra.get("generics")
        if not generics or result.kind not in (EXTERNAL, MANY, FUNCTION):
            return result
        known = self.type_parameters(callee, call, at)
        if not known:
            return result
        if result.kind == EXTERNAL and result.path.removesuffix("()") in known:
            return known[result.path.removesuffix("()")]
        item = result.item
        if item is not None and item.kind == EXTERNAL and item.path.removesuffix("()") in known:
            return result._replace(item=known[item.path.removesuffix("()")])
        return result

    def type_parameters(self, callee: Value, call: Expr, at: At) -> dict[str, Value]:
        """What the type parameters of a method, and of its class, stand for at a call."""
        method = callee.definition
        if method is None:
            return {}
        found: dict[str, Value] = {}
        generics = method.file.extra.get("generics", {})
        extended = method.file.extra.get("extensions", {}).get(method.index)
        if extended is not None and callee.item is not None and callee.item.item is not None:
            for argument in extended[2][1] if extended[0] == "i" and extended[2][0] == LIST else ():
                if argument[0] == NAME and argument[1] in generics.get(method.index, ()):
                    found[argument[1]] = callee.item.item
        for name, given in zip(generics.get(method.index, ()), type_arguments(call), strict=False):
            value = as_type(self.inference, given, at)
            if value.known:
                found[name] = value
        names = generics.get(method.scope.parent, ())
        receiver = callee.item
        if names and receiver is not None and receiver.definition is not None and not receiver.path:
            owner = self.inference.project.definition(method.file, method.scope.parent)
            arguments = self.arguments_of_base(receiver, owner)
            found.update((name, value) for name, value in zip(names, arguments, strict=False) if value.known)
        return found

    def arguments_of_base(self, value: Value, wanted: Definition) -> list[Value]:
        """The type arguments with which an instance's class is, or inherits, the class `wanted`."""
        if value.definition is None:
            return []
        own: list[Value] = []
        item = value.item
        while item is not None:
            own.append(item)
            item = item.item if item.kind != MANY else None
        return self._base_arguments(value.definition, own, wanted, 0)

    def _base_arguments(self, owner: Definition, own: list[Value], wanted: Definition, depth: int) -> list[Value]:
        if owner is wanted or owner.name == wanted.name and wanted in self.order(owner)[0][:1]:
            return own
        if depth > 6:
            return []
        for part in self.parts(owner):
            names = part.file.extra.get("generics", {}).get(part.index, ())
            known = dict(zip(names, own, strict=False))
            for base in part.scope.bases:
                generic = base[1] if base[0] == "i" else base
                if generic[0] != NAME:
                    continue
                value = self.inference.named_type(generic[1], part.outside)
                if value.kind != CLASS or value.definition is None or wanted not in self.order(value.definition)[0]:
                    continue
                arguments = [
                    known[item[1]]
                    if item[0] == NAME and item[1] in known
                    else as_type(self.inference, item, part.outside)
                    for item in (base[2][1] if base[0] == "i" and base[2][0] == LIST else ())
                ]
                return self._base_arguments(value.definition, arguments, wanted, depth + 1)
        return []

    def parts(self, definition: Definition) -> list[Definition]:
        speaks = parted(definition.file.language)
        return speaks.parts(self.inference.project, definition) if speaks is not None else [definition]

    def whole(self, definition: Definition) -> Definition:
        """The part of a type that stands for all of it, in languages whose methods lie outside of their types."""
        if definition.index in definition.file.extra.get("parts", ()):
            return self.parts(definition)[0]
        return definition

    def method(self, definition: Definition, name: str) -> Definition | None:
        found = self.find(definition, name)
        if found is None or found[0].file.scopes[found[1]].kind != CALLABLE:
            return None
        return self.inference.project.definition(found[0].file, found[1])

    def field(self, definition: Definition, name: str) -> tuple[Definition, Assign] | None:
        """The nearest assignment to `name` in the body of the class or one of its bases."""
        for owner in self.order(definition)[0]:
            for entry in reversed(self.inference.project.names(owner.file, owner.index).get(name, ())):
                if isinstance(entry, Assign):
                    return owner, entry
        return None

    def attributes(self, definition: Definition) -> dict[str, list[tuple[At, Assign]]]:
        """What methods of this class assign to `self.name`."""
        found = self._attributes.get(definition)
        if found is None:
            found = self._attributes[definition] = {}
            file = definition.file
            table: dict[int, list[Assign]] = self.inference.project.state(
                f"self:{file.path}", lambda: _self_assignments(self.inference, definition)
            )
            for assign in table.get(definition.index, ()):
                found.setdefault(assign.target[5:], []).append((At(file, assign.scope), assign))
        return found

    def attribute_binding(self, definition: Definition, name: str) -> Binding | None:
        for owner in self.order(definition)[0]:
            if name in self.attributes(owner) or any(
                isinstance(entry, Assign)
                for entry in self.inference.project.names(owner.file, owner.index).get(name, ())
            ):
                return Binding(owner.file.path, owner.index, name)
        return None

    # -- values -----------------------------------------------------------------------------------------------

    def get(self, value: Value, name: str) -> Value:
        """The member `name` of a value."""
        if value.kind == EXTERNAL:
            return value._replace(path=f"{value.path}.{name}")
        if value.kind == LITERAL:
            return self.index(value, (STR, name))
        if value.kind == MODULE:
            return self.inference.exported(value.path, name)
        if value.definition is None:
            return UNKNOWN
        if value.path or value.kind == FUNCTION:
            if value.item is not None and value.item.definition is not None:  # a manager's own methods
                own = self.method(value.item.definition, name)
                if own is not None:
                    return Value(FUNCTION, own, item=value)
            return value._replace(path=f"{value.path}.{name}")
        if value.kind == SUPER:
            return self._above(value.definition, name)
        for rule in self.inference.member_rules:
            special = rule(self.inference, value, name)
            if special is not None:
                return special
        found = self._member(value.definition, name, value.kind == INSTANCE)
        if found is None:
            return value._replace(path=f".{name}")
        if found.kind == FUNCTION and not found.path and self.inference.class_language(value.definition.file):
            return found._replace(item=value)  # whose type arguments tell more
        return self._specialized(value, found) if value.kind == INSTANCE else found

    def _above(self, definition: Definition, name: str) -> Value:
        """`super().name`: a method of a base in the tree, else one of a base outside."""
        for owner in self.order(definition)[0][1:]:
            for entry in self.inference.project.names(owner.file, owner.index).get(name, ()):
                if isinstance(entry, int):
                    return Value(FUNCTION, self.inference.project.definition(owner.file, entry))
        return Value(INSTANCE, definition, f".{name}")

    def _member(self, definition: Definition, name: str, of_instance: bool) -> Value | None:
        key = (definition, name, of_instance)
        if key not in self._found:
            self._found[key] = None
            self._found[key] = self._look_up(definition, name, of_instance)
        return self._found[key]

    def _look_up(self, definition: Definition, name: str, of_instance: bool) -> Value | None:
        inference = self.inference
        weak: Value | None = None
        for owner in self.order(definition)[0]:
            for entry in reversed(inference.project.names(owner.file, owner.index).get(name, ())):
                if isinstance(entry, int):
                    return self._defined(owner, entry, of_instance)
                if isinstance(entry, Assign):
                    value = self._field_value(entry, owner)
                    if value.known and value.kind != LITERAL:
                        return value
                    weak = weak or (value if value.known else None)
            if of_instance:
                for at, assign in self.attributes(owner).get(name, ()):
                    value = self._field_value(assign, owner, at)
                    if value.known and value.kind != LITERAL:
                        return value
                    weak = weak or (value if value.known else None)
        return weak

    def _field_value(self, assign: Assign, owner: Definition, at: At | None = None) -> Value:
        where = at or owner.inside
        if (
            assign.value is not None and assign.value[0] == CALL and assign.value[1] == (NAME, "@")
        ):  # what decorators inject
            injected = self.inference.value(assign.value, where)
            if injected.known and injected.path != "@()":
                return injected
            if assign.annotation is None:
                return UNKNOWN
        if assign.annotation is not None:
            value = as_type(self.inference, assign.annotation, where)
            if value.known and not (
                value.kind == EXTERNAL
                and assign.value is not None
                and assign.value[0] in ("s", "t", "n")
                and assign.value != (NUM, None)  # `= null!` says nothing
            ):
                return value
        return self.inference.value(assign.value, where) if assign.value is not None else UNKNOWN

    def _defined(self, owner: Definition, index: int, of_instance: bool) -> Value:
        scope = owner.file.scopes[index]
        definition = self.inference.project.definition(owner.file, index)
        if scope.kind == CLASS_SCOPE:
            return Value(CLASS, definition)
        if of_instance and any(expr[0] == "v" and expr[1] in _PROPERTY for expr, _ in scope.decorators):
            return self.inference.returned(definition)
        return Value(FUNCTION, definition)

    def element(self, value: Value) -> Value:
        """One element of a collection."""
        if value.kind == MANY and value.item is not None:
            return value.item
        if value.kind == LITERAL and value.expr is not None and value.at is not None:
            if value.expr[0] == LIST and value.expr[1]:
                return self.inference.value(value.expr[1][0], value.at)
            return UNKNOWN
        if value.kind == CLASS and value.path.startswith((".objects", ".query")):
            return Value(INSTANCE, value.definition)  # one row of a query over a class
        if value.kind in (EXTERNAL, CLASS, INSTANCE, FUNCTION) and value.path:
            return value._replace(path=value.path + "[]")
        return UNKNOWN

    def index(self, value: Value, index: Expr, seen: frozenset[int] = frozenset()) -> Value:
        """One entry of a collection. `seen` are the tables already looked into: a table may be spread into itself."""
        if value.kind == LITERAL and value.expr is not None and value.at is not None:
            if (
                value.expr[0] == LIST
                and index[0] == NUM
                and isinstance(index[1], int)
                and -len(value.expr[1]) <= index[1] < len(value.expr[1])
            ):
                return self.inference.value(value.expr[1][index[1]], value.at)
            if value.expr[0] == DICT and index[0] == STR:
                for key, item in reversed(value.expr[1]):
                    if key == index:
                        return self.inference.value(item, value.at)
                    if key[0] == SPLAT and len(seen) < MAX_SPREADS and id(value.expr) not in seen:
                        inner = self.inference.value(item, value.at)
                        found = self.index(inner, index, seen | {id(value.expr)})
                        if found.known:
                            return found
            return UNKNOWN
        if value.kind == CLASS and not value.path:
            return value  # a generic class with its parameters is still that class
        if value.kind == EXTERNAL and index[0] == STR:
            return external(f"{value.path}[{index[1]}]")
        return self.element(value)


def _self_assignments(inference: "Inference", definition: Definition) -> dict[int, list[Assign]]:
    """Assignments to `self.…` of a whole file, by the class they belong to."""
    table: dict[int, list[Assign]] = {}
    file = definition.file
    for assign in file.assigns:
        if assign.target.startswith("self."):
            inside = inference.project.enclosing_class(file, assign.scope)
            if inside is not None:
                table.setdefault(inside.index, []).append(assign)
    return table
