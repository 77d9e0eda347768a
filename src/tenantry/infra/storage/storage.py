"""Files of organizations: on a local directory, or wherever `TENANTRY_STORAGE_URL` points (S3, R2, MinIO, GCS, Azure)."""

from collections.abc import AsyncIterable, AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import Any
from uuid import UUID

import obstore
from obstore.store import LocalStore, from_url

from tenantry.core.errors import NotFound, TooLarge
from tenantry.core.settings import Settings
from tenantry.infra.database.scopes import OrgScope
from tenantry.infra.secrets import Signer
from tenantry.infra.storage.names import key_of, prefix_of
from tenantry.infra.storage.signatures import Grant, Method
from tenantry.infra.storage.spool import CHUNK, clear, spooled

LARGEST_IN_MEMORY = 64_000_000
AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Stored:
    """A file that is there: its name in its organization, its size in bytes, and when it was written."""

    name: str
    size: int
    modified_at: datetime


class Storage:
    """All files of this installation. `of(scope)` gives those of one organization, and nothing else is ever needed by a product."""

    def __init__(self, settings: Settings, keys: Sequence[bytes]) -> None:
        self._settings = settings
        self.signer = Signer(keys, "files")
        self.base_url = settings.base_url

    @cached_property
    def store(self) -> Any:
        """Where the files are; made on first use, so that describing a service makes no folders."""
        if self._settings.storage_url:
            return from_url(self._settings.storage_url)
        folder = self._settings.files_dir
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        return LocalStore(prefix=folder)

    @cached_property
    def spool(self) -> Path:
        """Where uploads arrive. What killed processes have left there is cleared away."""
        folder = self._settings.data_dir / "incoming"
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        clear(folder)
        return folder

    def of(self, scope: OrgScope) -> "Files":
        """The files of the scope's organization. Storing is not part of the transaction: store first, write the row after."""
        return Files(self, scope.org_id)

    def of_organization(self, org_id: UUID) -> "Files":
        """The files of an organization, outside any scope: for what has been authorized otherwise, and for erasure."""
        return Files(self, org_id)


class Files:
    """One organization's files, by names such as `uploads/018f….zip`."""

    def __init__(self, storage: Storage, org_id: UUID) -> None:
        self._storage, self.org_id = storage, org_id

    async def put(
        self, name: str, content: bytes | Path | AsyncIterable[bytes], *, max_bytes: int | None = None
    ) -> int:
        """Store it, in place of what had this name; readers see the old or the new file. Returns its size in bytes.

        Raises:
            TooLarge: `storage.too_large`, with nothing stored.
            Invalid: `storage.name.invalid`.
        """
        key = key_of(self.org_id, name)
        if not isinstance(content, (bytes, Path)):
            async with spooled(self._storage.spool, content, max_bytes) as (path, size):
                await obstore.put_async(self._storage.store, key, path)
            return size
        size = len(content) if isinstance(content, bytes) else content.stat().st_size
        if max_bytes is not None and size > max_bytes:
            raise TooLarge("storage.too_large", f"The file is larger than {max_bytes:,} bytes.", max_bytes=max_bytes)
        await obstore.put_async(self._storage.store, key, content)
        return size

    async def get(self, name: str, *, max_bytes: int = LARGEST_IN_MEMORY) -> bytes:
        """All of it, in memory; for small files.

        Raises:
            NotFound: `storage.not_found`.
            TooLarge: `storage.too_large`.
        """
        found = await self._get(name)
        if found.meta["size"] > max_bytes:
            raise TooLarge("storage.too_large", f"The file is larger than {max_bytes:,} bytes.", max_bytes=max_bytes)
        return bytes(await found.bytes_async())

    async def open(self, name: str) -> tuple[Stored, AsyncIterator[bytes]]:
        """What it is, and its bytes in chunks of about 1 MB.

        Raises:
            NotFound: `storage.not_found`.
        """
        found = await self._get(name)
        return self._stored(found.meta), _chunks(found)

    async def fetch(self, name: str, path: Path) -> int:
        """Copy it to a file on this machine; returns its size in bytes.

        Raises:
            NotFound: `storage.not_found`.
        """
        stored, chunks = await self.open(name)
        with path.open("wb") as file:
            async for chunk in chunks:
                file.write(chunk)
        return stored.size

    async def stat(self, name: str) -> Stored | None:
        """What is stored under this name, if anything."""
        try:
            return self._stored(await obstore.head_async(self._storage.store, key_of(self.org_id, name)))
        except FileNotFoundError:
            return None

    async def list(self, folder: str = "") -> list[Stored]:
        """All files of a folder and below, or all there are, by name."""
        metas = [
            meta async for batch in obstore.list(self._storage.store, prefix_of(self.org_id, folder)) for meta in batch
        ]
        return sorted((self._stored(meta) for meta in metas), key=lambda stored: stored.name)

    async def delete(self, name: str) -> None:
        """Delete it; one that isn't there is no error."""
        try:
            await obstore.delete_async(self._storage.store, key_of(self.org_id, name))
        except FileNotFoundError:
            return

    async def delete_all(self, folder: str = "") -> int:
        """Delete a folder with all that is in it, or everything the organization has. Returns how many files that were."""
        keys = [key_of(self.org_id, stored.name) for stored in await self.list(folder)]
        for start in range(0, len(keys), AT_ONCE):
            await obstore.delete_async(self._storage.store, keys[start : start + AT_ONCE])
        return len(keys)

    def signed_url(
        self,
        name: str,
        method: Method = "GET",
        *,
        expires: timedelta = timedelta(minutes=15),
        max_bytes: int | None = None,
        content_type: str | None = None,
        filename: str | None = None,
    ) -> str:
        """An address that lets whoever holds it read (`GET`) or write (`PUT`) this one file, until it expires.

        `max_bytes` and `content_type` bind an upload; a download is always an attachment, called `filename`.
        """
        key_of(self.org_id, name)
        grant = Grant.until(self.org_id, name, method, expires, max_bytes, content_type, filename)
        return f"{self._storage.base_url}{grant.address(self._storage.signer)}"

    async def _get(self, name: str) -> Any:
        try:
            return await obstore.get_async(self._storage.store, key_of(self.org_id, name))
        except FileNotFoundError:
            raise NotFound("storage.not_found", "This file is no longer there.") from None

    def _stored(self, meta: Any) -> Stored:
        return Stored(meta["path"].removeprefix(f"orgs/{self.org_id}/"), meta["size"], meta["last_modified"])


async def _chunks(found: Any) -> AsyncIterator[bytes]:
    async for chunk in found.stream(min_chunk_size=CHUNK):
        yield bytes(chunk)
