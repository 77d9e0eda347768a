"""The embedded server: a real PostgreSQL as our own child, for one data directory, with nothing to install.

Reachable only over a socket in a folder nobody else can enter, and only with a password. A second process on the same data
directory is turned away; what an earlier, killed run left behind is cleared up; and if PostgreSQL dies under us, it is
started again.
"""

import logging
import os
import shutil
import signal
import subprocess
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from psycopg.conninfo import make_conninfo

from tenantry.infra.database.binaries import MAJOR, packaged, reachable
from tenantry.infra.database.cluster import SUPERUSER, ensure_cluster
from tenantry.infra.database.data_dir import (
    StartError,
    forget_socket_folder,
    hold,
    new_socket_folder,
    open_to,
    prepare_home,
)
from tenantry.infra.database.os_user import os_user
from tenantry.infra.database.postmaster import PidFile, end_orphan
from tenantry.infra.database.provision import provision
from tenantry.infra.database.roles import ROLES
from tenantry.infra.database.urls import DatabaseUrls
from tenantry.infra.secrets import LocalSecrets, new_secret

log = logging.getLogger(__name__)

DATABASE = "tenantry"

SETTINGS = {
    # Modest memory: this shares a small machine with everything else.
    "shared_buffers": "64MB",
    "work_mem": "8MB",
    "maintenance_work_mem": "64MB",
    "max_connections": "60",
    "max_wal_size": "512MB",
    "io_method": "sync",
    "jit": "off",
    # Nobody replicates from it, so the log need only be good for recovery.
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_min_messages": "warning",
    "log_line_prefix": "%m [%p] ",
    "unix_socket_permissions": "0700",
    "listen_addresses": "",
}


