"""Django's ORM: tables, and the calls that read and write them."""

from tenantry.products.pinata.engine.facts import ATTR, CALL, NAME, Expr, dotted
from tenantry.products.pinata.engine.findings import CERTAIN, LIKELY, Findings
from tenantry.products.pinata.engine.frameworks.django_managers import member
from tenantry.products.pinata.engine.frameworks.django_models import DjangoModels, models_of
from tenantry.products.pinata.engine.frameworks.django_settings import setting
from tenantry.products.pinata.engine.resolve.inference import Inference, MemberRule, Namespace, Result
from tenantry.products.pinata.engine.resolve.program import Program, Site
from tenantry.products.pinata.engine.resolve.values import (
    CLASS,
    EXTERNAL,
    FUNCTION,
    INSTANCE,
    MANY,
    At,
    Definition,
    Value,
)

_ONE = frozenset(
    "get first last create earliest latest get_or_none aget afirst alast acreate update_or_create get_or_create "
    "aget_or_create aupdate_or_create get_object_or_404 aget_object_or_404".split()
)
_PAIRS = frozenset(("get_or_create", "update_or_create", "aget_or_create", "aupdate_or_create"))
_WRITES = frozenset(
    "create get_or_create update_or_create bulk_create bulk_update update delete acreate aget_or_create aupdate_or_create "
    "abulk_create abulk_update aupdate adelete create_user create_superuser add_node _raw_delete".split()
)
_QUERY = frozenset(
    "all filter exclude annotate aggregate aaggregate count acount exists aexists values values_list order_by distinct select_related "
    "prefetch_related only defer iterator aiterator in_bulk raw union intersection difference dates datetimes reverse extra "
    "select_for_update using alias contains explain complex_filter get_queryset search active published".split()
)
_JOINED = frozenset("add remove clear set aadd aremove aclear aset".split())
_SAVES = frozenset("save delete asave adelete".split())
_READS_SELF = frozenset("refresh_from_db arefresh_from_db".split())
_SHORTCUTS = ("django.shortcuts.get_object_or_404", "django.shortcuts.get_list_or_404", "django.shortcuts.aget_object_or_404",
              "rest_framework.generics.get_object_or_404", "ninja.shortcuts.get_object_or_404")  # fmt: skip
_USER_MODEL = ("django.contrib.auth.get_user_model", "django.contrib.auth.models.User")
_FORMS = (
    "rest_framework.serializers.ModelSerializer",
    "rest_framework.serializers.HyperlinkedModelSerializer",
    "django.forms.ModelForm",
    "django.forms.models.ModelForm",
)


def user_class(inference: Inference, callee: Value, call: Expr, at: At) -> Value | None:
    if callee.kind == EXTERNAL and callee.path == "django.contrib.auth.get_user_model":
        user = models_of(inference).user()
        return Value(CLASS, user) if user is not None else None
    return None


def row(inference: Inference, callee: Value, call: Expr, at: At) -> Value | None:
    """What a query gives: `.get()` one row, `get_or_create()` a row and a flag."""
    last = callee.path.rpartition(".")[2]
    if callee.kind == EXTERNAL and callee.path in _SHORTCUTS and call[2]:
        target = inference.value(call[2][0], at)
        return Value(INSTANCE, target.definition) if target.kind == CLASS else None
    if callee.kind == CLASS and callee.path.startswith(".objects") and last in _ONE:
        made = Value(INSTANCE, callee.definition)
        return Value(MANY, item=made) if last in _PAIRS else made
    return None


