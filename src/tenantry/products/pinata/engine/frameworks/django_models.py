"""Django's models: which classes are tables, their names, columns, relations and managers."""

import re

from tenantry.products.pinata.engine.facts import CALL, NUM, STR, Expr, dotted, keyword
from tenantry.products.pinata.engine.findings import Column, Table
from tenantry.products.pinata.engine.frameworks.django_settings import setting_text
from tenantry.products.pinata.engine.resolve.inference import Inference
from tenantry.products.pinata.engine.resolve.values import CLASS, Definition

_BASE = re.compile(
    r"django\.(?:contrib\.gis\.)?db\.models(?:\.base)?\.Model\Z|django\.contrib\.\w+\.(?:models|base_user)\.(?!\w*(?:Manager|Mixin)\Z)\w+\Z"
)
_OTHER_BASE = re.compile(  # of libraries: abstract models, by the convention of their names
    r"(?!pydantic|django\.|rest_framework|ninja|odoo)[\w.]+\.(?:models|db|model|mptt|abstract_models|mp_tree|ns_tree|al_tree)[\w.]*\.\w*(?:Model|Node|Page|AbstractUser|Mixin)\Z"
)
_USERS = ("django.contrib.auth.models.PermissionsMixin", "django.contrib.auth.models.AbstractUser")
MANAGER = re.compile(r"(?:.*\.)?(?:\w*Manager|\w*QuerySet|from_queryset\(\)|as_manager\(\))(?:\(\))*\Z")
_FIELD = re.compile(r"(?:.*\.)?(\w*Field|\w*Key|OneToOneField|ManyToManyField)\Z")
_RELATIONS = re.compile(r"\w*(?:ForeignKey|OneToOneField|ParentalKey|TreeForeignKey|GroupedForeignKey)\Z")
MANY = re.compile(r"\w*ManyToManyField\Z")
_OUTSIDE = {"User": "auth_user", "Group": "auth_group", "Permission": "auth_permission", "ContentType": "django_content_type",
            "Session": "django_session", "Site": "django_site", "LogEntry": "django_admin_log"}  # fmt: skip


def _last(name: str) -> str:
    return name.rpartition(".")[2]


class Relation:
    """A foreign key or many-to-many field of a model."""

    __slots__ = ("call", "model", "name", "table", "target")

    def __init__(self, model: Definition, name: str, call: Expr, target: Definition | None, table: str) -> None:
        self.model = model
        self.name = name
        self.call = call
        self.target = target
        self.table = table  # the automatic table of a many-to-many field, else ""


