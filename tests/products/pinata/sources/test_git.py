"""Fetching from real git servers, kind and unkind."""

import asyncio
import dataclasses
import logging
import os
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tenantry.core.errors import Problem
from tenantry.products.pinata.sources import Checkout, Credentials, GitSource, Limits, Step, fetch, parse_location

from .git_server import HOST, TOKEN, USER, GitServer, commit, git, git_server, make_repository


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[GitServer]:
    root = tmp_path_factory.mktemp("repositories")
    shop = make_repository(root / "shop", {"app.py": "print(1)\n", "src/läden.py": "x = 1\n", "run.sh": "true\n"})
    (shop / "run.sh").chmod(0o755)
    (shop / "link.py").symlink_to("/etc/passwd")
    (shop / "up.py").symlink_to("../../secret")
    commit(shop, {".gitattributes": "*.bin filter=lfs\n*.py filter=evil\n", "a.bin": "pointer\n"})
    git(shop, "tag", "v1")
    git(shop, "branch", "feature/tax")
    big = make_repository(root / "big", {})
    (big / "noise.bin").write_bytes(os.urandom(6_000_000))
    commit(big, {})
    (root / "empty").mkdir()
    git(root / "empty", "init", "-q", "--bare")
    with git_server(root, tmp_path_factory.mktemp("tls")) as running:
        yield running


async def take(
    server: GitServer,
    into: Path,
    url: str,
    *,
    credentials: Credentials | None = None,
    branch: str | None = None,
    limits: Limits = Limits(),
    steps: list[Step] | None = None,
    cancelled: asyncio.Event | None = None,
    local: bool = True,
) -> Checkout:
    location, found = parse_location(url, local=local)

    async def resolve(host: str, port: int) -> list[str]:
        return ["127.0.0.1"]

    return await fetch(
        GitSource(location, credentials or found, branch),
        into / "work",
        limits=limits,
        local=local,
        cancelled=cancelled or asyncio.Event(),
        report=(steps if steps is not None else []).append,
        ca_file=server.ca_file,
        resolve=resolve,
    )


async def refused(code: str, *arguments: object, **options: object) -> Problem:
    with pytest.raises(Problem) as caught:
        await take(*arguments, **options)  # type: ignore[arg-type]
    assert caught.value.code == f"pinata.source.{code}", caught.value.detail
    assert caught.value.hint
    return caught.value


async def test_a_repository_arrives_as_plain_files(server: GitServer, tmp_path: Path) -> None:
    steps: list[Step] = []
    checkout = await take(server, tmp_path, server.url("shop"), steps=steps)
    names = sorted(path.relative_to(checkout.root).as_posix() for path in checkout.root.rglob("*") if path.is_file())
    assert names == [".gitattributes", "a.bin", "app.py", "run.sh", "src/läden.py"]
    assert (checkout.root / "app.py").read_text() == "print(1)\n"
    assert not any(path.is_symlink() for path in checkout.root.rglob("*"))
    assert checkout.commit == git(server.root / "shop", "rev-parse", "HEAD")
    assert checkout.branch == "main"
    assert any(step.total for step in steps), "git's own progress arrives"


async def test_only_the_pinned_address_is_used(server: GitServer, tmp_path: Path) -> None:
    """Nobody but our resolver knows this host, so git cannot have looked it up a second time."""
    result = await asyncio.create_subprocess_exec("getent", "hosts", HOST, stdout=subprocess.DEVNULL)
    assert await result.wait() != 0
    assert (await take(server, tmp_path, server.url("shop", HOST))).commit


@pytest.mark.parametrize("name", ["feature/tax", "v1", "refs/heads/main"])
async def test_a_branch_or_a_tag(server: GitServer, tmp_path: Path, name: str) -> None:
    checkout = await take(server, tmp_path, server.url("shop"), branch=name.removeprefix("refs/heads/"))
    assert checkout.branch == name.removeprefix("refs/heads/")


