"""What can be asked about repositories."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import select, tuple_
from sqlalchemy.orm import aliased, defer

from tenantry.products.pinata.repositories.models import Repository
from tenantry.products.pinata.repositories.schemas import RepositoryOut, ScanSummary, Source
from tenantry.products.pinata.scans.models import Scan
from tenantry.sdk import Cursor, NotFound, OrgScope, Page, PageParams


async def find_repository(scope: OrgScope, repository_id: UUID) -> Repository:
    """The repository.

    Raises:
        NotFound: `pinata.repository.not_found`.
    """
    repository = await scope.session.get(Repository, (scope.org_id, repository_id))
    if repository is None:
        raise NotFound(
            "pinata.repository.not_found",
            "There is no such repository here.",
            hint="It may have been deleted. Go back to the list of repositories.",
        )
    return repository


async def list_repositories(scope: OrgScope, asked: PageParams, q: str | None) -> Page[RepositoryOut]:
    """The newest first; `q` is looked for in names and addresses."""
    statement = select(Repository).order_by(Repository.created_at.desc(), Repository.id.desc()).limit(asked.limit + 1)
    if q and (q := q.replace("\0", "")):
        statement = statement.where(
            Repository.name.icontains(q, autoescape=True) | Repository.location.icontains(q, autoescape=True)
        )
    if asked.after:
        place = Cursor.decode(asked.after, datetime, UUID)
        statement = statement.where(tuple_(Repository.created_at, Repository.id) < place)
    found = list(await scope.session.scalars(statement))
    shown = found[: asked.limit]
    more = Cursor.encode(shown[-1].created_at, shown[-1].id) if len(found) > asked.limit else None
    return Page(items=await describe(scope, shown), next=more)


async def describe(scope: OrgScope, repositories: Sequence[Repository]) -> list[RepositoryOut]:
    """Repositories with their last scans, as they go over the wire."""
    last = await _last_scans(scope, [repository.id for repository in repositories])
    return [_out(repository, last.get(repository.id)) for repository in repositories]


async def describe_one(scope: OrgScope, repository: Repository) -> RepositoryOut:
    """One repository with its last scan."""
    return (await describe(scope, [repository]))[0]


async def _last_scans(scope: OrgScope, ids: Sequence[UUID]) -> dict[UUID, Scan]:
    if not ids:
        return {}
    newest = select(Scan).where(Scan.repository_id == Repository.id).order_by(Scan.number.desc()).limit(1).lateral()
    last = aliased(Scan, newest)
    statement = (
        select(last)
        .options(defer(last.found, raiseload=True))
        .select_from(Repository)
        .join(newest, Repository.id.in_(ids))
    )
    return {scan.repository_id: scan for scan in await scope.session.scalars(statement)}


def _out(repository: Repository, last: Scan | None) -> RepositoryOut:
    return RepositoryOut(
        id=repository.id,
        name=repository.name,
        source=Source.model_validate(
            {"kind": repository.source_kind, "location": repository.location, "branch": repository.branch}
        ),
        language_mix=repository.languages,
        created_at=repository.created_at,
        last_scan=ScanSummary.model_validate(last, from_attributes=True) if last else None,
        scans=repository.scans,
    )
