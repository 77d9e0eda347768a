"""Removing files of what was deleted. A job, so that nothing is left behind when the storage is away for a moment."""

from tenantry.products.pinata.parts import parts_of
from tenantry.sdk import JobContext, job


@job("pinata.erase_files")
async def erase_files(context: JobContext, *, folders: list[str]) -> None:
    """Remove folders and files. Running twice does no harm."""
    files = parts_of(context).storage.of_organization(context.organization.id)
    for folder in folders:
        await files.delete(folder)
        await files.delete_all(folder)
