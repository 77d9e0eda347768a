"""The data directory: held by one process at a time, and open to PostgreSQL's user without opening anybody else's folder."""

import fcntl
import os
import shutil
import stat
import tempfile
from pathlib import Path
from typing import IO

from tenantry.infra.database.os_user import OsUser
from tenantry.infra.database.postmaster import PidFile

SOCKET_FOLDER = "tenantry-"
LONGEST_SOCKET_FOLDER = 80  # a socket's whole path may have 103 bytes on some systems
LOG_BYTES = 10_000_000


class AlreadyRunningError(Exception):
    """Another process runs on this data directory."""


class StartError(Exception):
    """PostgreSQL did not start. The message has the end of its log."""


def hold(data_dir: Path) -> IO[str]:
    """Hold the data directory, made now if it isn't there; closing the file lets go, and so does dying.

    Raises:
        AlreadyRunningError: somebody else holds it.
    """
    if not data_dir.is_dir():
        data_dir.mkdir(parents=True, mode=0o700)
    file = (data_dir / "lock").open("a+")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        file.seek(0)
        holder = file.read().strip()
        file.close()
        raise AlreadyRunningError(
            f"Tenantry is already running on {data_dir}{f' (process {holder})' if holder else ''}. "
            "Stop it first, or set TENANTRY_DATA_DIR to another folder and TENANTRY_PORT to another port."
        ) from None
    file.truncate(0)
    file.write(f"{os.getpid()}\n")
    file.flush()
    return file


def open_to(user: OsUser, data_dir: Path) -> None:
    """Let PostgreSQL's user pass through the data directory, which is ours; the folders above it belong to others.

    Raises:
        StartError: one of those above is closed to it.
    """
    if not user.lent:
        return
    mode = stat.S_IMODE(data_dir.stat().st_mode)
    if not mode & 0o001:
        os.chown(data_dir, -1, user.gid)
        data_dir.chmod(mode | 0o010)
    for folder in data_dir.parents:
        if not folder.stat().st_mode & 0o001:
            raise StartError(
                f"PostgreSQL runs as the user “tenantry”, which cannot enter {folder}. "
                "Choose another TENANTRY_DATA_DIR, such as /var/lib/tenantry."
            )


def prepare_home(user: OsUser, home: Path, log_file: Path) -> None:
    """PostgreSQL's own folder, and a log that doesn't grow for ever."""
    if not home.is_dir():
        home.mkdir(mode=0o700)
        user.give(home)
    if log_file.exists() and log_file.stat().st_size > LOG_BYTES:
        log_file.replace(log_file.with_suffix(".log.1"))


def new_socket_folder(user: OsUser) -> Path:
    """A new folder of our own, short enough for a socket's path and closed to everybody else.

    Not in XDG_RUNTIME_DIR, which goes away when its user logs out, while we may run on.
    """
    wanted = ("/run" if user.lent else "", tempfile.gettempdir(), "/tmp")  # noqa: S108 (mkdtemp makes it private)
    base = next(path for path in wanted if path and len(path) < LONGEST_SOCKET_FOLDER and os.access(path, os.W_OK))
    folder = Path(tempfile.mkdtemp(prefix=SOCKET_FOLDER, dir=base))
    user.give(folder)
    return folder


def forget_socket_folder(data: Path) -> None:
    """Take away the folder that a killed run could not."""
    found = PidFile.read(data)
    if found and Path(found.socket_folder).name.startswith(SOCKET_FOLDER):
        shutil.rmtree(found.socket_folder, ignore_errors=True)
