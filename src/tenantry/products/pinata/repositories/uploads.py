"""Archives sent to us: announced first, then put straight into storage at a signed address."""

from datetime import timedelta
from uuid import UUID

from tenantry.products.pinata.parts import Parts
from tenantry.products.pinata.repositories.models import Upload
from tenantry.products.pinata.repositories.schemas import UploadNew, UploadOut
from tenantry.products.pinata.sources.limits import in_words
from tenantry.sdk import Invalid, NotFound, OrgScope, TooLarge, record

LASTS = timedelta(hours=1)
ENDINGS = (".zip", ".tar.gz", ".tgz", ".tar")


async def announce(scope: OrgScope, parts: Parts, new: UploadNew) -> UploadOut:
    """Make room for an archive.

    Raises:
        Invalid: `pinata.upload.kind`: not the name of an archive we read.
        TooLarge: `pinata.upload.too_large`.
    """
    if not new.filename.lower().endswith(ENDINGS):
        raise Invalid(
            "pinata.upload.kind",
            f"{new.filename} is not an archive we can read.",
            hint="Send a .zip or a .tar.gz.",
            errors=[{"field": "filename", "message": "Use a .zip or a .tar.gz."}],
        )
    most = parts.own.download_bytes
    if new.bytes > most:
        raise TooLarge(
            "pinata.upload.too_large",
            f"The archive is larger than {in_words(most)}.",
            hint="Leave out build output, media and dependencies, or give a git address instead.",
            max_bytes=most,
        )
    upload = Upload(
        filename=new.filename.replace("\\", "/").rpartition("/")[2],
        bytes=new.bytes,
        created_by=scope.actor.id,
        created_at=scope.now(),
    )
    scope.session.add(upload)
    await scope.session.flush()
    await record(
        scope, "pinata.upload.announced", subject=upload.id, after={"name": upload.filename, "bytes": upload.bytes}
    )
    url = parts.storage.of(scope).signed_url(upload.file, "PUT", expires=LASTS, max_bytes=new.bytes)
    return UploadOut(id=upload.id, url=url, method="PUT", expires_at=scope.now() + LASTS, max_bytes=new.bytes)


async def find_arrived(scope: OrgScope, parts: Parts, upload_id: UUID) -> Upload:
    """An upload whose bytes are here.

    Raises:
        NotFound: `pinata.upload.not_found`.
        Invalid: `pinata.upload.missing`: announced, but never sent.
    """
    upload = await scope.session.get(Upload, (scope.org_id, upload_id))
    if upload is None:
        raise NotFound("pinata.upload.not_found", "There is no such upload here.", hint="Upload the archive again.")
    if await parts.storage.of(scope).stat(upload.file) is None:
        raise Invalid(
            "pinata.upload.missing",
            f"{upload.filename} has not arrived.",
            hint="Send the archive to the address you were given, then try again.",
            errors=[{"field": "source.upload_id", "message": "Nothing was sent."}],
        )
    return upload
