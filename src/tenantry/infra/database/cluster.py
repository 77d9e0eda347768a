"""A folder with PostgreSQL's data: made once, and never touched by another major version."""

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from tenantry.infra.database.binaries import Binaries
from tenantry.infra.database.os_user import OsUser

SUPERUSER = "postgres"


class OtherVersionError(Exception):
    """The data was written by another major version of PostgreSQL. The message names the command that upgrades it."""


class InitError(Exception):
    """The data could not be made. The message has what PostgreSQL said."""


def ensure_cluster(data: Path, binaries: Binaries, user: OsUser, password: str, *, sync: bool = True) -> bool:
    """Make the data if there is none; true when it was made now. `sync=False` is for data that need not outlive a power cut.

    Raises:
        OtherVersionError: it is another major version's.
        InitError: it cannot be made.
    """
    found = major_version(data)
    if found == binaries.major:
        return False
    if found is not None:
        raise OtherVersionError(
            f"The data in {data} is PostgreSQL {found}'s, and this Tenantry runs PostgreSQL {binaries.major}. "
            "Run `tenantry database upgrade` once; it keeps the old data until you delete it."
        )
    _initdb(data, binaries, user, password, sync=sync)
    return True


def major_version(data: Path) -> int | None:
    """Whose data this is; none when there is no data yet."""
    try:
        return int((data / "PG_VERSION").read_text().strip().split(".")[0])
    except FileNotFoundError:
        return None


def _initdb(data: Path, binaries: Binaries, user: OsUser, password: str, *, sync: bool) -> None:
    """Made aside and then renamed, so that an interrupted first start leaves nothing that looks like data."""
    aside = data.with_name(f".{data.name}-new")
    shutil.rmtree(aside, ignore_errors=True)
    aside.mkdir(mode=0o700)
    user.give(aside)
    handle, name = tempfile.mkstemp(dir=data.parent)
    password_file = Path(name)
    try:
        with os.fdopen(handle, "w") as file:
            file.write(password)
        user.give(password_file)
        done = subprocess.run(
            [
                binaries["initdb"],
                f"--pgdata={aside}",
                f"--username={SUPERUSER}",
                f"--pwfile={password_file}",
                "--auth=scram-sha-256",
                "--encoding=UTF8",
                # The same order of words on every machine, whatever its own locale.
                *(("--locale-provider=builtin", "--builtin-locale=C.UTF-8") if binaries.major >= 17 else ()),
                "--locale=C",
                "--no-instructions",
                *(() if sync else ("--no-sync",)),
            ],
            **user.options(),
            env={"PATH": os.environ.get("PATH", ""), "LC_ALL": "C"},
            capture_output=True,
            text=True,
            check=False,
        )
    finally:
        password_file.unlink()
    if done.returncode:
        raise InitError(f"The database could not be made in {data}: {done.stderr.strip() or done.stdout.strip()}")
    aside.rename(data)
