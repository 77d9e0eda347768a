"""What names and expressions stand for: one lazy, memoised walk over the facts, never deeper than it must."""

from collections.abc import Callable, Iterable, Mapping

from tenantry.products.pinata.engine.facts import (
    ATTR,
    BINARY,
    CALL,
    DICT,
    ELEMENT,
    INDEX,
    LIST,
    NAME,
    NUM,
    SPLAT,
    STR,
    TEMPLATE,
    Assign,
    Expr,
    FileFacts,
    Import,
    Param,
    type_arguments,
)
from tenantry.products.pinata.engine.facts import (
    CLASS as CLASS_SCOPE,
)
from tenantry.products.pinata.engine.facts import (
    FUNCTION as FUNCTION_EXPR,
)
from tenantry.products.pinata.engine.languages import class_language, parted
from tenantry.products.pinata.engine.languages.base import ClassLanguage
from tenantry.products.pinata.engine.resolve.bindings import Bindings
from tenantry.products.pinata.engine.resolve.members import Members
from tenantry.products.pinata.engine.resolve.project import Entry, Project
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

Result = Callable[["Inference", Value, Expr, At], Value | None]
"""What a call gives, by a framework's knowledge: (inference, callee, call, where) → value, or None to say nothing."""

MemberRule = Callable[["Inference", Value, str], Value | None]
"""What a member of a class or instance of the tree is, by a framework's knowledge (a model's manager, a foreign key)."""

Namespace = Callable[["Inference", str], Value | None]
"""What a member of a well-known object from outside is: `django.conf.settings.NAME` → where the tree sets NAME."""

MAX_DEPTH = 40
_RETYPED = frozenset(("Set", "OfType", "Cast", "GetRepository", "Repository", "Query"))


