"""Whether anything is to be migrated, found out in a few milliseconds: the migration tool takes half a second to load."""

import re
from collections.abc import Iterable

import psycopg

from tenantry.infra.database.packages import Package
from tenantry.infra.database.roles import OWNER
from tenantry.infra.database.urls import DatabaseUrls

_REVISION = re.compile(r"(.+_\d{4})_.*\.py")


def is_up_to_date(urls: DatabaseUrls, packages: Iterable[Package]) -> bool:
    """Whether the last migration of every package has been applied. When in doubt it says no, and the tool looks closely."""
    wanted = set()
    for package in packages:
        names = sorted(path.name for path in package.migrations.glob("*.py"))
        found = [match.group(1) for name in names if (match := _REVISION.fullmatch(name))]
        wanted |= set(found[-1:])
    try:
        with psycopg.connect(urls.of(OWNER, direct=True)) as connection:
            applied = {row[0] for row in connection.execute("SELECT version_num FROM database_migrations")}
    except psycopg.Error:
        return False
    return wanted <= applied
