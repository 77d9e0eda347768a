"""Writing migrations, by comparing the models with a scratch database that has all migrations so far."""

import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path

from tenantry.infra.database.embedded import embedded_server
from tenantry.infra.database.migrate import Migrations
from tenantry.infra.database.packages import Package


def new_migration(packages: Sequence[Package], name: str, message: str) -> Path | None:
    """Write the migration that brings the tables of one package up to its models; none when nothing has changed.

    Raises:
        LookupError: no package of that name is mounted.
    """
    package = next((package for package in packages if package.name == name), None)
    if package is None:
        raise LookupError(f"There is no package “{name}”; there are {', '.join(package.name for package in packages)}.")
    scratch = Path(tempfile.mkdtemp(prefix="tenantry-migration-"))
    try:
        with embedded_server(scratch, settings={"fsync": "off"}) as urls:
            migrations = Migrations(urls, packages)
            migrations.upgrade()
            return migrations.new(package, message)
    finally:
        shutil.rmtree(scratch)
