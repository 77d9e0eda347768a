"""Pinata's own settings."""

from pathlib import Path

from pydantic import Field

from tenantry.core.configuration import PackageSettings
from tenantry.products.pinata.sources import Limits


class PinataSettings(PackageSettings, package="pinata"):
    """How much a scan may take."""

    git_ca_file: Path | None = Field(
        None,
        description="Certificates (PEM) of authorities that git servers of your own are signed by. Unset: the system's.",
    )
    download_bytes: int = Field(
        1 << 30, ge=1_000_000, description="The largest repository or archive that is fetched, in bytes."
    )
    tree_bytes: int = Field(2 << 30, ge=1_000_000, description="The largest tree of files that is scanned, in bytes.")
    files: int = Field(200_000, ge=100, description="The most files one repository may have.")
    fetch_seconds: float = Field(900, ge=1, description="How long fetching a repository may take, in seconds.")
    scan_processes: int = Field(1, ge=1, le=64, description="How many processes read the files of one scan.")

    @property
    def limits(self) -> Limits:
        """The same as the sources take it."""
        return Limits(
            download_bytes=self.download_bytes,
            tree_bytes=self.tree_bytes,
            files=self.files,
            seconds=self.fetch_seconds,
        )
