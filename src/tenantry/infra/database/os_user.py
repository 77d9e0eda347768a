"""Which user of the operating system PostgreSQL runs as: it refuses to run as root, so root lends it one of its own."""

import os
import pwd
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

NAME = "tenantry"
WAYS = (
    ("useradd", "--system", "--no-create-home", "--home-dir", "/nonexistent", "--shell", "/usr/sbin/nologin", NAME),
    ("adduser", "-S", "-D", "-H", "-h", "/nonexistent", "-s", "/sbin/nologin", NAME),  # BusyBox
)


class OsUserError(Exception):
    """PostgreSQL has no user it could run as. The message says which command helps."""


@dataclass(frozen=True, slots=True)
class OsUser:
    """A user by number; `lent` when we are root and have to change to it."""

    uid: int
    gid: int
    lent: bool

    def options(self) -> Mapping[str, Any]:
        """For `subprocess`: run as this user, with no groups but its own, reading nobody else's files by accident."""
        common: dict[str, Any] = {"cwd": "/", "umask": 0o077}
        return common | {"user": self.uid, "group": self.gid, "extra_groups": []} if self.lent else common

    def give(self, path: Path) -> None:
        """Make this user the owner of something we made."""
        if self.lent:
            os.chown(path, self.uid, self.gid)


def os_user() -> OsUser:
    """Ourselves, or as root the user `tenantry`, made if there is none.

    Raises:
        OsUserError: there is no such user and none can be made.
    """
    if os.geteuid() != 0:
        _needs_a_name(os.geteuid())
        return OsUser(os.geteuid(), os.getegid(), lent=False)
    try:
        entry = pwd.getpwnam(NAME)
    except KeyError:
        entry = _make()
    return OsUser(entry.pw_uid, entry.pw_gid, lent=True)


def _needs_a_name(uid: int) -> None:
    try:
        pwd.getpwuid(uid)
    except KeyError:
        raise OsUserError(
            f"The user number {uid} has no entry in /etc/passwd, and PostgreSQL wants one. Add it with "
            f'`echo "tenantry:x:{uid}:{os.getgid()}::/:/sbin/nologin" >> /etc/passwd` as root, or run as a user that has one.'
        ) from None


def _make() -> pwd.struct_passwd:
    said = "neither useradd nor adduser is installed"
    for command in WAYS:
        if shutil.which(command[0]):
            done = subprocess.run(command, capture_output=True, text=True, check=False)
            if done.returncode == 0:
                return pwd.getpwnam(NAME)
            said = (done.stderr or done.stdout).strip()
    raise OsUserError(
        f"PostgreSQL does not run as root, and the user “{NAME}” could not be made ({said}). "
        f"Make it with `useradd --system {NAME}`, or run Tenantry as a plain user."
    )
