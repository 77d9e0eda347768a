"""Which HTTP methods a Django view answers, and with which functions."""

from typing import NamedTuple

from tenantry.products.pinata.engine.facts import CALL, DICT, LIST, NAME, STR, Expr, dotted, keyword
from tenantry.products.pinata.engine.resolve.program import Program
from tenantry.products.pinata.engine.resolve.values import At, Definition

_METHODS = ("get", "post", "put", "patch", "delete")
# What the generic views of Django and Django REST framework answer, by the last part of their name.
_GENERIC: dict[str, str] = {
    "TemplateView": "get", "ListView": "get", "DetailView": "get", "RedirectView": "get", "ArchiveIndexView": "get",
    "YearArchiveView": "get", "MonthArchiveView": "get", "DayArchiveView": "get", "DateDetailView": "get", "TodayArchiveView": "get",
    "FormView": "get post", "CreateView": "get post", "UpdateView": "get post", "DeleteView": "get post",
    "LoginView": "get post", "LogoutView": "post", "PasswordChangeView": "get post", "PasswordChangeDoneView": "get",
    "PasswordResetView": "get post", "PasswordResetDoneView": "get", "PasswordResetConfirmView": "get post",
    "PasswordResetCompleteView": "get",
    "ListAPIView": "get", "CreateAPIView": "post", "RetrieveAPIView": "get", "DestroyAPIView": "delete", "UpdateAPIView": "put patch",
    "ListCreateAPIView": "get post", "RetrieveUpdateAPIView": "get put patch", "RetrieveDestroyAPIView": "get delete",
    "RetrieveUpdateDestroyAPIView": "get put patch delete", "ObtainAuthToken": "post", "ObtainJSONWebTokenView": "post",
    "TokenObtainPairView": "post", "TokenRefreshView": "post", "TokenVerifyView": "post", "TokenBlacklistView": "post",
    "TokenObtainSlidingView": "post", "TokenRefreshSlidingView": "post", "SpectacularAPIView": "get", "SpectacularSwaggerView": "get",
    "SpectacularRedocView": "get", "SpectacularJSONAPIView": "get", "SpectacularYAMLAPIView": "get", "GraphQLView": "get post",
    "JavaScriptCatalog": "get", "JSONCatalog": "get", "SocialLoginView": "post", "RegisterView": "post", "UserDetailsView": "get put patch",
    "RefreshJSONWebTokenView": "post", "VerifyJSONWebTokenView": "post",
}  # fmt: skip
_PARENTS = {
    "BaseListView": "get",
    "BaseDetailView": "get",
    "ProcessFormView": "get post",
    "BaseCreateView": "get post",
    "BaseUpdateView": "get post",
}
# (action, HTTP method, on one object) of a DRF view set, and which mixin brings it.
_ACTIONS = (
    ("list", "GET", False), ("create", "POST", False), ("retrieve", "GET", True),
    ("update", "PUT", True), ("partial_update", "PATCH", True), ("destroy", "DELETE", True),
)  # fmt: skip
_MIXINS = {
    "ListModelMixin": ("list",), "CreateModelMixin": ("create",), "RetrieveModelMixin": ("retrieve",),
    "UpdateModelMixin": ("update", "partial_update"), "DestroyModelMixin": ("destroy",),
    "ModelViewSet": ("list", "create", "retrieve", "update", "partial_update", "destroy"), "ReadOnlyModelViewSet": ("list", "retrieve"),
}  # fmt: skip
_DECORATED = {"require_GET": ["GET"], "require_POST": ["POST"], "require_safe": ["GET"]}


class Answer(NamedTuple):
    """One HTTP method of a view; `suffix` is appended to the path (a view set's own actions)."""

    method: str
    handler: Definition | None
    view: Definition | None
    suffix: str = ""


def answers(program: Program, view: Expr, at: At) -> list[Answer]:
    """The methods of what stands as a view in a URL pattern; ANY when nothing says which."""
    view = _unwrapped(view)
    if view[0] == CALL and dotted(view[1]).endswith(".as_view"):
        return _class_based(program, (NAME, dotted(view[1]).removesuffix(".as_view")), view, at)
    value = program.value(view, at)
    if value.kind == "function" and value.definition is not None and not value.path:
        return _function(program, value.definition)
    if value.kind == "literal" and value.expr is not None and value.at is not None and value.expr != view:
        return answers(program, value.expr, value.at)
    binding = program.inference.binding(view, at) if view[0] == NAME else None
    if binding is not None:  # view = SomeView.as_view()
        file = program.project.files[binding.path]
        for entry in program.project.names(file, binding.scope).get(binding.name, ()):
            made = getattr(entry, "value", None)
            if made is not None and made[0] == CALL and dotted(made[1]).endswith(".as_view"):
                return answers(program, made, At(file, binding.scope))
    if value.path.endswith(".as_view()"):
        return _outside(value.path.removesuffix(".as_view()"))
    return [Answer("ANY", None, None)]


def _unwrapped(view: Expr) -> Expr:
    """`csrf_exempt(cache_page(60)(View.as_view()))` → `View.as_view()`."""
    for _ in range(8):
        if view[0] != CALL or dotted(view[1]).endswith(".as_view") or not view[2]:
            return view
        inner = [arg for arg in view[2] if arg[0] in (NAME, CALL)]
        if not inner:
            return view
        view = inner[-1]
    return view