async def test_what_is_not_there(server: GitServer, tmp_path: Path) -> None:
    await refused("branch_missing", server, tmp_path / "a", server.url("shop"), branch="nope")
    await refused("not_a_repository", server, tmp_path / "b", server.url("nothing"))
    await refused("not_a_repository", server, tmp_path / "c", server.url("hello"))
    await refused("empty", server, tmp_path / "d", server.url("empty"))
    await refused("unreachable", server, tmp_path / "e", f"https://{HOST}:1/shop")


async def test_a_host_nobody_knows(tmp_path: Path) -> None:
    location, credentials = parse_location("https://nowhere.invalid/shop.git", local=True)
    with pytest.raises(Problem) as caught:
        await fetch(
            GitSource(location, credentials), tmp_path / "work", limits=Limits(), local=True, cancelled=asyncio.Event()
        )
    assert caught.value.code == "pinata.source.host_unknown"


async def test_redirects_are_refused(server: GitServer, tmp_path: Path) -> None:
    await refused("redirected", server, tmp_path, server.url("moved/shop"))


async def test_an_untrusted_certificate(server: GitServer, tmp_path: Path) -> None:
    location, credentials = parse_location(server.url("shop", "localhost"), local=True)
    with pytest.raises(Problem) as caught:
        await fetch(
            GitSource(location, credentials), tmp_path / "work", limits=Limits(), local=True, cancelled=asyncio.Event()
        )
    assert caught.value.code == "pinata.source.certificate_invalid"


