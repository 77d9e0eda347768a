"""What an installation is made of."""

from tenantry.core.settings import Settings
from tenantry.infra.database.models import Base
from tenantry.infra.database.packages import load_all
from tenantry.packages import packages, setting_kinds


def test_every_part_is_a_package_with_a_branch_of_its_own() -> None:
    found = {package.name: package.module for package in packages(["pinata"])}
    assert found["database"] == "tenantry.infra.database"
    assert found["chassis"] == "tenantry.chassis"
    assert found["pinata"] == "tenantry.products.pinata"


def test_somebody_elses_product_is_one_too() -> None:
    outside = packages(["my_package.product:product", "single:product"])[-2:]
    assert [(package.name, package.module) for package in outside] == [
        ("my_package", "my_package"),
        ("single", "single"),
    ]


def test_every_table_belongs_to_one_package() -> None:
    known = packages(["pinata"])
    load_all(known)
    owners = {
        table.name: [package.name for package in known if package.owns(table)] for table in Base.metadata.sorted_tables
    }
    assert owners["database_system_scopes"] == ["database"]
    assert [name for name, owning in owners.items() if len(owning) != 1] == []


def test_the_installations_settings_come_first() -> None:
    assert setting_kinds(["pinata"])[0] is Settings