class DjangoModels:
    """All models of a program; one per project, kept in its state."""

    def __init__(self, inference: Inference) -> None:
        self.inference = inference
        self._model: dict[Definition, bool] = {}
        self._fields: dict[Definition, dict[str, tuple[Definition, Expr]]] = {}
        self._relations: dict[Definition, dict[str, Relation]] = {}
        self._labels: dict[str, str] = {}
        self._meta: dict[Definition, dict[str, Expr]] = {}
        self._tables: dict[Definition, str | None] = {}

    # -- which classes ----------------------------------------------------------------------------------------

    def is_model(self, definition: Definition) -> bool:
        """Whether a class is a model, abstract ones included."""
        found = self._model.get(definition)
        if found is None:
            self._model[definition] = False
            names = [name for name in self.inference.members.externals(definition) if not MANAGER.match(name)]
            found = any(_BASE.match(name) for name in names) or (
                definition.file.language == "python"
                and any(_OTHER_BASE.match(name) for name in names)
                and (
                    bool(self.fields(definition))
                    or "Meta" in self.inference.project.names(definition.file, definition.index)
                )
                and not any(name.rpartition(".")[2].endswith(("Form", "Serializer", "View", "Admin")) for name in names)
            )
            self._model[definition] = found
        return found

    def meta(self, definition: Definition) -> dict[str, Expr]:
        """What `class Meta` of this very class says."""
        found = self._meta.get(definition)
        if found is None:
            found = self._meta[definition] = {}
            project = self.inference.project
            for entry in project.names(definition.file, definition.index).get("Meta", ()):
                if isinstance(entry, int):
                    for assign in definition.file.assigns:
                        if assign.scope == entry and assign.value is not None:
                            found[assign.target] = assign.value
        return found

    def concrete(self, definition: Definition) -> bool:
        return self.is_model(definition) and self.meta(definition).get("abstract") != (NUM, True)

    # -- names ------------------------------------------------------------------------------------------------

    def table_of(self, definition: Definition) -> str | None:
        if definition not in self._tables:
            self._tables[definition] = None
            self._tables[definition] = self._table_of(definition)
        return self._tables[definition]

    def _table_of(self, definition: Definition) -> str | None:
        if not self.concrete(definition):
            return None
        meta = self.meta(definition)
        if meta.get("proxy") == (NUM, True):
            for base in self.inference.members.order(definition)[0][1:]:
                if self.concrete(base):
                    return self.table_of(base)
            for name in self.inference.members.externals(definition):
                if name.rpartition(".")[2] in _OUTSIDE:
                    return _OUTSIDE[name.rpartition(".")[2]]
            return None
        named = meta.get("db_table")
        if named is not None and named[0] == STR:
            return str(named[1]).replace('"', "").rpartition(".")[2]
        return f"{self.label(definition)}_{definition.name.lower()}"

    def label(self, definition: Definition) -> str:
        said = self.meta(definition).get("app_label")
        return str(said[1]) if said is not None and said[0] == STR else self._label(definition.file.path)

    def _label(self, path: str) -> str:
        """The app a module belongs to: the nearest package above with an AppConfig, else the one that holds `models`."""
        folder = path.rpartition("/")[0]
        if folder in self._labels:
            return self._labels[folder]
        configs = self.inference.project.state("django.configs", self._configs)
        label, above = "", folder
        while above and not label:
            label = configs.get(above, "")
            above = above.rpartition("/")[0]
        if not label:
            parts = folder.split("/")
            label = parts[-2] if parts[-1] == "models" and len(parts) > 1 else parts[-1]
            if "models" in parts[:-1]:
                label = parts[parts.index("models") - 1]
        self._labels[folder] = label
        return label

    def _configs(self) -> dict[str, str]:
        found: dict[str, str] = {}
        for definition in self.inference.project.classes():
            if definition.file.path.endswith(("apps.py", "__init__.py", "config.py", "apps/__init__.py")) and any(
                name.endswith("AppConfig") for name in self.inference.members.externals(definition)
            ):
                says = {
                    a.target: a.value[1]
                    for a in definition.file.assigns
                    if a.scope == definition.index and a.value and a.value[0] == STR
                }
                folder = definition.file.path.rpartition("/")[0]
                label = says.get("label") or str(says.get("name", "")).rpartition(".")[2] or folder.rpartition("/")[2]
                found.setdefault(folder, str(label))
        return found

    # -- fields -----------------------------------------------------------------------------------------------

    def fields(self, definition: Definition) -> dict[str, tuple[Definition, Expr]]:
        """name → (class that declares it, call) of all fields, inherited ones first; only those of abstract bases are columns."""

        def build() -> dict[str, tuple[Definition, Expr]]:
            found: dict[str, tuple[Definition, Expr]] = {}
            for owner in reversed(self.inference.members.order(definition)[0]):
                for assign in owner.file.assigns:
                    if assign.scope == owner.index and assign.tag == CALL and _FIELD.match(_last(assign.head)):
                        value = assign.value
                        if value is not None and _FIELD.match(_last(dotted(value[1]))):
                            found[assign.target] = owner, value
            return found

        known = self._fields.get(definition)
        if known is None:
            known = self._fields[definition] = build()
        return known

    def own_fields(self, definition: Definition) -> dict[str, tuple[Definition, Expr]]:
        """Fields whose columns are in this model's own table."""
        return {
            name: (owner, call)
            for name, (owner, call) in self.fields(definition).items()
            if owner is definition or not self.concrete(owner)
        }

    def relations(self, definition: Definition) -> dict[str, Relation]:
        def build() -> dict[str, Relation]:
            found: dict[str, Relation] = {}
            table = self.table_of(definition) or ""
            for name, (owner, call) in self.fields(definition).items():
                field = dotted(call[1]).rpartition(".")[2]
                if MANY.match(field):
                    through, own = keyword(call, "through"), keyword(call, "db_table")
                    joined = str(own[1]) if own is not None and own[0] == STR else f"{table}_{name}"
                    target = self.target(call, owner)
                    if through is not None:
                        made = self.named(through, owner)
                        joined = self.table_of(made) or "" if made is not None else ""
                    elif owner is not definition and self.concrete(owner):
                        continue
                    found[name] = Relation(definition, name, call, target, joined)
                elif _RELATIONS.match(field):
                    found[name] = Relation(definition, name, call, self.target(call, owner), "")
            return found

        known = self._relations.get(definition)
        if known is None:
            known = self._relations[definition] = build()
        return known

    def target(self, call: Expr, owner: Definition) -> Definition | None:
        to = keyword(call, "to", 0)
        return self.named(to, owner) if to is not None else None

    def named(self, expr: Expr, owner: Definition) -> Definition | None:
        """The model an expression names: a class, "self", "app.Model", settings.AUTH_USER_MODEL."""
        if expr == (STR, "self"):
            return owner
        if expr[0] == STR:
            app, _, name = str(expr[1]).rpartition(".")
            models: dict[str, list[Definition]] = self.inference.project.state("django.by_name", self._by_name)
            found = models.get(name, [])
            same = [m for m in found if self.label(m) == (app.rpartition(".")[2] or self.label(owner))]
            return same[0] if same else found[0] if len(found) == 1 else None
        value = self.inference.value(expr, owner.inside)
        if value.kind == CLASS and not value.path:
            return value.definition
        if value.expr is not None and value.expr[0] == STR:
            return self.named(value.expr, owner)
        return None

    def _by_name(self) -> dict[str, list[Definition]]:
        found: dict[str, list[Definition]] = {}
        for definition in self.inference.project.classes():
            if self.is_model(definition):
                found.setdefault(definition.name, []).append(definition)
        return found

    def user(self) -> Definition | None:
        said = setting_text(self.inference, "AUTH_USER_MODEL")
        models: dict[str, list[Definition]] = self.inference.project.state("django.by_name", self._by_name)
        if said:
            app, _, name = said.partition(".")
            return next((m for m in models.get(name, ()) if self.label(m) == app), None) or next(
                iter(models.get(name, ())), None
            )
        found = [
            m
            for rows in models.values()
            for m in rows
            if any(n in _USERS or n.endswith("AbstractBaseUser") for n in self.inference.members.externals(m))
            and self.concrete(m)
        ]
        return found[0] if found else None

    # -- tables -----------------------------------------------------------------------------------------------

    def tables(self) -> list[Table]:
        found: list[Table] = []
        for definition in self.inference.project.classes():
            table = self.table_of(definition) if definition.file.language == "python" else None
            if not table or self.meta(definition).get("proxy") == (NUM, True):
                continue
            found.append(Table(table, definition.file, definition.scope.line, self.columns(definition), 0, definition))
            for relation in self.relations(definition).values():
                if relation.table and keyword(relation.call, "through") is None:
                    line = (
                        relation.call[4]
                        if definition.file is self.fields(definition)[relation.name][0].file
                        else definition.scope.line
                    )
                    found.append(self._joined(relation, table, definition, line))
            if any(name in _USERS for name in self.inference.members.externals(definition)):
                for name, other in (("groups", "auth_group"), ("user_permissions", "auth_permission")):
                    columns = [
                        Column("id", "AutoField", False, True),
                        Column(f"{definition.name.lower()}_id", "ForeignKey", False, False, table),
                        Column(f"{other.removeprefix('auth_')}_id", "ForeignKey", False, False, other),
                    ]
                    found.append(
                        Table(
                            f"{table}_{name}",
                            definition.file,
                            definition.scope.line,
                            columns,
                            1,
                            detail={"implied": True},
                        )
                    )
            for assign in definition.file.assigns:
                if (
                    assign.scope == definition.index
                    and assign.value
                    and assign.value[0] == CALL
                    and dotted(assign.value[1]).endswith("HistoricalRecords")
                ):
                    found.append(
                        Table(
                            f"{self.label(definition)}_historical{definition.name.lower()}",
                            definition.file,
                            assign.line,
                            rank=1,
                            detail={"implied": True},
                        )
                    )
        return found

    def _joined(self, relation: Relation, table: str, definition: Definition, line: int) -> Table:
        other = self.table_of(relation.target) if relation.target is not None else None
        own = definition.name.lower()
        names = (
            (f"from_{own}", f"to_{own}")
            if relation.target is definition
            else (own, relation.target.name.lower() if relation.target else "target")
        )
        columns = [
            Column("id", "AutoField", False, True),
            Column(f"{names[0]}_id", "ForeignKey", False, False, table),
            Column(f"{names[1]}_id", "ForeignKey", False, False, other),
        ]
        return Table(relation.table, definition.file, line, columns, 1, detail={"implied": True})

    def columns(self, definition: Definition) -> list[Column]:
        found: list[Column] = []
        fields = self.own_fields(definition)
        given = {name: dict(call[3]) for name, (_, call) in fields.items()}
        if not any(says.get("primary_key") == (NUM, True) for says in given.values()):
            found.append(Column("id", "AutoField", False, True))
        for name, (owner, call) in fields.items():
            field, says = dotted(call[1]).rpartition(".")[2], given[name]
            if MANY.match(field) or field in ("GenericForeignKey", "GenericRelation"):
                continue
            column = Column(name, field, says.get("null") == (NUM, True), says.get("primary_key") == (NUM, True))
            if _RELATIONS.match(field):
                target = self.target(call, owner)
                column.name = f"{name}_id"
                column.references = self.table_of(target) if target is not None else None
            elif "max_length" in says and says["max_length"][0] == NUM:
                column.type = f"{field}({says['max_length'][1]})"
            if "db_column" in says and says["db_column"][0] == STR:
                column.name = says["db_column"][1]
            found.append(column)
        return found


def models_of(inference: Inference) -> DjangoModels:
    return inference.project.state("django.models", lambda: DjangoModels(inference))
