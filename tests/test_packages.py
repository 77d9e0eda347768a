"""What an installation is made of."""

import pytest

from tenantry.core.settings import Settings, SettingsError
from tenantry.infra.database.models import Base
from tenantry.infra.database.packages import load_all
from tenantry.packages import packages, setting_kinds


def test_every_part_is_a_package_with_a_branch_of_its_own() -> None:
    found = {package.name: package.module for package in packages(["pinata"])}
    assert found["database"] == "tenantry.infra.database"
    assert found["chassis"] == "tenantry.chassis"
    assert found["pinata"] == "tenantry.products.pinata"


def test_somebody_elses_product_is_one_too() -> None:
    outside = packages(["tests.sample_product.product:product", "tests:product"])[-2:]
    assert [(package.name, package.module) for package in outside] == [
        ("tests_sample_product", "tests.sample_product"),
        ("tests", "tests"),
    ]


def test_a_product_that_is_not_there_is_refused() -> None:
    with pytest.raises(SettingsError, match="no package my_package"):
        packages(["my_package.product:product"])


def test_every_table_belongs_to_one_package() -> None:
    known = packages(["pinata", "tests.sample_product.product:product"])
    load_all(known)
    # Other tests declare tables of their own in the same process.
    mounted = ("tenantry.", "tests.sample_product.")
    ours = [table for table in Base.metadata.sorted_tables if table.info["module"].startswith(mounted)]
    owners = {table.name: [package.name for package in known if package.owns(table)] for table in ours}
    assert owners["database_system_scopes"] == ["database"]
    assert owners["notes_notes"] == ["tests_sample_product"]
    assert [name for name, owning in owners.items() if len(owning) != 1] == []


def test_the_installations_settings_come_first() -> None:
    assert setting_kinds(["pinata"])[0] is Settings