async def test_a_private_repository(
    server: GitServer, tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the token it opens; the token is in no argument, no log, no message and no file."""
    seen: list[str] = []
    real = asyncio.create_subprocess_exec

    async def spy(*arguments: str, **options: object) -> object:
        seen.extend(arguments)
        return await real(*arguments, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(asyncio, "create_subprocess_exec", spy)
    caplog.set_level(logging.DEBUG)
    await refused("authentication_needed", server, tmp_path / "a", server.url("private/shop"))
    wrong = Credentials(USER, "wr0ng-t0ken")
    problem = await refused(
        "authentication_needed", server, tmp_path / "b", server.url("private/shop"), credentials=wrong
    )
    checkout = await take(server, tmp_path / "c", server.url("private/shop"), credentials=Credentials(USER, TOKEN))
    pasted = server.url("private/shop").replace("https://", f"https://{USER}:{TOKEN}@")
    assert (await take(server, tmp_path / "d", pasted)).commit == checkout.commit
    said = "\n".join([*seen, caplog.text, str(problem.to_dict()), repr(Credentials(USER, TOKEN)), *server.requests])
    assert TOKEN not in said
    assert "wr0ng" not in said
    assert "git" in seen
    written = [path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()]
    assert not any(TOKEN.encode() in content for content in written)


async def test_credentials_are_only_sent_to_their_own_host(server: GitServer, tmp_path: Path) -> None:
    """A redirect would carry the header along, which is one reason why none is followed."""
    await refused(
        "redirected", server, tmp_path, server.url("moved/private/shop"), credentials=Credentials(USER, TOKEN)
    )


async def test_size_is_watched_while_fetching(server: GitServer, tmp_path: Path) -> None:
    small = Limits(download_bytes=1_000_000)
    problem = await refused("too_large", server, tmp_path / "a", server.url("big"), limits=small)
    assert problem.status == 413
    await refused("too_large", server, tmp_path / "b", server.url("big"), limits=Limits(tree_bytes=1_000_000))
    await refused("too_large", server, tmp_path / "c", server.url("shop"), limits=Limits(files=3))


@pytest.mark.clock
async def test_a_small_pack_with_a_tree_of_billions(server: GitServer, tmp_path: Path) -> None:
    """Ten folders of ten times the same folder…: 10^10 files in a few hundred bytes."""
    bomb = server.root / "bomb"
    if not bomb.exists():
        make_repository(bomb, {"0/f": "x"})
        tree = git(bomb, "rev-parse", "HEAD:0")
        for _ in range(9):
            listing = "".join(f"040000 tree {tree}\td{index}\n" for index in range(10))
            done = subprocess.run(
                ["git", "mktree"], cwd=bomb, input=listing, capture_output=True, text=True, check=True
            )
            tree = done.stdout.strip()
        head = git(bomb, "commit-tree", "-m", "bomb", tree)
        git(bomb, "update-ref", "refs/heads/main", head)
    start = time.monotonic()
    await refused("too_large", server, tmp_path, server.url("bomb"))
    assert time.monotonic() - start < 10


async def test_time_runs_out(server: GitServer, tmp_path: Path) -> None:
    limits = dataclasses.replace(Limits(), answer_seconds=0.5)
    await refused("timed_out", server, tmp_path, server.url("stalls/shop"), limits=limits)


@pytest.mark.clock
async def test_cancelling_ends_git_within_a_second(server: GitServer, tmp_path: Path) -> None:
    server.stalled.clear()
    cancelled = asyncio.Event()
    task = asyncio.ensure_future(take(server, tmp_path, server.url("stalls/shop"), cancelled=cancelled))
    assert await asyncio.to_thread(server.stalled.wait, 10)
    start = time.monotonic()
    cancelled.set()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert time.monotonic() - start < 1
    running = subprocess.run(["ps", "-eo", "args"], capture_output=True, text=True).stdout
    assert "stalls/shop" not in running


async def test_private_addresses_are_refused_outside_local_mode(server: GitServer, tmp_path: Path) -> None:
    await refused("address_refused", server, tmp_path / "a", server.url("shop"), local=False)
    await refused("address_refused", server, tmp_path / "b", "git@git.example.test:shop.git", local=False)


async def test_file_addresses_in_local_mode(server: GitServer, tmp_path: Path) -> None:
    checkout = await take(server, tmp_path / "a", f"file://{server.root}/shop")
    assert (checkout.root / "app.py").exists()
    await refused("not_a_repository", server, tmp_path / "b", f"file://{tmp_path}/nothing")


async def test_ssh_connects_to_the_pinned_address_with_its_own_key(server: GitServer, tmp_path: Path) -> None:
    """What ssh is told, seen by a stand-in for it that answers as git's own server would."""
    shim = tmp_path / "bin"
    shim.mkdir()
    (shim / "ssh").write_text(
        f"""#!/bin/sh
printf '%s\\n' "$@" >> {tmp_path}/argv
for word in "$@"; do case "$word" in -oIdentityFile=/*) stat -c %a "${{word#*=}}" > {tmp_path}/mode;; esac; done
for word in "$@"; do case "$word" in -oUserKnownHostsFile=*) echo "learnt key" >> "${{word#*=}}";; esac; done
for word in "$@"; do last="$word"; done
eval "$last"
"""
    )
    (shim / "ssh").chmod(0o755)
    path, os.environ["PATH"] = os.environ["PATH"], f"{shim}:{os.environ['PATH']}"
    try:
        address = f"ssh://git@{HOST}{server.root}/shop"
        checkout = await take(server, tmp_path, address, credentials=Credentials(private_key="KEY OF NOBODY"))
        await refused("not_a_repository", server, tmp_path / "b", f"git@{HOST}:team/shop.git")
    finally:
        os.environ["PATH"] = path
    words = (tmp_path / "argv").read_text().split("\n")
    assert words[-2].endswith("git-upload-pack 'team/shop.git'"), "as hosts without homes want it"
    assert "-oHostName=127.0.0.1" in words
    assert f"-oHostKeyAlias={HOST}" in words
    assert "-oStrictHostKeyChecking=accept-new" in words
    assert (tmp_path / "mode").read_text().strip() == "600"
    assert "learnt key" in checkout.known_hosts
    assert not (tmp_path / "work" / "key").exists()
