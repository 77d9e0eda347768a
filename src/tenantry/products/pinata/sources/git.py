"""Fetching one commit of a git repository into a work tree.

The address is looked up once and pinned; git runs with an empty home and configuration, without hooks, submodules,
filters, redirects or prompts; symbolic links never reach the disk; sizes are watched while bytes come in.
"""

import asyncio
import base64
import contextlib
import os
import re
import shlex
import shutil
from dataclasses import dataclass, field
from pathlib import Path

from tenantry.core.addresses import Resolver, system_resolver
from tenantry.products.pinata.sources import git_failures
from tenantry.products.pinata.sources.addresses import pin
from tenantry.products.pinata.sources.folder import folder_name
from tenantry.products.pinata.sources.git_process import Git, GitError, StoppedError
from tenantry.products.pinata.sources.git_tree import TreeCheck
from tenantry.products.pinata.sources.limits import Limits
from tenantry.products.pinata.sources.locations import Credentials, Location
from tenantry.products.pinata.sources.progress import Report, Step, ignore

HEAD_LINE = re.compile(r"^ref: refs/heads/(?P<branch>\S+)\tHEAD$", re.MULTILINE)
FETCHED = "refs/tenantry/fetched"


@dataclass(frozen=True, slots=True)
class GitSource:
    """What to fetch: `branch` may be a tag, None is the default branch. `known_hosts` is what ssh learnt last time."""

    location: Location
    credentials: Credentials = field(default_factory=Credentials)
    branch: str | None = None
    known_hosts: str = ""


@dataclass(frozen=True, slots=True)
class Checkout:
    """The files of one commit at `root`, a folder called like the repository, and the ssh host keys to remember."""

    root: Path
    commit: str
    branch: str | None
    known_hosts: str


async def fetch(
    source: GitSource,
    into: Path,
    *,
    limits: Limits,
    local: bool,
    cancelled: asyncio.Event,
    report: Report = ignore,
    ca_file: Path | None = None,
    resolve: Resolver = system_resolver,
) -> Checkout:
    """Fetch the newest commit of one branch below `into`, an empty folder of ours.

    Raises:
        Problem: why it cannot be had; codes begin with `pinata.source.`.
        asyncio.CancelledError: `cancelled` was set; git and all its children are gone.
    """
    fetching = _Fetching(source, into, limits, cancelled, report)
    try:
        await fetching.prepare(local=local, ca_file=ca_file, resolve=resolve)
        return await fetching.run()
    except GitError as error:
        raise git_failures.explain(error.lines, source.credentials.secrets()) from None
    except StoppedError as stopped:
        if stopped.reason == "cancelled":
            raise asyncio.CancelledError from None
        raise git_failures.timed_out(limits.seconds) from None