class DjangoOrm:
    name = "django-orm"
    packages: tuple[str, ...] = ("django",)
    members: tuple[MemberRule, ...] = (member,)
    namespaces: dict[str, Namespace] = {"django.conf.settings": setting}
    results: dict[str, tuple[Result, ...]] = {"get_user_model": (user_class,), **dict.fromkeys(sorted(_ONE), (row,))}

    def find(self, program: Program, findings: Findings) -> None:
        models = models_of(program.inference)
        for table in models.tables():
            findings.table(table)
        for site in program.methods(*sorted(_QUERY | _WRITES | _JOINED | _SAVES | _READS_SELF | _ONE)):
            if site.file.language != "python":
                continue
            callee = site.callee
            if callee.definition is None:
                continue
            if callee.kind == CLASS and callee.path.startswith(".objects") and site.outermost:
                self._query(findings, models, site)
            elif callee.kind == INSTANCE and callee.path:
                self._instance(program, findings, models, site)
            elif callee.kind == FUNCTION and site.method in _SAVES:
                self._overridden(program, findings, models, site)
        for site in program.calls(*_SHORTCUTS):
            target = program.value(site.expr[2][0], site.at) if site.expr[2] else None
            if (
                target is not None
                and target.kind == CLASS
                and target.definition is not None
                and self._root(site.expr[2][0], site)
            ):
                self._emit(findings, models.table_of(target.definition), "db_read", site)

    def _root(self, expr: Expr, site: Site) -> bool:
        """A query that is built in place counts once, as what it is."""
        return bool(expr[0] == NAME)

    def _emit(self, findings: Findings, table: str | None, kind: str, site: Site, confidence: float = CERTAIN) -> None:
        if table:
            findings.add(
                kind,
                table,
                site.file,
                site.line,
                scope=site.at.scope,
                end_line=site.outer.end_line,
                confidence=confidence,
                framework="django",
            )

    # -- queries ----------------------------------------------------------------------------------------------

    def _query(self, findings: Findings, models: DjangoModels, site: Site) -> None:
        callee = site.callee
        assert callee.definition is not None
        steps = [part.removesuffix("()").removesuffix("[]") for part in callee.path.split(".")[2:]]
        if not steps:
            return None
        joined = callee.expr[1] if callee.expr is not None and callee.expr[0] == "joined" else ""
        if joined and steps[-1] in _JOINED:
            return self._emit(findings, joined, "db_write", site)
        table = models.table_of(callee.definition)
        writes = any(step in _WRITES or step in _JOINED for step in steps)
        if not writes and not self._begins(site, callee):
            return None  # a query that goes on from a variable was counted where it began
        if steps[-1] in ("db_manager", "using", "none", "as_manager"):
            return None
        return self._emit(findings, table, "db_write" if writes else "db_read", site)

    @staticmethod
    def _begins(site: Site, callee: Value) -> bool:
        """Whether the chain itself reaches the manager: every call in its path is written right here."""
        return callee.path.count("()") <= site.length - 1

    # -- instances --------------------------------------------------------------------------------------------

    def _instance(self, program: Program, findings: Findings, models: DjangoModels, site: Site) -> None:
        definition, path = site.callee.definition, site.callee.path
        assert definition is not None
        name = path[1:]
        if name in _SAVES:
            if models.is_model(definition):
                self._emit(findings, models.table_of(definition), "db_write", site)
            elif any(base in _FORMS for base in program.externals(definition)):
                self._emit(findings, self._form_table(program, models, definition), "db_write", site, LIKELY)
        elif name in _READS_SELF and models.is_model(definition):
            self._emit(findings, models.table_of(definition), "db_read", site)

    def _form_table(self, program: Program, models: DjangoModels, definition: Definition) -> str | None:
        """The table of the model that a form or serializer is for (`class Meta: model = …`)."""
        for owner in program.inference.members.order(definition)[0]:
            said = models.meta(owner).get("model")
            if said is not None:
                model = models.named(said, owner)
                return models.table_of(model) if model is not None else None
        return None

    def _overridden(self, program: Program, findings: Findings, models: DjangoModels, site: Site) -> None:
        """`order.save()` writes although the tree has a `save` of its own (which calls the real one)."""
        function = site.callee.definition
        assert function is not None
        callee = site.expr[1]
        base: Expr = callee[1] if callee[0] == ATTR else (NAME, callee[1].rpartition(".")[0])
        if base == (NAME, "") or base[0] == CALL and dotted(base[1]) == "super":
            return
        value = program.value(base, site.at)
        if value.kind == INSTANCE and value.definition is not None and not value.path:
            if models.is_model(value.definition):
                self._emit(findings, models.table_of(value.definition), "db_write", site)


framework = DjangoOrm()
