"""What an installation is made of: every part of infra, the chassis, and the mounted products.

Each package owns its tables and migrates them, and may have settings of its own in files called `settings.py`.
"""

import importlib
import pkgutil
from collections.abc import Iterable

import tenantry.infra
from tenantry.core.configuration import PackageSettings, SettingsBase
from tenantry.core.settings import Settings
from tenantry.infra.database.packages import Package


def packages(products: Iterable[str]) -> list[Package]:
    """The packages of an installation with these products, named as in `TENANTRY_PRODUCTS`."""
    parts = [found.name for found in pkgutil.iter_modules(tenantry.infra.__path__) if found.ispkg]
    return [
        *(Package(name, f"tenantry.infra.{name}") for name in parts),
        Package("chassis", "tenantry.chassis"),
        *map(_of_product, products),
    ]


def settings_kinds(products: Iterable[str]) -> list[type[SettingsBase]]:
    """Every kind of settings there is: the installation's first, then the packages', by name."""
    modules = []
    for package in packages(products):
        for path in sorted(package.folder.rglob("settings.py")):
            inner = path.relative_to(package.folder).with_suffix("").parts
            modules.append(importlib.import_module(".".join((package.module, *inner))))
    names = {module.__name__ for module in modules}
    found = [kind for kind in PackageSettings.__subclasses__() if kind.__module__ in names]
    return [Settings, *sorted(found, key=lambda kind: kind.__name__)]


def _of_product(name: str) -> Package:
    """`pinata` is one of ours; `my_package.product:product` is the package `my_package` of somebody else."""
    if ":" not in name:
        return Package(name, f"tenantry.products.{name}")
    module = name.partition(":")[0].rpartition(".")[0] or name.partition(":")[0]
    return Package(module.replace(".", "_"), module)


def setting_kinds(products: Iterable[str]) -> list[type[SettingsBase]]:
    """Every kind of settings there is: the installation's own, and those in modules called `settings` of its packages."""
    kinds: list[type[SettingsBase]] = [Settings]
    for package in packages(products):
        root = importlib.import_module(package.module)
        for found in pkgutil.walk_packages(root.__path__, f"{package.module}."):
            if found.name.rpartition(".")[2] == "settings":
                module = importlib.import_module(found.name)
                kinds += [
                    kind
                    for kind in vars(module).values()
                    if isinstance(kind, type) and issubclass(kind, SettingsBase) and kind.__module__ == found.name
                ]
    return kinds
