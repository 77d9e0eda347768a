"""Strings as far as they are constant: `f"{settings.API}/users/{id}"` → `/api/users/{id}`."""

import re

from tenantry.products.pinata.engine.facts import ATTR, BINARY, CALL, INDEX, LIST, NAME, NUM, STR, TEMPLATE, Expr
from tenantry.products.pinata.engine.resolve.inference import Inference
from tenantry.products.pinata.engine.resolve.values import EXTERNAL, LITERAL, At

MAX_DEPTH = 16
_ENVIRONMENT = frozenset(
    (
        "os.getenv",
        "os.environ.get",
        "os.environ.setdefault",
        "environ.Env()",
        "decouple.config",
        "os.Getenv",
        "os.LookupEnv",
        "starlette.config.Config()",
    )
)


def text(inference: Inference, expr: Expr | None, at: At, depth: int = 0) -> str | None:
    """The text of an expression, with `{name}` where it is not constant; None when nothing of it is."""
    if expr is None:
        return None
    folded = fold(inference, expr, at, depth)
    return None if folded is None or _only_hole(folded) else folded


def _only_hole(value: str) -> bool:
    return value.startswith("{") and value.endswith("}") and value.count("{") == 1


def fold(inference: Inference, expr: Expr, at: At, depth: int = 0) -> str | None:
    """Like `text`, but a wholly dynamic expression gives its hole (`{base_url}`) when it has a name."""
    if depth > MAX_DEPTH:
        return None
    tag = expr[0]
    if tag == STR:
        return str(expr[1])
    if tag == NUM:
        return str(expr[1]) if expr[1] is not None and not isinstance(expr[1], bool) else None
    if tag == TEMPLATE:
        return "".join(part if isinstance(part, str) else _hole(inference, part, at, depth) for part in expr[1])
    if tag == BINARY:
        return _operator(inference, expr, at, depth)
    if tag == CALL:
        return _called(inference, expr, at, depth)
    if tag in (NAME, ATTR, INDEX):
        return _named(inference, expr, at, depth)
    return None


def _operator(inference: Inference, expr: Expr, at: At, depth: int) -> str | None:
    if expr[1] == "+":
        return _hole(inference, expr[2], at, depth) + _hole(inference, expr[3], at, depth)
    if expr[1] == "/":
        return _hole(inference, expr[2], at, depth).rstrip("/") + "/" + _hole(inference, expr[3], at, depth).lstrip("/")
    if expr[1] == "%":
        return _percent(inference, expr, at, depth)
    if expr[1] in ("or", "||", "??", "?"):
        if expr[3][0] == NUM and expr[1] != "?":  # `params.id || 0`: a part of an address, not the number
            return fold(inference, expr[2], at, depth + 1)
        left = text(inference, expr[2], at, depth + 1)
        return left if left is not None else fold(inference, expr[3], at, depth + 1)
    return None


def _named(inference: Inference, expr: Expr, at: At, depth: int) -> str | None:
    """The text that a variable, a member or an entry stands for, else a hole of its name."""
    value = inference.value(expr, at)
    if value.kind == LITERAL and value.expr is not None and value.at is not None and value.expr != expr:
        literal = value.expr
        if literal[0] == TEMPLATE and expr in literal[1]:  # `url = "http://" + url`
            literal = (TEMPLATE, tuple([f"{{{last_name(expr)}}}" if part == expr else part for part in literal[1]]))
        found = fold(inference, literal, value.at, depth + 1)
        if found is not None:
            return found
    assigned = _assigned(inference, expr, at, depth) if expr[0] == NAME and value.kind == EXTERNAL else None
    if assigned is not None:
        return assigned
    if value.kind == EXTERNAL and value.path.startswith(tuple(_ENVIRONMENT)) and "[" in value.path:
        return "{" + value.path.rpartition("[")[2].rstrip("]") + "}"
    configured = _configured(inference, expr) if expr[0] == INDEX else None
    if configured is not None:
        return configured
    name = last_name(expr)
    return f"{{{name}}}" if name else None


def _configured(inference: Inference, expr: Expr) -> str | None:
    """`app.config["URL_PREFIX"]`: the constant of that name in a module of the tree that holds configuration."""
    base, key = expr[1], expr[2]
    if key[0] != STR or base[0] != NAME or not base[1].endswith(("config", "settings")):
        return None
    return inference.project.state("configuration", lambda: _configuration(inference)).get(key[1])


def _configuration(inference: Inference) -> dict[str, str]:
    """Constant strings of configuration modules, those nearer to the root first."""
    found: dict[str, str] = {}
    paths = [path for path in inference.project.files if "config" in path.lower() or "settings" in path.lower()]
    for path in sorted(paths, key=lambda path: (path.count("/"), path)):
        for assign in inference.project.files[path].assigns:
            if assign.target.isupper() and assign.value is not None and assign.value[0] == STR:
                found.setdefault(assign.target, assign.value[1])
    return found


def _assigned(inference: Inference, expr: Expr, at: At, depth: int) -> str | None:
    """The text of what a variable is set to by a call: `os.getenv("URL", "http://…")`, `Path("data") / "x"`."""
    binding = inference.binding(expr, at)
    if binding is None:
        return None
    file = inference.project.files[binding.path]
    for entry in inference.project.names(file, binding.scope).get(binding.name, ()):
        value = getattr(entry, "value", None)
        if value is not None and value[0] in (CALL, BINARY) and value != expr and expr not in value[2]:
            return text(inference, value, At(file, binding.scope), depth + 1)
    return None


