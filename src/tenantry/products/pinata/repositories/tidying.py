"""Forgetting archives which were announced or sent, and then never used."""

from datetime import timedelta

from sqlalchemy import delete, exists, select

from tenantry.products.pinata.repositories.models import Repository, Upload
from tenantry.sdk import Schedule, Storage, SystemJobContext, job

KEPT = timedelta(days=1)


@job("pinata.forget_uploads", system=True)
async def forget_uploads(context: SystemJobContext) -> None:
    """Remove uploads of a day ago that no repository uses, files first: a row without a file is found again next time."""
    storage = context.part(Storage)
    used = exists().where(Repository.org_id == Upload.org_id, Repository.upload_id == Upload.id)
    async with context.scope() as scope:
        old = select(Upload).where(Upload.created_at < scope.now() - KEPT, ~used).limit(1000).with_for_update()
        for upload in list(await scope.session.scalars(old)):
            await storage.of_organization(upload.org_id).delete(upload.file)
            await scope.session.execute(delete(Upload).where(Upload.org_id == upload.org_id, Upload.id == upload.id))


HOURLY = Schedule(forget_uploads, "41 * * * *")
