"""Phase one: from a repository's source to a folder with its code."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from tenantry.products.pinata.parts import Parts
from tenantry.products.pinata.repositories import credentials
from tenantry.products.pinata.repositories.models import Repository
from tenantry.products.pinata.sample import SHOP
from tenantry.products.pinata.sources import (
    GitSource,
    Step,
    fetch,
    folder_name,
    open_folder,
    parse_location,
    unpack,
)
from tenantry.sdk import Problem, SealBrokenError, run_heavy


@dataclass(frozen=True)
class Wanted:
    """What to fetch, read from the rows beforehand so that no transaction is open meanwhile."""

    org_id: UUID
    kind: str
    name: str
    location: str
    branch: str | None
    upload_id: UUID | None
    sealed: bytes | None
    known_hosts: str
    repository_id: UUID

    @classmethod
    def of(cls, repository: Repository, branch: str | None) -> "Wanted":
        """A branch of a repository."""
        return cls(
            repository.org_id,
            repository.source_kind,
            repository.name,
            repository.location,
            branch,
            repository.upload_id,
            repository.credentials,
            repository.known_hosts,
            repository.id,
        )


@dataclass(frozen=True)
class Fetched:
    """The folder with the code; of git, its commit, branch and the host keys that ssh learnt."""

    root: Path
    commit: str | None = None
    branch: str | None = None
    known_hosts: str = ""


async def get_code(wanted: Wanted, parts: Parts, into: Path, say: Callable[[Step], None]) -> Fetched:
    """Bring the code here. `into` is a folder of ours for this attempt alone.

    Raises:
        Problem: why it cannot be had.
    """
    match wanted.kind:
        case "git":
            return await _from_git(wanted, parts, into, say)
        case "upload":
            return await _from_archive(wanted, parts, into, say)
        case "sample":
            return Fetched(SHOP)
    data_dir = parts.settings.data_dir
    folder = await asyncio.to_thread(open_folder, wanted.location, local=parts.settings.local, data_dir=data_dir)
    say(Step(f"Reading {folder} where it is"))
    return Fetched(folder)


async def _from_git(wanted: Wanted, parts: Parts, into: Path, say: Callable[[Step], None]) -> Fetched:
    try:
        secrets = credentials.unseal(parts.sealer, wanted.repository_id, wanted.sealed)
    except SealBrokenError:
        raise Problem(
            "pinata.source.credentials_lost",
            "The repository's credentials can no longer be opened: this installation's secret key was changed.",
            hint="Add the repository again with its credentials.",
            status=422,
        ) from None
    location, _ = parse_location(wanted.location, local=parts.settings.local)
    checkout = await fetch(
        GitSource(location, secrets, wanted.branch, wanted.known_hosts),
        into,
        limits=parts.own.limits,
        local=parts.settings.local,
        cancelled=asyncio.Event(),  # the job is cancelled as a task
        report=say,
        ca_file=parts.own.git_ca_file,
    )
    return Fetched(checkout.root, checkout.commit, checkout.branch, checkout.known_hosts)


async def _from_archive(wanted: Wanted, parts: Parts, into: Path, say: Callable[[Step], None]) -> Fetched:
    await asyncio.to_thread(into.mkdir, mode=0o700, parents=True)
    say(Step("Getting the archive"))
    archive = into / "archive"
    await parts.storage.of_organization(wanted.org_id).fetch(f"pinata/uploads/{wanted.upload_id}", archive)
    tree = into / "tree" / folder_name(wanted.name)
    unpacked = await run_heavy(unpack, archive, tree, parts.own.limits, on_progress=say)
    await asyncio.to_thread(archive.unlink)
    if unpacked.left_out:
        say(Step(f"Left out {unpacked.left_out:,} links, devices or doubles of the archive"))
    return Fetched(unpacked.root)
