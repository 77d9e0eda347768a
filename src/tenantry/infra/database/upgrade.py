"""From one major version of PostgreSQL to the next: dumped with the old programs running, restored with the new."""

import shutil
import tempfile
from pathlib import Path

from tenantry.infra.database import dump
from tenantry.infra.database.binaries import INSTALLS, MAJOR
from tenantry.infra.database.cluster import major_version
from tenantry.infra.database.embedded import EmbeddedServer, embedded_server


class CannotUpgradeError(Exception):
    """There is nothing to upgrade, or no programs for the old version. The message says what to do."""


def upgrade(data_dir: Path) -> Path:
    """Bring the embedded database to the version we run; answers where the old data is kept.

    Needs free space for a compressed dump and a second copy of the data. If anything fails the old data is as it was.

    Raises:
        CannotUpgradeError: nothing can or need be done.
        AlreadyRunningError: somebody runs on this data.
        DumpError, StartError: PostgreSQL refused; the message has what it said.
    """
    data = data_dir / "postgresql" / "data"
    old = major_version(data)
    if old is None or old == MAJOR:
        raise CannotUpgradeError(f"The data in {data_dir} needs no upgrade.")
    if old not in INSTALLS:
        raise CannotUpgradeError(
            f"The data is PostgreSQL {old}'s, and we bring the programs of {', '.join(map(str, sorted(INSTALLS)))} only. "
            "Make a backup with the version of Tenantry that wrote it, and `tenantry restore` it with this one."
        )
    kept = data.with_name(f"data-{old}")
    if kept.exists():
        raise CannotUpgradeError(f"{kept} is left from an earlier upgrade. Delete it once you need it no more.")
    with tempfile.TemporaryDirectory(dir=data_dir, prefix=".upgrade-") as folder:
        dumped = Path(folder) / "database.dump"
        server = EmbeddedServer(data_dir, major=old)
        try:
            dump.dump(server.start(), dumped)
        finally:
            server.stop()
        data.rename(kept)
        try:
            with embedded_server(data_dir) as urls:
                dump.restore(urls, dumped)
        except BaseException:
            shutil.rmtree(data, ignore_errors=True)
            kept.rename(data)
            raise
    return kept
