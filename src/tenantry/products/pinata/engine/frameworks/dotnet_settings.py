"""Configuration of .NET programs: what `configuration["Catalog:Url"]` and options classes hold, by appsettings.json."""

from tenantry.products.pinata.engine.configuration import configuration_of, relaxed
from tenantry.products.pinata.engine.facts import ATTR, CALL, INDEX, NAME, STR, Expr, type_arguments
from tenantry.products.pinata.engine.frameworks.dotnet import LANGUAGE, method_of, receiver, type_named
from tenantry.products.pinata.engine.resolve.inference import Inference
from tenantry.products.pinata.engine.resolve.values import INSTANCE, LITERAL, At, Definition

_READERS = frozenset(("GetValue", "GetRequiredValue", "GetConnectionString", "GetSection", "GetRequiredSection", "Get"))
_SUFFIXES = ("Options", "Settings", "Config", "Configuration", "Setting")
_MAX_DEPTH = 6


def _value(inference: Inference, path: str, key: str) -> str | None:
    """The value of a key for a file: in its own folder or above, else the one that all other programs agree on."""
    configuration = configuration_of(inference.project)
    found = configuration.get(path, key)
    if found is not None:
        return found
    wanted = relaxed(key)
    values = {settings[wanted] for settings in configuration.by_folder.values() if wanted in settings}
    return values.pop() if len(values) == 1 else None


def setting(inference: Inference, expr: Expr, at: At) -> str | None:
    """The configured text that an expression reads; None when it reads none, or none is known."""
    if at.file.language != LANGUAGE:
        return None
    key = _key(inference, expr, at, 0)
    if key:
        return _value(inference, at.file.path, key)
    if expr[0] in (NAME, ATTR):
        return _option(inference, expr, at)
    return None


def _key(inference: Inference, expr: Expr, at: At, depth: int) -> str:
    """`Catalog:Url` of `configuration.GetSection("Catalog")["Url"]`; "" for what does not read the configuration."""
    if depth > _MAX_DEPTH:
        return ""
    if expr[0] == INDEX:
        owner, index = expr[1], expr[2]
    elif expr[0] == CALL and method_of(expr) in _READERS and expr[2]:
        owner, index = receiver(expr) or (NAME, ""), expr[2][0]
    else:
        return ""
    text = _constant(inference, index, at)
    if text is None:
        return ""
    if expr[0] == CALL and method_of(expr) == "GetConnectionString":
        text = f"ConnectionStrings:{text}"
    if owner[0] == NAME and _is_configuration(inference, owner, at):
        return text
    before = _key(inference, owner, at, depth + 1)
    return f"{before}:{text}" if before else ""


def _constant(inference: Inference, expr: Expr, at: At) -> str | None:
    if expr[0] == STR:
        return str(expr[1])
    value = inference.value(expr, at)
    return str(value.expr[1]) if value.kind == LITERAL and value.expr is not None and value.expr[0] == STR else None


def _is_configuration(inference: Inference, expr: Expr, at: At) -> bool:
    last = expr[1].rpartition(".")[2].lower().lstrip("_")
    if last in ("configuration", "config", "configurationroot"):
        return True
    return inference.value(expr, at).path.startswith(("IConfiguration", "ConfigurationManager", "ConfigurationBuilder"))


def _option(inference: Inference, expr: Expr, at: At) -> str | None:
    """`options.Value.Url`: the property of an options class, by the section that the class is bound to."""
    if expr[0] == NAME:
        owner, _, member = expr[1].rpartition(".")
        target: Expr = (NAME, owner)
    else:
        target, member = expr[1], expr[2]
    if not member or target == (NAME, ""):
        return None
    path: list[str] = [member]
    for _ in range(3):
        definition = _options_class(inference, target, at)
        if definition is not None and (section := _section(inference, definition)):
            return _value(inference, at.file.path, ":".join([section, *path]))
        if target[0] != NAME or "." not in target[1]:
            return None
        before, _, middle = target[1].rpartition(".")
        path.insert(0, middle)
        target = (NAME, before)
    return None


def _options_class(inference: Inference, target: Expr, at: At) -> Definition | None:
    value = inference.value(target, at)
    if value.kind == INSTANCE and not value.path:
        return value.definition
    if (
        value.path.endswith((".Value", ".CurrentValue"))
        and value.path.startswith("IOptions")
        and value.item is not None
    ):
        return value.item.definition
    return None


def _section(inference: Inference, definition: Definition) -> str:
    """The section of an options class: what binds it says so, else its own name does."""
    known: dict[tuple[str, int], str] = inference.project.state("dotnet.sections", lambda: _sections(inference))
    found = known.get(definition.key)
    if found is not None:
        return found
    for suffix in _SUFFIXES:
        if definition.name.endswith(suffix):
            return definition.name.removesuffix(suffix) or definition.name
    return ""


def _sections(inference: Inference) -> dict[tuple[str, int], str]:
    """`Configure<T>(configuration.GetSection("X"))`, `GetSection("X").Get<T>()`, `AddOptions<T>().BindConfiguration("X")`."""
    found: dict[tuple[str, int], str] = {}
    for file in inference.project.files.values():
        if file.language != LANGUAGE:
            continue
        for call in file.calls:
            at = At(file, call.scope)
            expr = call.expr
            name = method_of(expr)
            given = type_arguments(expr)
            section = ""
            if name == "Configure" and given and expr[2]:
                section = _key(inference, expr[2][0], at, 0)
            elif name == "Get" and given and receiver(expr) is not None:
                section = _key(inference, receiver(expr) or expr, at, 0)
            elif name in ("BindConfiguration", "Bind") and expr[2]:
                inner = receiver(expr)
                given = type_arguments(inner) if inner is not None and inner[0] == CALL else ()
                section = (
                    (_constant(inference, expr[2][0], at) or "")
                    if name == "BindConfiguration"
                    else _key(inference, expr[2][0], at, 0)
                )
            if section and given:
                target = type_named(inference, given[0], at)
                if target is not None:
                    found.setdefault(target.key, section)
    return found
