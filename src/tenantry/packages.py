"""What an installation is made of: every part of infra, the chassis, and the mounted products.

Each package owns its tables and migrates them, and may have settings of its own in files called `settings.py`.
"""

import pkgutil
from collections.abc import Iterable
from importlib.util import find_spec

import tenantry.infra
from tenantry.core.configuration import SettingsBase
from tenantry.core.settings import Settings, SettingsError
from tenantry.infra.database.packages import Package


def packages(products: Iterable[str]) -> list[Package]:
    """The packages of an installation with these products, named as in `TENANTRY_PRODUCTS`."""
    parts = [found.name for found in pkgutil.iter_modules(tenantry.infra.__path__) if found.ispkg]
    return [
        *(Package(name, f"tenantry.infra.{name}") for name in parts),
        Package("chassis", "tenantry.chassis"),
        *map(_of_product, products),
    ]


def setting_kinds(products: Iterable[str]) -> list[type[SettingsBase]]:
    """Every kind of settings there is: the installation's own, and those in files `settings.py` of its packages."""
    kinds: list[type[SettingsBase]] = [Settings]
    for package in packages(products):
        for module in package.modules("settings"):
            found = (kind for kind in vars(module).values() if getattr(kind, "__module__", None) == module.__name__)
            kinds += [kind for kind in found if isinstance(kind, type) and issubclass(kind, SettingsBase)]
    return kinds


def _of_product(name: str) -> Package:
    """`pinata` is one of ours; `my_package.product:product` is the package `my_package` of somebody else.

    Raises:
        SettingsError: there is no such package.
    """
    if ":" in name:
        module = name.partition(":")[0].rpartition(".")[0] or name.partition(":")[0]
        package = Package(module.replace(".", "_"), module)
    else:
        package = Package(name, f"tenantry.products.{name}")
    if not _exists(package.module):
        raise SettingsError(f"TENANTRY_PRODUCTS names “{name}”, which is not there: no package {package.module}.")
    return package


def _exists(module: str) -> bool:
    try:
        return find_spec(module) is not None
    except ModuleNotFoundError:  # a package around it isn't there either
        return False