def _function(program: Program, function: Definition) -> list[Answer]:
    for expr, _ in function.scope.decorators:
        name = dotted(expr[1] if expr[0] == CALL else expr).rpartition(".")[2]
        if name in _DECORATED:
            return [Answer(method, function, None) for method in _DECORATED[name]]
        if name in ("api_view", "require_http_methods"):
            listed = (
                expr[2][0]
                if expr[0] == CALL and expr[2]
                else keyword(expr, "http_method_names")
                if expr[0] == CALL
                else None
            )
            value = program.value(listed, function.outside) if listed is not None else None
            items = value.expr[1] if value is not None and value.expr is not None and value.expr[0] == LIST else ()
            return [Answer(item[1].upper(), function, None) for item in items if item[0] == STR] or [
                Answer("GET", function, None)
            ]
    return [Answer("ANY", function, None)]


def _class_based(program: Program, cls: Expr, call: Expr, at: At) -> list[Answer]:
    value = program.value(cls, at)
    if value.kind != "class" or value.definition is None or value.path:
        return _outside(value.path)
    view = value.definition
    actions = next((arg for arg in (*call[2], keyword(call, "actions") or ("?",)) if arg[0] == DICT), None)
    if actions is not None:
        return [
            Answer(key[1].upper(), program.inference.members.method(view, action[1]), view)
            for key, action in actions[1]
            if key[0] == STR and action[0] == STR
        ]
    return methods_of(program, view)


def methods_of(program: Program, view: Definition) -> list[Answer]:
    """The handler methods of a class-based view: its own, its bases', and those of the generic views it builds on."""
    members = program.inference.members
    allowed = set(_METHODS)
    limited = members.field(view, "http_method_names")
    if limited is not None and limited[1].value is not None:
        listed = program.value(limited[1].value, limited[0].inside)
        if listed.expr is not None and listed.expr[0] == LIST:
            allowed = {item[1].lower() for item in listed.expr[1] if item[0] == STR}
    found: dict[str, Definition | None] = {}
    for method in _METHODS:
        own = members.method(view, method)
        if own is not None:
            found[method] = own
    for base in members.externals(view):
        name = base.rpartition(".")[2]
        for method in (_GENERIC.get(name) or _PARENTS.get(name) or "").split():
            found.setdefault(method, _helper(program, view, method))
    rows = [Answer(method.upper(), found[method], view) for method in _METHODS if method in found and method in allowed]
    return rows or [Answer("ANY", members.method(view, "dispatch"), view)]


_HELPERS = {
    "get": ("list", "retrieve", "get_queryset", "get_object", "get_context_data"), "post": ("create", "perform_create", "form_valid"),
    "put": ("update", "perform_update"), "patch": ("partial_update", "update", "perform_update"), "delete": ("destroy", "perform_destroy"),
}  # fmt: skip


def _helper(program: Program, view: Definition, method: str) -> Definition | None:
    """The hook of a generic view by which the tree takes part in a method, e.g. `form_valid` for POST."""
    return next((found for name in _HELPERS[method] if (found := program.inference.members.method(view, name))), None)


def _outside(name: str) -> list[Answer]:
    methods = _GENERIC.get(name.rpartition(".")[2], "").split()
    return [Answer(method.upper(), None, None) for method in methods] or [Answer("ANY", None, None)]


def view_set(program: Program, view: Definition, lookup_prefix: str = "") -> list[Answer]:
    """What a router makes of a DRF view set: its standard actions and those marked `@action`; suffixes begin with `/`."""
    members = program.inference.members
    names = {action for base in members.externals(view) for action in _MIXINS.get(base.rpartition(".")[2], ())}
    limited = members.field(view, "http_method_names")
    allowed: set[str] | None = None
    if limited is not None and limited[1].value is not None and limited[1].value[0] == LIST:
        allowed = {item[1].upper() for item in limited[1].value[1] if item[0] == STR}
    key = lookup_prefix + lookup(program, view)
    rows: list[Answer] = []
    for action, method, single in _ACTIONS:
        own = members.method(view, action)
        if (own is not None or action in names) and (allowed is None or method in allowed):
            rows.append(
                Answer(method, own or _helper(program, view, method.lower()), view, f"/{{{key}}}" if single else "")
            )
    for owner in members.order(view)[0]:
        for index, scope in enumerate(owner.file.scopes):
            if scope.parent == owner.index and scope.kind == "function":
                rows += _extra(program, program.project.definition(owner.file, index), view, key)
    return rows


def lookup(program: Program, view: Definition) -> str:
    """The name of the parameter that picks one object."""
    for name in ("lookup_url_kwarg", "lookup_field"):
        field = program.inference.members.field(view, name)
        if field is not None and field[1].value is not None and field[1].value[0] == STR:
            return str(field[1].value[1])
    return "pk"


def _extra(program: Program, function: Definition, view: Definition, key: str) -> list[Answer]:
    for expr, _ in function.scope.decorators:
        name = dotted(expr[1]).rpartition(".")[2] if expr[0] == CALL else ""
        if name not in ("action", "list_route", "detail_route"):
            continue
        given = dict(expr[3])
        single = name == "detail_route" or given.get("detail", ("n", False))[1] is True
        path = program.folded(given.get("url_path"), function.outside) or function.name
        methods = given.get("methods") or (expr[2][0] if expr[2] and expr[2][0][0] == LIST else None)
        listed = (
            [item[1].upper() for item in methods[1] if item[0] == STR]
            if methods is not None and methods[0] == LIST
            else ["GET"]
        )
        return [Answer(method, function, view, (f"/{{{key}}}" if single else "") + f"/{path}") for method in listed]
    return []
