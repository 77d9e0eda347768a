"""Removing files of what was deleted. A job, so that nothing is left behind when the storage is away for a moment."""

from uuid import UUID

from tenantry.products.pinata.parts import parts_of
from tenantry.products.pinata.repositories.models import Upload
from tenantry.products.pinata.scans.models import Scan
from tenantry.sdk import JobContext, job


@job("pinata.erase_files")
async def erase_files(context: JobContext, *, owner_id: UUID) -> None:
    """Remove the files of a scan or an upload that is gone. Running twice does no harm."""
    async with context.scope(read_only=True) as scope:
        for model in (Scan, Upload):
            if await scope.session.get(model, (scope.org_id, owner_id)) is not None:
                return
    files = parts_of(context).storage.of_organization(context.organization.id)
    await files.delete(f"pinata/uploads/{owner_id}")
    await files.delete_all(f"pinata/scans/{owner_id}")