class Inference:
    """Answers about one project. `results` are the frameworks' rules by the last name of the callee."""

    def __init__(
        self,
        project: Project,
        results: Mapping[str, Iterable[Result]] | None = None,
        member_rules: Iterable[MemberRule] = (),
        namespaces: Mapping[str, Namespace] | None = None,
    ) -> None:
        self.project = project
        self.results = {name: tuple(rules) for name, rules in (results or {}).items()}
        self.member_rules = tuple(member_rules)
        self._namespaces = dict(namespaces or {})
        self.members = Members(self)
        self.bindings = Bindings(self)
        self._names: dict[tuple[str, int, str], Value] = {}
        self._stars: dict[str, tuple[list[str], str]] = {}
        self._offers: dict[str, set[str]] = {}
        self._calls: dict[tuple[int, str, int], Value] = {}
        self._returns: dict[Definition, Value] = {}
        self._keep: list[Expr] = []
        self._depth = 0

    # -- names ------------------------------------------------------------------------------------------------

    def name(self, file: FileFacts, scope: int, name: str) -> Value:
        """What a single name means in a scope. A name that leads to itself is unknown."""
        key = file.path, scope, name
        found = self._names.get(key)
        if found is None:
            if self._depth > MAX_DEPTH:
                return UNKNOWN
            self._names[key] = UNKNOWN
            self._depth += 1
            found = self._names[key] = self._name(file, scope, name)
            self._depth -= 1
        return found

    def _name(self, file: FileFacts, scope: int, name: str) -> Value:
        project = self.project
        if name == "self":
            inside = project.enclosing_class(file, scope)
            if inside is not None:
                return Value(INSTANCE, self.members.whole(inside))
        current = scope
        members = class_language(file.language) is not None
        closed = not members and parted(file.language) is not None  # a struct's fields are no names of their own
        while current > 0:
            around = file.scopes[current]
            if members and around.kind == CLASS_SCOPE:
                own = self._own_member(file, current, name)
                if own is not None:
                    return own
            elif (current == scope and not closed) or around.kind != CLASS_SCOPE:
                entries = project.names(file, current).get(name)
                if entries:
                    value = self._entries(file, current, entries, name)
                    if value.known or any(not isinstance(entry, Import) for entry in entries):
                        return value
            current = around.parent
        return self.name(file, 0, name) if scope else self._global(file, name)

    def _own_member(self, file: FileFacts, scope: int, name: str) -> Value | None:
        """What a bare name means as a member of a class: a parameter of the class itself, or what it has or inherits."""
        entries = self.project.names(file, scope).get(name)
        if entries and isinstance(entries[0], Param):
            return self._entries(file, scope, entries, name)
        return self.members.own(self.project.definition(file, scope), name)

    def class_language(self, file: FileFacts) -> ClassLanguage | None:
        return class_language(file.language)

    def named_type(self, name: str, at: At) -> Value:
        """The class that a name means where a type is expected; members of the same name don't count there."""
        speaks = class_language(at.file.language)
        if speaks is None:
            return self.dotted(name, at)
        key = at.file.path, -1 - at.scope, name
        found = self._names.get(key)
        if found is None:
            self._names[key] = UNKNOWN
            found = self._names[key] = self._named_type(speaks, name, at)
        return found

    def _named_type(self, speaks: ClassLanguage, name: str, at: At) -> Value:
        file, current = at.file, at.scope
        head, _, rest = name.partition(".")
        while current >= 0:
            if file.scopes[current].kind == CLASS_SCOPE:
                found = self.members.nested(self.project.definition(file, current), head)
                if found is not None:
                    return self._inner_type(found, rest)
            current = file.scopes[current].parent
        outer = speaks.find_type(self.project, file, at.scope, name)
        if outer is not None:
            return Value(CLASS, outer)
        for entry in self.project.names(file, 0).get(head, ()):
            if isinstance(entry, Import) and entry.alias == head:
                value = self.imported(file, entry)
                if value.known:
                    return value if not rest or value.definition is None else self._inner_type(value.definition, rest)
        if rest:
            owner = speaks.find_type(self.project, file, at.scope, name.rpartition(".")[0])
            inner = self.members.nested(owner, name.rpartition(".")[2]) if owner is not None else None
            if inner is not None:
                return Value(CLASS, inner)
        return external(speaks.outside(self.project, file, at.scope, name))

    def _inner_type(self, definition: Definition, rest: str) -> Value:
        for part in rest.split(".") if rest else ():
            inner = self.members.nested(definition, part)
            if inner is None:
                return external(part)
            definition = inner
        return Value(CLASS, definition)

    def _unbound(self, speaks: ClassLanguage, file: FileFacts, name: str) -> Value:
        """A bare name that no scope binds: a type, a member imported on its own, or something from outside."""
        found = speaks.find_type(self.project, file, 0, name)
        if found is not None:
            return Value(CLASS, found)
        member = speaks.find_name(self.project, file, name)
        if member is not None:
            return self.members.get(Value(CLASS, member[0]), member[1])
        canonical = speaks.builtins.get(name)
        if canonical is not None:
            return external(canonical)
        whole = speaks.outside(self.project, file, 0, name)
        return external(whole) if name[:1].isupper() or "." in whole else UNKNOWN

    def _global(self, file: FileFacts, name: str) -> Value:
        """A name of a module: its own, one of those it takes over whole from others, or a built-in one."""
        entries = self.project.names(file, 0).get(name)
        if entries:
            return self._entries(file, 0, entries, name)
        speaks = class_language(file.language)
        if speaks is not None:
            return self._unbound(speaks, file, name)
        paths, outside = self._taken_over(file)
        for path in paths:
            offered = self._offered(path)
            if name in offered or "*" in offered:
                value = self.name(self.project.files[path], 0, name)
                if value.known:
                    return value
        canonical = self.project.language(file).builtins.get(name)
        if canonical is not None:
            return external(canonical)
        return external(f"{outside}.{name}") if outside else UNKNOWN

    def _taken_over(self, file: FileFacts) -> tuple[list[str], str]:
        """(modules of the tree that a file imports or exports whole, the first such module from outside)."""
        found = self._stars.get(file.path)
        if found is None:
            speaks, paths, outside = self.project.language(file), list[str](), ""
            for entry in self.project.names(file, 0).get("*", ()):
                if isinstance(entry, Import):
                    path = speaks.find_module(self.project, file, entry)
                    if path is not None:
                        paths.append(path)
                    outside = outside or ("" if path is not None else entry.module)
            siblings = getattr(speaks, "siblings", None)  # files of one package see each other's names
            if siblings is not None:
                paths += siblings(self.project, file)
            found = self._stars[file.path] = (paths, outside)
        return found

    def _offered(self, path: str) -> set[str]:
        """All names that a module has, with those it takes over: looking for a name in vain is most of the work otherwise."""
        found = self._offers.get(path)
        if found is None:
            found = self._offers[path] = set()
            seen, waiting = {path}, [path]
            while waiting:
                file = self.project.files[waiting.pop()]
                found.update(self.project.names(file, 0))
                paths, outside = self._taken_over(file)
                if outside:
                    found.add("*")
                waiting += [other for other in paths if other not in seen]
                seen.update(paths)
        return found

    def _entries(self, file: FileFacts, scope: int, entries: list[Entry], name: str) -> Value:
        """The first binding that says something; definitions win over assignments, as in `try: import … except: X = None`."""
        best = UNKNOWN
        for entry in entries:
            value = self._entry(file, scope, entry, name)
            if value.kind in (LITERAL,) and not best.known:
                best = value
            elif value.known and value.kind != LITERAL:
                return value
        return best

    def _entry(self, file: FileFacts, scope: int, entry: Entry, name: str) -> Value:
        if isinstance(entry, int):
            definition = self.project.definition(file, entry)
            if file.scopes[entry].kind == CLASS_SCOPE:
                return Value(CLASS, self.members.whole(definition))
            return Value(FUNCTION, definition)
        if isinstance(entry, Import):
            return self.imported(file, entry, name)
        if isinstance(entry, Assign):
            return self.assigned(entry, At(file, scope))
        return self._param(entry, At(file, scope))

    def assigned(self, item: Assign, at: At) -> Value:
        if item.annotation is not None:
            value = as_type(self, item.annotation, at)
            if value.known:
                if (
                    item.value is not None
                    and value.kind == EXTERNAL
                    and item.value[0] in (STR, TEMPLATE, NUM, LIST, DICT)
                    and item.value != (NUM, None)
                ):
                    return self.value(item.value, at)
                return value
        return self.value(item.value, at) if item.value is not None else UNKNOWN

    def _param(self, param: Param, at: At) -> Value:
        around = At(at.file, at.file.scopes[at.scope].parent)
        if param.annotation is not None:
            value = as_type(self, param.annotation, around)
            if value.known and not param.kind:
                return value
        if param.default is not None:
            return self.value(param.default, around)
        if param.name == at.file.scopes[at.scope].params[0].name and param.name in ("cls", "self"):
            inside = self.project.enclosing_class(at.file, at.scope)
            if inside is not None:
                return Value(CLASS if param.name == "cls" else INSTANCE, inside)
        return UNKNOWN

    def imported(self, file: FileFacts, item: Import, name: str = "") -> Value:
        """What an import makes available under its alias (or, for `import a.b`, under `a`)."""
        project = self.project
        speaks = project.language(file)
        classes = class_language(file.language)
        if classes is not None and item.name:
            found = self._imported_definition(classes, file, item)
            if found is not None:
                return found
        path = speaks.find_module(project, file, item)
        if item.name in ("", "*"):
            if "." in item.alias and name and "." not in name:  # `import a.b` seen as `a`
                head = speaks.find_module(project, file, item._replace(module=name))
                return self.module(head) if head is not None else external(name)
            return self.module(path) if path is not None else external(speaks.external_name(item))
        if path is not None:
            return self.exported(path, item.name)
        # `from . import x` or `from package import module`, where the package itself has no file
        joined = item._replace(module=f"{item.module}.{item.name}".strip("."), name="")
        path = speaks.find_module(project, file, joined) if item.level or item.module else None
        return self.module(path) if path is not None else external(speaks.external_name(item))

    def _imported_definition(self, speaks: ClassLanguage, file: FileFacts, item: Import) -> Value | None:
        """The class that an import names wherever it lies, or the member of one (`import static`)."""
        found = speaks.find_type(self.project, file, 0, f"{item.module}.{item.name}")
        if found is not None:
            return Value(CLASS, found)
        owner = speaks.find_type(self.project, file, 0, item.module)
        return self.members.get(Value(CLASS, owner), item.name) if owner is not None else None

    def namespaces(self, path: str, name: str) -> Value | None:
        """The member `name` of an outside object that a framework knows to be filled from inside the tree."""
        rule = self._namespaces.get(path)
        return rule(self, name) if rule is not None else None

    def module(self, path: str) -> Value:
        return Value(MODULE, path=path)

    def exported(self, path: str, name: str) -> Value:
        """The member `name` of the module at `path`: a definition, a re-export or a submodule."""
        file = self.project.files[path]
        value = self.name(file, 0, name)
        if value.known:
            return value
        below = self.project.language(file).submodule(self.project, path, name)
        return self.module(below) if below is not None else UNKNOWN

    # -- expressions ------------------------------------------------------------------------------------------

    def value(self, expr: Expr, at: At) -> Value:
        """What an expression stands for at a place."""
        if self._depth > MAX_DEPTH:
            return UNKNOWN
        self._depth += 1
        tag = expr[0]
        value = self.dotted(expr[1], at) if tag == NAME else self._value(tag, expr, at)
        self._depth -= 1
        return value

    def _value(self, tag: str, expr: Expr, at: At) -> Value:
        if tag == CALL:
            return self.called(expr, at)
        if tag == ATTR:
            return self.members.get(self.value(expr[1], at), expr[2])
        if tag in (STR, NUM, TEMPLATE, DICT, LIST):
            return Value(LITERAL, expr=expr, at=at) if expr != (NUM, None) else UNKNOWN
        if tag == ELEMENT:
            return self.members.element(self.value(expr[1], at))
        if tag == INDEX:
            if expr[1][0] == NAME and expr[1][1].rpartition(".")[2] in ("Annotated", "Optional", "Union"):
                return as_type(self, expr, at)  # an alias of a type
            return self.members.index(self.value(expr[1], at), expr[2])
        if tag == BINARY:
            return self._operator(expr, at)
        if tag == FUNCTION_EXPR:
            inline = self.project.inline(at.file, expr[1])
            return Value(FUNCTION, inline) if inline is not None else UNKNOWN
        if tag == SPLAT:
            return self.value(expr[1], at)
        return UNKNOWN

    def _operator(self, expr: Expr, at: At) -> Value:
        if expr[1] in ("or", "and", "?", "??", "||", "&&"):
            left = self.value(expr[2], at)
            if left.path.startswith(("process.env.", "import.meta.env.")) and expr[3][0] in (STR, NUM, TEMPLATE):
                return Value(LITERAL, expr=expr, at=at)  # an environment variable with its default
            return left if left.known and left.kind != LITERAL else self._either(left, self.value(expr[3], at))
        if expr[1] in ("+", "%", "/"):
            left = self.value(expr[2], at)
            if left.kind in (EXTERNAL, INSTANCE, CLASS) and expr[1] == "/":
                return left  # pathlib: a folder / "name" is still a path
            return Value(LITERAL, expr=expr, at=at)
        if expr[1] in ("|", "&"):
            return self.value(expr[2], at)
        return UNKNOWN

    @staticmethod
    def _either(left: Value, right: Value) -> Value:
        return right if right.known and (right.kind != LITERAL or not left.known) else left

    def dotted(self, name: str, at: At) -> Value:
        """`a.b.c`: the longest imported module first (`import a.b`), then member by member."""
        head, dot, rest = name.partition(".")
        if not dot:
            return self.name(at.file, at.scope, name)
        assigned = self._dotted_assignment(name, at)
        if assigned.known:
            return assigned
        imported = self.imported_prefix(name, at)
        if imported is None:
            value = self.name(at.file, at.scope, head)
        else:
            value, rest = imported
        if not value.known and (classes := class_language(at.file.language)) is not None:
            return self._whole_name(classes, name, at)
        for part in rest.split(".") if rest else ():
            value = self.members.get(value, part)
        return value

    def _whole_name(self, speaks: ClassLanguage, name: str, at: At) -> Value:
        """`org.shop.Orders.find`: a class by its whole name, and what follows it."""
        head = name
        while "." in head:
            found = speaks.find_type(self.project, at.file, at.scope, head)
            if found is not None:
                value = Value(CLASS, found)
                for part in name[len(head) + 1 :].split(".") if len(name) > len(head) else ():
                    value = self.members.get(value, part)
                return value
            head = head.rpartition(".")[0]
        whole = speaks.outside(self.project, at.file, at.scope, name)
        return external(whole) if "." in whole else UNKNOWN

    def _dotted_assignment(self, name: str, at: At) -> Value:
        """`app.state.db = …` in the same scope or at module level."""
        targets = self.project.dotted_targets(at.file)
        if name not in targets:
            return UNKNOWN
        for scope in (at.scope, 0):
            entries = self.project.names(at.file, scope).get(name)
            if entries and not isinstance(entries[0], Import):
                key = at.file.path, scope, name
                if key not in self._names:
                    self._names[key] = UNKNOWN
                    self._names[key] = self._entries(at.file, scope, entries, name)
                return self._names[key]
        return UNKNOWN

    def imported_prefix(self, name: str, at: At) -> tuple[Value, str] | None:
        modules = self.project.imported_modules(at.file)
        if not modules or name.partition(".")[0] not in modules:
            return None
        table = self.project.names(at.file, 0)
        prefix = name
        while "." in prefix:
            for entry in table.get(prefix, ()):
                if isinstance(entry, Import) and not entry.name:
                    return self.imported(at.file, entry), name[len(prefix) + 1 :]
            prefix = prefix.rpartition(".")[0]
        return None

    # -- calls ------------------------------------------------------------------------------------------------

    def callee(self, call: Expr, at: At) -> Value:
        """What a call calls."""
        value = self.value(call[1], at)
        speaks = class_language(at.file.language)
        if speaks is None:
            return value
        if value.kind == FUNCTION and value.definition is not None and not value.path:
            return value._replace(definition=self.members.overload(value.definition, call))
        if value.path and value.kind in (EXTERNAL, INSTANCE, CLASS, FUNCTION) and "." in value.path:
            found = speaks.extension(self, value, at)
            if found is not None:
                receiver = value._replace(path=value.path.rpartition(".")[0])
                return Value(FUNCTION, found, item=receiver)
        return value

    def called(self, call: Expr, at: At) -> Value:
        """What a call gives back."""
        key = id(call), at.file.path, at.scope
        found = self._calls.get(key)
        if found is None:
            self._calls[key] = UNKNOWN
            self._keep.append(call)
            found = self._calls[key] = self._called(call, at)
        return found

    def _called(self, call: Expr, at: At) -> Value:
        callee = self.callee(call, at)
        last = callee.path.rpartition(".")[2] if callee.path else callee.definition.name if callee.definition else ""
        for rule in self.results.get(last, ()):
            value = rule(self, callee, call, at)
            if value is not None:
                return value
        if callee.kind == CLASS and not callee.path:
            return Value(INSTANCE, callee.definition, item=self.type_argument(call, at))
        if callee.kind == EXTERNAL and callee.path == "super":
            inside = self.project.enclosing_class(at.file, at.scope)
            return Value(SUPER, inside) if inside is not None else UNKNOWN
        if callee.definition is not None and not call[2] and callee.kind in (INSTANCE, FUNCTION):
            value = self._accessed(callee, call, last, at)
            if value is not None:
                return value
        if callee.kind == FUNCTION and callee.definition is not None and not callee.path:
            wrapped = self._wrapped(callee.definition, call, at)
            return wrapped or self.members.substituted(callee, call, at, self.returned(callee.definition))
        if callee.kind == LITERAL and not call[2] and class_language(at.file.language) is not None:
            return callee  # a field and its accessor share a name: `properties.url()`
        if callee.kind in (EXTERNAL, CLASS, INSTANCE, FUNCTION):
            made = callee._replace(path=callee.path + "()")
            if call[3] and (callee.item is None or last in _RETYPED):
                item = self.type_argument(call, at)
                return made._replace(item=item) if item is not None else made
            return made
        return UNKNOWN

    def _accessed(self, callee: Value, call: Expr, method: str, at: At) -> Value | None:
        """What an accessor gives: of a constant of an enum, what it was made with; else the field."""
        assert callee.definition is not None
        speaks = class_language(callee.definition.file.language)
        field = speaks.property_of(method) if speaks is not None else None
        if field is None:
            return None
        constant = self.members.constant(call[1], at, field)
        if constant is not None:
            return constant
        if callee.kind != INSTANCE or callee.path.count(".") != 1:
            return None
        value = self.members.own(callee.definition, field)
        kinds = (EXTERNAL, INSTANCE, MANY, LITERAL)
        return value if value is not None and value.kind in kinds and value.path != callee.path else None

    def type_argument(self, call: Expr, at: At) -> Value | None:
        """What the first type argument of a call stands for: an instance of Order for `Set<Order>()`."""
        given = type_arguments(call) if call[3] else ()
        found = as_type(self, given[0], at) if given else UNKNOWN
        return found if found.known else None

    def _wrapped(self, function: Definition, call: Expr, at: At) -> Value | None:
        """`catchErrors(handler)` is `handler`, when the function gives back one of its own inner functions."""
        if not any(item[0] == FUNCTION_EXPR for item in function.scope.returns):
            return None
        for argument in call[2]:
            if argument[0] in (FUNCTION_EXPR, NAME):
                value = self.value(argument, at)
                if value.kind == FUNCTION and not value.path:
                    return value
        return None

    def returned(self, function: Definition) -> Value:
        """What a function of the tree gives back: what it says, else what it returns."""
        found = self._returns.get(function)
        if found is None:
            self._returns[function] = UNKNOWN
            found = self._returns[function] = self._returned(function)
        return found

    def _returned(self, function: Definition) -> Value:
        scope = function.scope
        declared = UNKNOWN
        if scope.annotation is not None:
            declared = as_type(self, scope.annotation, function.outside, returned=True)
            if declared.known and declared.kind not in (EXTERNAL,):
                return declared
        best = UNKNOWN
        for expr in scope.returns:
            value = self.value(expr, function.inside)
            if value.known and value.kind != LITERAL:
                return value
            if value.known and not best.known:
                best = value
        if declared.known:
            return declared
        return best if best.known else Value(FUNCTION, function, "()")

    # -- identity ---------------------------------------------------------------------------------------------

    def binding(self, expr: Expr, at: At) -> Binding | None:
        """The variable that an expression names, followed through imports and plain aliases to where it is created."""
        return self.bindings.of(expr, at)


__all__ = ["Inference", "MemberRule", "Namespace", "Result"]
