"""Repositories over HTTP."""

from typing import Annotated
from uuid import UUID

from fastapi import Query

from tenantry.products.pinata.parts import FromApp
from tenantry.products.pinata.repositories import actions, queries, uploads
from tenantry.products.pinata.repositories.schemas import (
    RepositoryChange,
    RepositoryNew,
    RepositoryOut,
    UploadNew,
    UploadOut,
)
from tenantry.sdk import Conditional, OrgScope, Page, Paging, Router, needs, rated

Reader = Annotated[OrgScope, needs("pinata.repositories.read")]
Writer = Annotated[OrgScope, needs("pinata.repositories.write")]

router = Router()


@router.get("/repositories")
async def list_repositories(
    scope: Reader, asked: Paging, q: Annotated[str | None, Query(max_length=200)] = None
) -> Page[RepositoryOut]:
    """All repositories, the newest first. `q` is looked for in names and addresses."""
    return await queries.list_repositories(scope, asked, q)


@router.post("/repositories", status_code=201)
async def add_repository(scope: Writer, parts: FromApp, new: RepositoryNew) -> RepositoryOut:
    """Add a repository. Its code is fetched by a scan, not yet now. Secrets are sealed and never shown again."""
    return await queries.describe_one(scope, await actions.add_repository(scope, parts, new))


@router.get("/repositories/{repository_id}")
async def get_repository(scope: Reader, repository_id: UUID, conditions: Conditional) -> RepositoryOut:
    """One repository, with its last scan."""
    repository = await queries.describe_one(scope, await queries.find_repository(scope, repository_id))
    conditions.tag(repository)
    return repository


@router.patch("/repositories/{repository_id}")
async def rename_repository(
    scope: Writer, repository_id: UUID, change: RepositoryChange, conditions: Conditional
) -> RepositoryOut:
    """Rename a repository. With `If-Match`, only if nobody else has changed it meanwhile."""
    repository = await queries.find_repository(scope, repository_id)
    conditions.check(await queries.describe_one(scope, repository))
    await actions.rename_repository(scope, repository, change.name)
    changed = await queries.describe_one(scope, repository)
    conditions.tag(changed)
    return changed


@router.delete("/repositories/{repository_id}", status_code=204)
async def delete_repository(scope: Writer, repository_id: UUID) -> None:
    """Delete a repository with all its scans and files. A running scan is cancelled."""
    await actions.delete_repository(scope, await queries.find_repository(scope, repository_id))


@router.post("/uploads", status_code=201)
@rated("imports")
async def announce_upload(scope: Writer, parts: FromApp, new: UploadNew) -> UploadOut:
    """Announce an archive. Send its bytes to `url` as the body of one PUT, then add a repository with its id."""
    return await uploads.announce(scope, parts, new)
