"""Filling an organization with the sample."""

from sqlalchemy import select

from tenantry.products.pinata.repositories.actions import keep
from tenantry.products.pinata.repositories.models import Repository
from tenantry.products.pinata.scans.actions import start_scan
from tenantry.sdk import OrgScope


async def fill_with_sample(scope: OrgScope) -> str:
    """Add the sample shop and scan it; asked again, scan the one there is. Answers with the page of the scan."""
    statement = select(Repository).where(Repository.source_kind == "sample").limit(1)
    repository = await scope.session.scalar(statement)
    if repository is None:
        new = Repository(name="Sample shop", source_kind="sample", location="sample shop in four services")
        repository = await keep(scope, new)
    scan = await start_scan(scope, repository)
    return f"/scans/{scan.id}"
