"""The embedded server: one at a time, nobody else gets in, and it comes back from whatever happens to it."""

import os
import pwd
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from tenantry.core.settings import Settings
from tenantry.infra.database import dump
from tenantry.infra.database.cluster import OtherVersionError
from tenantry.infra.database.data_dir import AlreadyRunningError, StartError
from tenantry.infra.database.embedded import EmbeddedServer, embedded_server
from tenantry.infra.database.postmaster import PidFile, is_ours
from tenantry.infra.database.roles import APP, OWNER
from tenantry.infra.database.server import database_server
from tenantry.infra.database.upgrade import CannotUpgradeError, upgrade
from tenantry.infra.database.urls import DatabaseUrls

ROOT = os.geteuid() == 0
HASTY = {"fsync": "off"}
"""Nothing here must survive a power cut, and other tests wait for the disk too."""
HOLD = """
import sys, time
from pathlib import Path
from tenantry.infra.database.embedded import embedded_server
with embedded_server(Path(sys.argv[1]), settings={"fsync": "off"}) as urls:
    try:
        print(urls.of("tenantry_owner"), flush=True)
        time.sleep(60)
    except KeyboardInterrupt:
        print("interrupted", flush=True)
        import psycopg
        with psycopg.connect(urls.of("tenantry_owner")) as connection:
            print(connection.execute("SELECT 1").fetchone(), flush=True)
"""


@pytest.fixture
def folder() -> Iterator[Path]:
    """A place for a data directory that PostgreSQL's user can reach."""
    path = Path(tempfile.mkdtemp(prefix="tenantry-embedded-"))
    path.chmod(0o755)
    yield path
    shutil.rmtree(path)


def remember(urls: DatabaseUrls) -> None:
    """Write something down and commit it."""
    with psycopg.connect(urls.of(OWNER)) as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS memory (word text)")
        connection.execute("INSERT INTO memory VALUES ('kept')")


def remembered(urls: DatabaseUrls) -> int:
    """How often something was written down."""
    with psycopg.connect(urls.of(OWNER)) as connection:
        return int(connection.execute("SELECT count(*) FROM memory").fetchone()[0])  # type: ignore[index]


