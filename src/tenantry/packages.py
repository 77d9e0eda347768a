"""Which packages own tables: every part of infra, the chassis, and the mounted products. Each migrates its own."""

import pkgutil
from collections.abc import Iterable

import tenantry.infra
from tenantry.infra.database.packages import Package


def packages(products: Iterable[str]) -> list[Package]:
    """The packages of an installation with these products, named as in `TENANTRY_PRODUCTS`."""
    parts = [found.name for found in pkgutil.iter_modules(tenantry.infra.__path__) if found.ispkg]
    return [
        *(Package(name, f"tenantry.infra.{name}") for name in parts),
        Package("chassis", "tenantry.chassis"),
        *map(_of_product, products),
    ]


def _of_product(name: str) -> Package:
    """`pinata` is one of ours; `my_package.product:product` is the package `my_package` of somebody else."""
    if ":" not in name:
        return Package(name, f"tenantry.products.{name}")
    module = name.partition(":")[0].rpartition(".")[0] or name.partition(":")[0]
    return Package(module.replace(".", "_"), module)
