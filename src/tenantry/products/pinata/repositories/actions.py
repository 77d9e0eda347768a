"""What happens to repositories."""

from uuid import UUID

from pydantic import SecretStr

from tenantry.products.pinata.parts import Parts
from tenantry.products.pinata.repositories import credentials
from tenantry.products.pinata.repositories.erasure import erase_files
from tenantry.products.pinata.repositories.models import Repository, Upload
from tenantry.products.pinata.repositories.schemas import GitNew, PathNew, RepositoryNew, UploadedNew
from tenantry.products.pinata.repositories.uploads import find_arrived
from tenantry.products.pinata.scans.queries import active_scan, ids_of
from tenantry.products.pinata.sources import Credentials, check_branch, open_folder, parse_location
from tenantry.products.pinata.sources.addresses import check_literal
from tenantry.sdk import OrgScope, cancel, defer, new_id, record, touch

Made = tuple[Repository, Credentials]


async def add_repository(scope: OrgScope, parts: Parts, new: RepositoryNew) -> Repository:
    """Add a repository; nothing is fetched yet.

    Raises:
        Invalid: the address, branch, folder or archive cannot be used; `errors` names the field.
    """
    match new.source:
        case GitNew() as git:
            repository, secrets = _from_git(parts, git)
            if secrets != Credentials():
                repository.id = new_id()
                repository.credentials = credentials.seal(parts.sealer, repository.id, secrets)
        case PathNew() as folder:
            repository = _from_folder(parts, folder.path)
        case UploadedNew() as uploaded:
            repository = await _from_upload(scope, parts, uploaded.upload_id)
    return await keep(scope, repository, new.name)


async def keep(scope: OrgScope, repository: Repository, name: str | None = None) -> Repository:
    """Write a new repository down."""
    repository.name = (name or repository.name).strip()[:200] or "repository"
    repository.known_hosts = ""
    repository.languages, repository.scans = {}, 0
    repository.created_by, repository.created_at = scope.actor.id, scope.now()
    scope.session.add(repository)
    await scope.session.flush()
    about = {"name": repository.name, "source": repository.source_kind, "credentials": bool(repository.credentials)}
    await record(scope, "pinata.repository.added", subject=repository.id, after=about)
    await touch(scope, "pinata.scans")
    return repository


async def rename_repository(scope: OrgScope, repository: Repository, name: str) -> None:
    """Give it another name."""
    before, repository.name = repository.name, name
    await scope.session.flush()
    names = {"name": before}, {"name": name}
    await record(scope, "pinata.repository.renamed", subject=repository.id, before=names[0], after=names[1])
    await touch(scope, "pinata.scans")


async def delete_repository(scope: OrgScope, repository: Repository) -> None:
    """Delete it with all its scans. Rows go at once, files as soon as a worker is free."""
    running = await active_scan(scope, repository.id)
    if running and running.job_id:
        await cancel(scope, running.job_id)
    owners = await ids_of(scope, repository.id)
    upload = await scope.session.get(Upload, (scope.org_id, repository.upload_id)) if repository.upload_id else None
    await scope.session.delete(repository)
    await scope.session.flush()
    about = {"name": repository.name, "credentials": bool(repository.credentials)}
    await record(scope, "pinata.repository.deleted", subject=repository.id, before=about)
    if upload:
        owners.append(upload.id)
        await scope.session.delete(upload)
    for owner in owners:
        await defer(scope, erase_files, owner_id=owner)
    await touch(scope, "pinata.scans")


def _from_git(parts: Parts, new: GitNew) -> Made:
    local = parts.settings.local
    if local and new.url.strip().startswith(("/", "~/")):
        return _from_folder(parts, new.url.strip()), Credentials()
    location, pasted = parse_location(new.url, local=local)
    check_literal(location.host, local=local)
    secrets = Credentials(
        _text(new.username) or pasted.username,
        _text(new.token) or pasted.token,
        _text(new.private_key),
    )
    credentials.check(location.scheme, secrets)
    repository = Repository(
        name=location.name,
        source_kind="git",
        location=location.url,
        branch=check_branch(new.branch) if new.branch and new.branch.strip() else None,
    )
    return repository, secrets


def _from_folder(parts: Parts, path: str) -> Repository:
    folder = open_folder(path, local=parts.settings.local, data_dir=parts.settings.data_dir)
    return Repository(name=folder.name or "folder", source_kind="path", location=str(folder))


async def _from_upload(scope: OrgScope, parts: Parts, upload_id: UUID) -> Repository:
    upload = await find_arrived(scope, parts, upload_id)
    name = upload.filename
    for ending in (".zip", ".tar.gz", ".tgz", ".tar"):
        name = name[: -len(ending)] if name.lower().endswith(ending) else name
    return Repository(name=name, source_kind="upload", location=upload.filename, upload_id=upload.id)


def _text(value: str | SecretStr | None) -> str | None:
    text = value.get_secret_value() if isinstance(value, SecretStr) else value
    return (text or "").strip() or None