def _hole(inference: Inference, expr: Expr, at: At, depth: int) -> str:
    found = fold(inference, expr, at, depth + 1)
    return found if found is not None else "{" + last_name(expr) + "}"


def last_name(expr: Expr) -> str:
    """A name for a hole: the last name of the expression, `id` for `user.id`."""
    tag = expr[0]
    if tag == NAME:
        return str(expr[1]).rpartition(".")[2]
    if tag == ATTR:
        return str(expr[2])
    if tag == CALL:
        inner = (
            last_name(expr[2][0])
            if expr[2] and expr[1][0] == NAME and expr[1][1] in ("str", "quote", "String", "encodeURIComponent")
            else ""
        )
        return inner or last_name(expr[1])
    if tag == INDEX:
        return str(expr[2][1]) if expr[2][0] == STR else last_name(expr[1])
    return ""


_VERB = re.compile(r"%(?:\[\d+\])?[-+# 0-9.]*[a-zA-Z]|%%")
_PLACE = re.compile(r"\{\d+(?::[^{}]*)?\}")


def _printf(inference: Inference, expr: Expr, at: At, depth: int, method: str) -> str | None:
    """`fmt.Sprintf("%s/users/%d", base, id)`, `String.format(…)`, `"…".formatted(…)`."""
    values = list(expr[2])
    callee = expr[1]
    if method == "formatted":
        pattern = fold(inference, callee[1], at, depth + 1) if callee[0] == ATTR else None
    else:
        pattern = fold(inference, values.pop(0), at, depth + 1) if values else None
    if pattern is None:
        return None
    remaining = iter(values)

    def value(match: re.Match[str]) -> str:
        if match.group() == "%%":
            return "%"
        if match.group()[0] == "{":
            position = int(match.group()[1:-1].partition(":")[0])
            return _hole(inference, values[position], at, depth) if position < len(values) else "{}"
        item = next(remaining, None)
        return _hole(inference, item, at, depth) if item is not None else "{}"

    return (_PLACE if callee == (NAME, "string.Format") else _VERB).sub(value, pattern)


def _percent(inference: Inference, expr: Expr, at: At, depth: int) -> str | None:
    pattern = fold(inference, expr[2], at, depth + 1)
    if pattern is None:
        return None
    values = expr[3][1] if expr[3][0] == LIST else (expr[3],)
    for value in values:
        if "%s" in pattern or "%d" in pattern:
            first = min(i for i in (pattern.find("%s"), pattern.find("%d")) if i >= 0)
            pattern = pattern[:first] + _hole(inference, value, at, depth) + pattern[first + 2 :]
    return pattern


def _called(inference: Inference, expr: Expr, at: At, depth: int) -> str | None:
    callee = expr[1]
    method = callee[2] if callee[0] == ATTR else callee[1].rpartition(".")[2] if callee[0] == NAME else ""
    if method == "format":
        base: Expr = callee[1] if callee[0] == ATTR else (NAME, callee[1].rpartition(".")[0])
        pattern = fold(inference, base, at, depth + 1)
        return _format(inference, pattern, expr, at, depth) if pattern is not None else None
    if method == "Sprintf" or expr[1] in ((NAME, "String.format"), (NAME, "string.Format")) or method == "formatted":
        return _printf(inference, expr, at, depth, method)
    if method in ("urljoin", "url_path_join", "join", "JoinPath") and len(expr[2]) >= 2:
        left, right = _hole(inference, expr[2][0], at, depth), _hole(inference, expr[2][1], at, depth)
        return left.rstrip("/") + "/" + right.lstrip("/")
    if method in ("strip", "rstrip", "lstrip", "lower", "text", "dedent", "_", "gettext_lazy", "str", "URL", "Path"):
        inner: Expr | None = callee[1] if callee[0] == ATTR else None
        if method in ("text", "dedent", "str", "URL", "Path") and expr[2]:
            inner = expr[2][0]
        elif callee[0] == NAME and "." in callee[1]:
            inner = (NAME, callee[1].rpartition(".")[0])
        return fold(inference, inner, at, depth + 1) if inner is not None else None
    value = inference.value(callee, at)
    if value.kind == EXTERNAL and value.path.startswith(tuple(_ENVIRONMENT)):
        default = next((v for k, v in expr[3] if k == "default"), expr[2][1] if len(expr[2]) > 1 else None)
        found = text(inference, default, at, depth + 1)
        return (
            found if found is not None else "{" + str(expr[2][0][1]) + "}" if expr[2] and expr[2][0][0] == STR else None
        )
    result = inference.value(expr, at)
    if result.kind == LITERAL and result.expr is not None and result.at is not None and result.expr != expr:
        return fold(inference, result.expr, result.at, depth + 1)
    name = last_name(expr)
    return f"{{{name}}}" if name else None


def _format(inference: Inference, pattern: str, expr: Expr, at: At, depth: int) -> str:
    for value in expr[2]:
        pattern = pattern.replace("{}", _hole(inference, value, at, depth).replace("{", "\0"), 1)
    for name, value in expr[3]:
        pattern = pattern.replace("{" + name + "}", _hole(inference, value, at, depth).replace("{", "\0"))
    return pattern.replace("\0", "{")