class _Fetching:
    """One fetch and the folders it uses: `home` (empty, and git's working directory), `objects` (bare), `tree`."""

    def __init__(self, source: GitSource, into: Path, limits: Limits, cancelled: asyncio.Event, report: Report) -> None:
        self.source, self.limits, self.cancelled, self.report = source, limits, cancelled, report
        self.home, self.objects, self.tree = (
            into / "home",
            into / "objects",
            into / "tree" / folder_name(source.location.name),
        )
        self.known_hosts = into / "known_hosts"
        self.key = into / "key"
        self.git = Git(self.home, protocols="")
        self.ends = asyncio.get_running_loop().time() + limits.seconds

    async def prepare(self, *, local: bool, ca_file: Path | None, resolve: Resolver) -> None:
        """Make the folders, look the host up, and tell git how to connect."""
        for folder in (self.home, self.objects, self.tree):
            folder.mkdir(mode=0o700, parents=True)
        location = self.source.location
        self.git.protocols = "https:ssh:file" if local else "https:ssh"
        if location.scheme == "file":
            return
        self.report(Step(f"Looking up {location.host}"))
        addresses = await pin(location.host, location.port, local=local, resolve=resolve)
        if location.scheme == "https":
            self._use_https(addresses, ca_file)
        else:
            self._use_ssh(addresses[0])

    def _use_https(self, addresses: list[str], ca_file: Path | None) -> None:
        location, credentials = self.source.location, self.source.credentials
        pinned = ",".join(f"[{address}]" if ":" in address else address for address in addresses)
        self.git.config["http.curloptResolve"] = f"{location.host}:{location.port}:{pinned}"
        if ca_file:
            self.git.config["http.sslCAInfo"] = str(ca_file)
        if credentials.token:
            # Through the environment: an argument or an address would show in the list of processes.
            pair = f"{credentials.username or 'x-access-token'}:{credentials.token}"
            self.git.config["http.extraHeader"] = "Authorization: Basic " + base64.b64encode(pair.encode()).decode()

    def _use_ssh(self, address: str) -> None:
        location, key = self.source.location, self.source.credentials.private_key
        _write_private(self.known_hosts, self.source.known_hosts)
        options = {
            "BatchMode": "yes",
            "CheckHostIP": "no",
            "ClearAllForwardings": "yes",
            "ConnectTimeout": "15",
            "ForwardAgent": "no",
            "GlobalKnownHostsFile": os.devnull,
            "HashKnownHosts": "no",
            "HostKeyAlias": location.host,
            "HostName": address,
            "IdentitiesOnly": "yes",
            "IdentityAgent": "none",
            "PermitLocalCommand": "no",
            "ProxyCommand": "none",
            "ServerAliveInterval": "15",
            "StrictHostKeyChecking": "accept-new",
            "UpdateHostKeys": "no",
            "UserKnownHostsFile": str(self.known_hosts),
            "IdentityFile": str(self.key) if key else "none",
        }
        if key:
            _write_private(self.key, key.strip() + "\n")
        words = ["ssh", "-F", os.devnull, *(f"-o{name}={value}" for name, value in options.items())]
        self.git.variables |= {"GIT_SSH_COMMAND": shlex.join(words), "GIT_SSH_VARIANT": "ssh"}

    async def run(self) -> Checkout:
        """Ask for the branch, fetch its commit, check its size, write its files."""
        ref, branch = await self._choose()
        await self._git("init", "--quiet", "--bare", "--template=", "--", str(self.objects))
        try:
            await self._git(
                *self._at(
                    "fetch", "--progress", "--depth=1", "--no-tags", "--no-recurse-submodules", "--no-write-fetch-head"
                ),
                *("--", self.source.location.url, f"+{ref}:{FETCHED}"),
                watch=self._watch_download,
            )
        finally:
            self.key.unlink(missing_ok=True)
        commit = (await self._git(*self._at("rev-parse", "--verify", FETCHED + "^{commit}"))).strip()
        links = await self._check_tree(commit)
        await self._git(
            f"--git-dir={self.objects}",
            f"--work-tree={self.tree}",
            *("checkout", "--quiet", "--progress", "--force", "--no-recurse-submodules", "--detach", commit, "--"),
        )
        for link in links:
            (self.tree / os.fsdecode(link)).unlink(missing_ok=True)
        shutil.rmtree(self.objects)
        known = self.known_hosts.read_text() if self.known_hosts.exists() else self.source.known_hosts
        return Checkout(self.tree, commit, branch, known)

    async def _choose(self) -> tuple[str, str | None]:
        """The full name of what to fetch, and the branch's short name."""
        self.report(Step("Asking for the branches"))
        wanted = self.source.branch
        patterns = [f"refs/heads/{wanted}", f"refs/tags/{wanted}"] if wanted else []
        listing = await self._git(
            *("ls-remote", "--symref", "--", self.source.location.url, "HEAD", *patterns),
            seconds=self.limits.answer_seconds,
        )
        names = {
            line.split("\t", 1)[1] for line in listing.splitlines() if "\t" in line and not line.startswith("ref:")
        }
        if wanted:
            for name in patterns:
                if name in names:
                    return name, wanted
            raise git_failures.branch_missing(wanted)
        if "HEAD" not in names:
            raise git_failures.empty()
        match = HEAD_LINE.search(listing)
        return "HEAD", match["branch"] if match else None

    async def _check_tree(self, commit: str) -> list[bytes]:
        """Refuse a tree that would fill the disk before it is written; give back its symbolic links."""
        self.report(Step("Reading the list of files"))
        check = TreeCheck(self.limits)
        await self._git(*self._at("ls-tree", "-r", "-l", "-z", "--full-tree", commit), on_output=check.feed)
        return check.links

    def _watch_download(self) -> None:
        if _size(self.objects) > self.limits.download_bytes:
            raise git_failures.too_large(self.limits, "download")

    def _at(self, *arguments: str) -> list[str]:
        return [f"--git-dir={self.objects}", *arguments]

    async def _git(self, *arguments: str, seconds: float | None = None, **options: object) -> str:
        left = max(self.ends - asyncio.get_running_loop().time(), 0.01)
        return await self.git.run(
            *arguments,
            seconds=min(left, seconds or left),
            cancelled=self.cancelled,
            report=self.report,
            **options,  # type: ignore[arg-type]
        )


def _size(folder: Path) -> int:
    """Bytes below a folder in which git is at work: what disappears meanwhile counts nothing."""
    total = 0
    for path in folder.rglob("*"):
        with contextlib.suppress(FileNotFoundError):
            total += path.lstat().st_size
    return total


def _write_private(path: Path, text: str) -> None:
    """Write a file that only we can read, from its first byte on."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(text)