def hold(data_dir: Path) -> tuple[subprocess.Popen[str], str]:
    """Another process of ours, running on this data."""
    process = subprocess.Popen([sys.executable, "-c", HOLD, str(data_dir)], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    return process, process.stdout.readline().strip()


@pytest.mark.clock
def test_data_outlives_the_server_and_stopping_is_quick(folder: Path) -> None:
    with embedded_server(folder / "data", settings=HASTY) as urls:
        remember(urls)
    server = EmbeddedServer(folder / "data", settings=HASTY)
    began = time.monotonic()
    urls = server.start()
    started = time.monotonic()
    assert remembered(urls) == 1
    with psycopg.connect(urls.of(APP)):  # somebody is connected still
        stopping = time.monotonic()
        server.stop()
    assert started - began < 3
    assert time.monotonic() - stopping < 2
    server.stop()  # a second time does no harm


def test_nobody_else_gets_in(folder: Path) -> None:
    server = EmbeddedServer(folder / "data", settings=HASTY)
    urls = server.start()
    try:
        parts = conninfo_to_dict(urls.conninfo)
        sockets = Path(str(parts["host"]))
        assert sockets.stat().st_mode & 0o777 == 0o700
        assert len(str(sockets / ".s.PGSQL.5432")) < 100
        for password in ("", "postgres", "wrong"):
            with pytest.raises(psycopg.OperationalError, match="password"):
                psycopg.connect(make_conninfo(urls.conninfo, user="postgres", password=password))
        with psycopg.connect(server.admin) as connection:
            settings = dict(connection.execute("SELECT name, setting FROM pg_settings").fetchall())
            assert settings["listen_addresses"] == ""
            assert settings["password_encryption"] == "scram-sha-256"
            hba = connection.execute("SELECT DISTINCT type, auth_method FROM pg_hba_file_rules").fetchall()
            assert {method for kind, method in hba} == {"scram-sha-256"}
        assert (folder / "data" / "secrets.json").stat().st_mode & 0o777 == 0o600
        assert (folder / "data" / "postgresql").stat().st_mode & 0o777 == 0o700
    finally:
        server.stop()
    assert not sockets.exists()


@pytest.mark.skipif(not ROOT, reason="only root lends PostgreSQL a user")
def test_as_root_it_runs_as_a_user_of_its_own(folder: Path) -> None:
    server = EmbeddedServer(folder / "data", settings=HASTY)
    server.start()
    try:
        status = Path(f"/proc/{server.pid}/status").read_text()
        assert f"Uid:\t{pwd.getpwnam('tenantry').pw_uid}" in status
        assert "Groups:\t \n" in status
        # And nobody else reaches its socket.
        with pytest.raises(PermissionError):
            as_nobody = "import os, sys; os.setgid(65534); os.setuid(65534); os.listdir(sys.argv[1])"
            done = subprocess.run(
                [sys.executable, "-c", as_nobody, str(conninfo_to_dict(server.urls.conninfo)["host"])],
                capture_output=True,
                text=True,
                check=False,
            )
            if "PermissionError" in done.stderr:
                raise PermissionError
    finally:
        server.stop()


def test_folders_of_others_keep_their_modes(folder: Path) -> None:
    modes = {path: path.stat().st_mode for path in (folder, *folder.parents)}
    (folder / "data").mkdir(mode=0o700)
    (folder / "data" / "mine").mkdir(mode=0o700)
    with embedded_server(folder / "data", settings=HASTY):
        assert {path: path.stat().st_mode for path in modes} == modes
        assert (folder / "data" / "mine").stat().st_mode & 0o777 == 0o700
        assert (folder / "data").stat().st_mode & 0o007 == 0


@pytest.mark.skipif(not ROOT, reason="only root lends PostgreSQL a user")
def test_a_folder_it_cannot_enter_is_named(folder: Path) -> None:
    (folder / "closed").mkdir(mode=0o700)
    with pytest.raises(StartError, match=r"cannot enter .*/closed\. Choose another TENANTRY_DATA_DIR"):
        EmbeddedServer(folder / "closed" / "data").start()
    assert (folder / "closed").stat().st_mode & 0o777 == 0o700


def test_a_long_path_is_fine(folder: Path) -> None:
    long = folder.joinpath(*["a-rather-long-name-of-a-folder"] * 5)
    long.mkdir(parents=True, mode=0o755)
    with embedded_server(long / "data – ünïcode", settings=HASTY) as urls:
        remember(urls)


def test_a_second_process_says_so_and_leaves(folder: Path, settings: Settings) -> None:
    process, urls = hold(folder / "data")
    try:
        with pytest.raises(AlreadyRunningError, match=f"already running on .* \\(process {process.pid}\\)"):
            EmbeddedServer(folder / "data", settings=HASTY).start()
        here = settings.model_copy(update={"data_dir": folder / "data"})
        with pytest.raises(AlreadyRunningError), database_server(here, alone=True):
            pass
        with database_server(here) as joined:  # a command may join in
            assert joined.of(OWNER) == urls
    finally:
        process.send_signal(signal.SIGINT)
        said, _ = process.communicate(timeout=60)
    # Ctrl-C reaches us and not PostgreSQL, which still answers while we tidy up.
    assert said.splitlines() == ["interrupted", "(1,)"]
    with database_server(here, alone=True) as alone:
        assert alone.of(OWNER) != urls


def test_what_a_killed_run_left_behind_is_cleared_up(folder: Path) -> None:
    process, urls = hold(folder / "data")
    with psycopg.connect(urls) as connection:
        connection.execute("CREATE TABLE memory (word text)")
        connection.execute("INSERT INTO memory VALUES ('kept')")
    orphan = PidFile.read(folder / "data" / "postgresql" / "data")
    assert orphan is not None
    process.kill()
    process.wait()
    assert is_ours(orphan.pid, folder / "data")  # it lives on without us
    with embedded_server(folder / "data", settings=HASTY) as again:
        assert not Path(orphan.socket_folder).exists()
        assert not is_ours(orphan.pid, folder / "data")
        assert remembered(again) == 1


def test_a_pid_file_that_lies(folder: Path) -> None:
    """It names nobody, a stranger who got the number, a zombie; or it is only half written."""
    with embedded_server(folder / "data", settings=HASTY) as urls:
        remember(urls)
    file = folder / "data" / "postgresql" / "data" / "postmaster.pid"
    stranger = subprocess.Popen(["sleep", "600"])
    zombie = subprocess.Popen(["true"])
    try:
        while Path("/proc").exists() and ") Z" not in Path(f"/proc/{zombie.pid}/stat").read_text():
            time.sleep(0.01)  # it has ended, and nobody has asked how
        rest = f"\n{file.parent}\n1\n5432\n/nowhere\n\n  1 1\nready\n"
        for lie in (f"{2**22 - 1}{rest}", f"{stranger.pid}{rest}", f"{zombie.pid}{rest}", "\n", ""):
            file.write_text(lie)
            with embedded_server(folder / "data", settings=HASTY) as urls:
                assert remembered(urls) == 1
        assert stranger.poll() is None  # and was left alone
    finally:
        stranger.kill()
        stranger.wait()
        zombie.wait()


def test_a_postgresql_that_dies_is_started_again(folder: Path) -> None:
    server = EmbeddedServer(folder / "data", settings=HASTY)
    urls = server.start()
    try:
        remember(urls)
        for number in (signal.SIGKILL, signal.SIGTERM, signal.SIGQUIT):
            before = server.pid
            assert before is not None
            os.kill(before, number)
            until = time.monotonic() + 10
            while True:
                try:
                    if server.pid != before and remembered(urls):
                        break
                except psycopg.OperationalError:
                    pass
                assert time.monotonic() < until
                time.sleep(0.02)
    finally:
        server.stop()
    assert server.pid is None


def test_an_interrupted_first_start_leaves_nothing_that_looks_like_data(folder: Path) -> None:
    leftover = folder / "data" / "postgresql" / ".data-new"
    leftover.mkdir(parents=True)
    (leftover / "PG_VERSION").write_text("18\n")
    with embedded_server(folder / "data", settings=HASTY) as urls:
        remember(urls)
    assert not leftover.exists()


def test_what_postgresql_says_is_passed_on(folder: Path) -> None:
    server = EmbeddedServer(folder / "data", settings={"shared_buffers": "nonsense"})
    with pytest.raises(StartError, match="shared_buffers"):
        server.start()
    with embedded_server(folder / "data", settings=HASTY):  # the lock was let go
        pass


def test_another_versions_data_is_refused_and_upgraded(folder: Path) -> None:
    with pytest.raises(CannotUpgradeError, match="no upgrade"):
        upgrade(folder / "data")
    old = EmbeddedServer(folder / "data", major=16, settings=HASTY)
    remember(old.start())
    old.stop()
    with pytest.raises(OtherVersionError, match=r"PostgreSQL 16's.*`tenantry database upgrade`"):
        EmbeddedServer(folder / "data", settings=HASTY).start()
    kept = upgrade(folder / "data")
    assert (kept / "PG_VERSION").read_text() == "16\n"
    with embedded_server(folder / "data", settings=HASTY) as urls, psycopg.connect(urls.of(OWNER)) as connection:
        assert connection.info.server_version // 10_000 == 18
        assert remembered(urls) == 1


@pytest.mark.deep
def test_an_upgrade_that_fails_leaves_the_old_data(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    old = EmbeddedServer(folder / "data", major=16, settings=HASTY)
    remember(old.start())
    old.stop()

    def refuse(*_: object) -> None:
        raise dump.DumpError("no")

    monkeypatch.setattr(dump, "restore", refuse)
    with pytest.raises(dump.DumpError):
        upgrade(folder / "data")
    monkeypatch.undo()
    assert upgrade(folder / "data").name == "data-16"
    with embedded_server(folder / "data", settings=HASTY) as urls:
        assert remembered(urls) == 1


def test_data_of_a_version_we_do_not_bring(folder: Path) -> None:
    with embedded_server(folder / "data", settings=HASTY):
        pass
    (folder / "data" / "postgresql" / "data" / "PG_VERSION").write_text("12\n")
    with pytest.raises(CannotUpgradeError, match="with the version of Tenantry that wrote it"):
        upgrade(folder / "data")


PLAIN = """
import os, sys
from pathlib import Path
import psycopg
from tenantry.infra.database.embedded import embedded_server
folder, number = Path(sys.argv[1]), int(sys.argv[2])
os.chown(folder, number, number)
os.setgroups([]); os.setgid(number); os.setuid(number)
with embedded_server(folder / "data", settings={"fsync": "off"}) as urls, psycopg.connect(urls.of("tenantry_app")) as connection:
    print(connection.execute("SELECT current_user").fetchone())
"""


@pytest.mark.skipif(not ROOT, reason="only root can become somebody else")
def test_a_plain_user_runs_it_as_themselves(folder: Path) -> None:
    nobody = pwd.getpwnam("nobody").pw_uid
    command = [sys.executable, "-c", PLAIN, str(folder), str(nobody)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.stdout.strip() == "('tenantry_app',)", done.stderr
    assert (folder / "data" / "postgresql" / "data").stat().st_uid == nobody


@pytest.mark.skipif(not ROOT, reason="only root can become somebody else")
def test_a_user_without_a_name_is_told_what_helps(folder: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", PLAIN, str(folder), "54321"], capture_output=True, text=True, check=False
    )
    assert "has no entry in /etc/passwd" in done.stderr


@pytest.mark.skipif(not ROOT, reason="only root lends PostgreSQL a user")
def test_programs_which_that_user_cannot_reach_are_copied(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tenantry.infra.database.binaries._open_to_all", lambda _: False)
    for _ in range(2):
        server = EmbeddedServer(folder / "data", settings=HASTY)
        remember(server.start())
        command = Path(f"/proc/{server.pid}/cmdline").read_bytes().split(b"\0")[0].decode()
        server.stop()
        assert command.startswith(str(folder / "data" / "programs"))


WRITER = """
import sys
from pathlib import Path
import psycopg
from tenantry.infra.database.embedded import embedded_server
with embedded_server(Path(sys.argv[1])) as urls, psycopg.connect(urls.of("tenantry_owner"), autocommit=True) as connection:
    connection.execute("CREATE TABLE IF NOT EXISTS written (number bigint GENERATED ALWAYS AS IDENTITY)")
    while True:
        print(connection.execute("INSERT INTO written DEFAULT VALUES RETURNING number").fetchone()[0], flush=True)
"""


@pytest.mark.deep
def test_a_storm_of_kills_loses_nothing(folder: Path) -> None:
    """Twenty times we are killed in the middle of writing, and half of the times PostgreSQL with us."""
    chance = random.Random(18)
    written: set[int] = set()
    for turn in range(20):
        process = subprocess.Popen(
            [sys.executable, "-c", WRITER, str(folder / "data")], stdout=subprocess.PIPE, text=True
        )
        assert process.stdout is not None
        written.add(int(process.stdout.readline()))
        time.sleep(chance.random() / 2)
        process.kill()
        if turn % 2:
            found = PidFile.read(folder / "data" / "postgresql" / "data")
            assert found is not None
            os.kill(found.pid, signal.SIGKILL)
        written |= {int(line) for line in process.communicate()[0].splitlines() if line.strip()}
    with embedded_server(folder / "data") as urls, psycopg.connect(urls.of(OWNER)) as connection:
        kept = {number for (number,) in connection.execute("SELECT number FROM written")}
    assert len(written) > 20
    assert written <= kept
