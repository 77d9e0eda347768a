"""`django.conf.settings`: where the tree sets what it reads."""

import re

from tenantry.products.pinata.engine.facts import STR, Assign, Expr, FileFacts
from tenantry.products.pinata.engine.resolve.inference import Inference
from tenantry.products.pinata.engine.resolve.values import At, Value

_FILE = re.compile(
    r"(?:.*/)?(?:settings(?:/(?:base|common|defaults|__init__|django|production|local|dev)\.py|\.py)|settings_\w+\.py|config/django/base\.py|\w*settings/\w+\.py)\Z"
)
_SIGNS = ("INSTALLED_APPS", "ROOT_URLCONF", "DATABASES")


def settings_files(inference: Inference) -> list[FileFacts]:
    """Modules that hold settings, the fullest first."""

    def build() -> list[FileFacts]:
        rows = []
        for path in inference.project.paths("python"):
            file = inference.project.files[path]
            names = inference.project.names(file, 0)
            signs = sum(sign in names for sign in _SIGNS)
            if signs or _FILE.match(path):
                rows.append((-signs, len(path), path))
        return [inference.project.files[path] for _, _, path in sorted(rows)]

    return inference.project.state("django.settings", build)


def setting_expr(inference: Inference, name: str) -> tuple[Expr, At] | None:
    """The expression that sets a setting, and where it stands."""
    for file in settings_files(inference):
        for entry in inference.project.names(file, 0).get(name, ()):
            if isinstance(entry, Assign) and entry.value is not None:
                return entry.value, At(file, 0)
    return None


def setting(inference: Inference, name: str) -> Value | None:
    found = setting_expr(inference, name)
    if found is None:
        return None
    value = inference.value(*found)
    return value if value.known else None


def setting_text(inference: Inference, name: str) -> str | None:
    value = setting(inference, name)
    return str(value.expr[1]) if value is not None and value.expr is not None and value.expr[0] == STR else None
