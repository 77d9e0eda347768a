"""Django's managers and relations: what `User.objects`, `book.authors` and `shelf.books` are queries of."""

from tenantry.products.pinata.engine.facts import ATTR, CALL, NAME, STR, Assign, Expr, dotted, keyword
from tenantry.products.pinata.engine.frameworks.django_models import MANAGER, MANY, DjangoModels, Relation, models_of
from tenantry.products.pinata.engine.resolve.inference import Inference
from tenantry.products.pinata.engine.resolve.values import CLASS, EXTERNAL, INSTANCE, At, Definition, Value

MANAGERS = frozenset(("objects", "_default_manager", "_base_manager", "all_objects"))


class Managers:
    """All managers of a program; one per project, kept in its state."""

    def __init__(self, inference: Inference) -> None:
        self.inference = inference
        self.models: DjangoModels = models_of(inference)

    def is_manager(self, definition: Definition) -> bool:
        return any(MANAGER.match(name) for name in self.inference.members.externals(definition))

    def managed(self) -> dict[Definition, Definition]:
        """Manager or query-set class → the first model that uses it."""

        def build() -> dict[Definition, Definition]:
            found: dict[Definition, Definition] = {}
            for definition in self.inference.project.classes():
                if self.models.is_model(definition):
                    for assign in definition.file.assigns:
                        if assign.scope == definition.index and assign.value is not None and assign.value[0] == CALL:
                            for cls in self._classes(assign.value, definition.inside):
                                if cls not in found or not self.models.concrete(found[cls]):
                                    found[cls] = definition
            return found

        return self.inference.project.state("django.managed", build)

    def _classes(self, call: Expr, at: At) -> list[Definition]:
        """`M()`, `M.from_queryset(Q)()` and `Q.as_manager()` → the classes M and Q of the tree."""
        found: list[Definition] = []
        stack: list[Expr] = [call]
        while stack:
            expr = stack.pop()
            if expr[0] == CALL:
                stack.append(expr[1])
                stack += [arg for arg in expr[2] if arg[0] == NAME]
            elif expr[0] == ATTR:
                stack.append(expr[1])
            elif expr[0] == NAME:
                for name in (expr[1], expr[1].rpartition(".")[0]):
                    value = self.inference.value((NAME, name), at) if name else None
                    if (
                        value is not None
                        and value.kind == CLASS
                        and value.definition is not None
                        and not value.path
                        and self.is_manager(value.definition)
                    ):
                        found.append(value.definition)
        return found

    def value(self, model: Definition, name: str) -> Value | None:
        """`Model.name` when that is a manager."""
        field = self.inference.members.field(model, name)
        if field is None or field[1].value is None or field[1].value[0] != CALL:
            return Value(CLASS, model, ".objects") if name in MANAGERS else None
        owner, assign = field
        classes = self._classes(assign.value, owner.inside) if assign.value else []
        if classes:
            return Value(CLASS, model, ".objects", item=Value(INSTANCE, classes[0]))
        value = self.inference.value(assign.value, owner.inside) if assign.value else None
        if name in MANAGERS or value is not None and value.kind == EXTERNAL and MANAGER.match(value.path):
            return Value(CLASS, model, ".objects")
        return None

    def reverse(self) -> dict[tuple[Definition, str], Relation]:
        """(model, name by which it reaches back) → relation."""

        def build() -> dict[tuple[Definition, str], Relation]:
            found: dict[tuple[Definition, str], Relation] = {}
            for definition in self.inference.project.classes():
                if not self.models.concrete(definition):
                    continue
                for relation in self.models.relations(definition).values():
                    if relation.target is None:
                        continue
                    said = keyword(relation.call, "related_name")
                    name = str(said[1]) if said is not None and said[0] == STR else f"{definition.name.lower()}_set"
                    name = name.replace("%(class)s", definition.name.lower()).replace(
                        "%(app_label)s", self.models.label(definition)
                    )
                    if not name.endswith("+"):
                        found.setdefault((relation.target, name), relation)
            return found

        return self.inference.project.state("django.reverse", build)


def managers_of(inference: Inference) -> Managers:
    return inference.project.state("django.managers", lambda: Managers(inference))


def member(inference: Inference, value: Value, name: str) -> Value | None:
    """Managers, foreign keys and related managers of models; `self.model` and query methods of managers."""
    definition = value.definition
    if definition is None or definition.file.language != "python":
        return None
    models, managers = models_of(inference), managers_of(inference)
    if models.is_model(definition):
        if value.kind == CLASS:
            return managers.value(definition, name)
        relation = models.relations(definition).get(name)
        if relation is not None and relation.target is not None:
            if relation.table or MANY.match(dotted(relation.call[1]).rpartition(".")[2]):
                return Value(CLASS, relation.target, ".objects", expr=("joined", relation.table))
            return Value(INSTANCE, relation.target)
        for owner in inference.members.order(definition)[0]:
            back = managers.reverse().get((owner, name))
            if back is not None:
                if dotted(back.call[1]).endswith("OneToOneField"):
                    return Value(INSTANCE, back.model)
                joined = ("joined", back.table) if back.table else None
                return Value(CLASS, back.model, ".objects", expr=joined)
        return None
    if value.kind == INSTANCE and managers.is_manager(definition):
        model = managers.managed().get(definition)
        if model is not None:
            if name == "model":
                return Value(CLASS, model)
            if inference.members.find(definition, name) is None and not _is_field(inference, definition, name):
                return Value(CLASS, model, f".objects.{name}")
    return None


def _is_field(inference: Inference, definition: Definition, name: str) -> bool:
    return any(
        isinstance(entry, Assign) for entry in inference.project.names(definition.file, definition.index).get(name, ())
    ) or bool(inference.members.attributes(definition).get(name))