class EmbeddedServer:
    """PostgreSQL on `data_dir/postgresql`, held by a lock on `data_dir/lock` from `start` to `stop`."""

    def __init__(self, data_dir: Path, *, major: int = MAJOR, settings: Mapping[str, str] | None = None) -> None:
        self._settings = SETTINGS | dict(settings or {})
        self.data_dir = data_dir
        self.home = data_dir / "postgresql"
        self.data = self.home / "data"
        self.log_file = self.home / "postgresql.log"
        self._major = major
        self._lock: IO[str] | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self._socket_folder: Path | None = None
        self._watcher: threading.Thread | None = None
        self._stopping = threading.Event()
        self._spawning = threading.Lock()
        self.admin = ""
        """libpq's connection string of the superuser, once it runs."""
        self.urls: DatabaseUrls
        """Where it is, once it runs."""

    def start(self) -> DatabaseUrls:
        """Start it, making the data on the first run.

        Raises:
            AlreadyRunningError: another process holds the data directory.
            OtherVersionError: the data is another major version's.
            OsUserError, InitError, StartError: the machine does not let it; the message says why.
        """
        self._lock = hold(self.data_dir)
        try:
            return self._start_locked()
        except BaseException:
            self.stop()
            raise

    def _start_locked(self) -> DatabaseUrls:
        user = os_user()
        open_to(user, self.data_dir)
        prepare_home(user, self.home, self.log_file)
        binaries = reachable(self.data_dir / "programs", self._major) if user.lent else packaged(self._major)
        passwords = _passwords(self.data_dir)
        forget_socket_folder(self.data)
        if end_orphan(self.data):
            log.warning("An earlier run was killed and left PostgreSQL behind; it has been stopped.")
        made = ensure_cluster(
            self.data, binaries, user, passwords[SUPERUSER], sync=self._settings.get("fsync") != "off"
        )
        self._socket_folder = new_socket_folder(user)
        self._command = [
            binaries["postgres"],
            f"-D{self.data}",
            f"-cunix_socket_directories={self._socket_folder}",
            *(
                f"-c{name}={value}"
                for name, value in self._settings.items()
                if name != "io_method" or self._major >= 18
            ),
        ]
        self._user = user
        self._spawn()
        self._wait_until_ready()
        self._watcher = threading.Thread(target=self._watch, name="postgresql-watcher", daemon=True)
        self._watcher.start()
        host = str(self._socket_folder)
        if made:
            log.info("A new database was made in %s.", self.data)
        self.admin = make_conninfo(host=host, user=SUPERUSER, password=passwords[SUPERUSER], dbname="postgres")
        provision(self.admin, {role: passwords[role] for role in ROLES}, DATABASE)
        self.urls = _urls(host, passwords)
        return self.urls

    def stop(self) -> None:
        """Stop PostgreSQL: transactions under way are rolled back, everything committed is kept. Safe to call twice."""
        with self._spawning:
            self._stopping.set()
        if self._process is not None:
            _end(self._process)
            self._process = None
        if self._watcher is not None:
            self._watcher.join()
            self._watcher = None
        if self._socket_folder is not None:
            shutil.rmtree(self._socket_folder, ignore_errors=True)
            self._socket_folder = None
        if self._lock is not None:
            self._lock.close()
            self._lock = None

    @property
    def pid(self) -> int | None:
        """PostgreSQL's process id while it runs."""
        return self._process.pid if self._process else None

    def _spawn(self) -> None:
        with self._spawning, self.log_file.open("ab") as output:
            if self._stopping.is_set():
                raise StartError("PostgreSQL was told to stop while it was starting.")
            self._process = subprocess.Popen(
                self._command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,  # Ctrl-C reaches us alone, and we stop it in order
                env={"PATH": os.environ.get("PATH", ""), "LC_ALL": "C", "TZ": "UTC"},
                **self._user.options(),
            )

    def _wait_until_ready(self) -> None:
        """As long as it lives it is recovering, which may take minutes after a crash. The children of a killed
        predecessor take a moment to let go of its shared memory, so a refusal for that is tried again."""
        until = time.monotonic() + 10
        while True:
            process = self._process
            assert process is not None
            found = PidFile.read(self.data)
            if found and found.pid == process.pid and found.ready:
                return
            if process.poll() is not None:
                words = self._last_words()
                if "shared memory" not in words or time.monotonic() > until:
                    raise StartError(f"PostgreSQL does not start. It says: {words}")
                time.sleep(0.2)
                self._spawn()
            time.sleep(0.005)

    def _watch(self) -> None:
        while not self._stopping.is_set():
            process = self._process
            if process is None:
                return
            process.wait()
            if self._stopping.is_set():
                return
            log.error("PostgreSQL ended by itself (%s) and is started again.", process.returncode)
            try:
                end_orphan(self.data)
                self._spawn()
                self._wait_until_ready()
                log.warning("PostgreSQL is back.")
            except (StartError, OSError, TimeoutError):
                log.exception("PostgreSQL does not come back; trying again.")
                self._stopping.wait(1)

    def _last_words(self) -> str:
        return " ".join(self.log_file.read_text(errors="replace").splitlines()[-3:])


@contextmanager
def embedded_server(data_dir: Path, *, settings: Mapping[str, str] | None = None) -> Iterator[DatabaseUrls]:
    """The server for as long as the block lasts; `settings` are PostgreSQL's own."""
    server = EmbeddedServer(data_dir, settings=settings)
    urls = server.start()
    try:
        yield urls
    finally:
        server.stop()


def attach(data_dir: Path) -> DatabaseUrls | None:
    """The server another process of ours is running on this data directory; none when there is none."""
    found = PidFile.read(data_dir / "postgresql" / "data")
    if found is None or not found.ready or not found.socket_folder:
        return None
    return _urls(found.socket_folder, _passwords(data_dir))


def _passwords(data_dir: Path) -> dict[str, str]:
    make = dict.fromkeys((SUPERUSER, *ROLES), new_secret)
    passwords: dict[str, str] = LocalSecrets(data_dir).get(
        "database_passwords", lambda: {name: new() for name, new in make.items()}
    )
    return passwords


def _urls(host: str, passwords: dict[str, str]) -> DatabaseUrls:
    return DatabaseUrls(make_conninfo(host=host, dbname=DATABASE), {role: passwords[role] for role in ROLES})


def _end(process: subprocess.Popen[bytes]) -> None:
    for number, patience in ((signal.SIGINT, 20), (signal.SIGQUIT, 5), (signal.SIGKILL, 5)):
        if process.poll() is None:
            process.send_signal(number)
            try:
                process.wait(patience)
            except subprocess.TimeoutExpired:
                continue
        return
