"""Repositories over the wire."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, SecretStr, StringConstraints

Kind = Literal["git", "path", "upload", "sample"]
Text = Annotated[str, Field(pattern="^[^\\x00]*$")]
"""The database keeps no NUL in texts."""

Name = Annotated[Text, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]


class Strict(BaseModel):
    """Refuses what it doesn't know: a field that means something elsewhere must not be ignored silently."""

    model_config = ConfigDict(extra="forbid")


class GitNew(Strict):
    """A git address. A name and password inside of it are taken out and sealed, like `token` and `private_key`."""

    kind: Literal["git"]
    url: str = Field(
        max_length=2000,
        description="https, ssh or user@host:path; in local mode file:// too.",
        examples=["https://example.com/team/shop.git"],
    )
    branch: str | None = Field(None, max_length=250, description="A branch or tag; left out, the default branch.")
    username: Text | None = Field(None, max_length=200)
    token: SecretStr | None = Field(None, max_length=2000, description="An access token or password, for https.")
    private_key: SecretStr | None = Field(
        None, max_length=20_000, description="A private key without passphrase, for ssh."
    )


class PathNew(Strict):
    """A folder of this machine, in local mode only. It is read where it is."""

    kind: Literal["path"]
    path: Text = Field(max_length=4000)


class UploadedNew(Strict):
    """An archive that was sent before."""

    kind: Literal["upload"]
    upload_id: UUID


class RepositoryNew(BaseModel):
    """A repository to be. Without a name it is called like the last part of its address."""

    name: Name | None = None
    source: Annotated[GitNew | PathNew | UploadedNew, Field(discriminator="kind")]


class RepositoryChange(BaseModel):
    """What of a repository can change."""

    name: Name


class Source(BaseModel):
    """Where a repository's code comes from. `location` holds no secret."""

    kind: Kind
    location: str
    branch: str | None


class ScanSummary(BaseModel):
    """A scan in one line. `metrics`: what was found → how many."""

    id: UUID
    number: int
    status: Literal["queued", "running", "succeeded", "failed", "cancelled"]
    created_at: datetime
    finished_at: datetime | None
    metrics: dict[str, int]


class RepositoryOut(BaseModel):
    """A repository. `language_mix`: language → its share of the bytes, of the last scan that succeeded."""

    id: UUID
    name: str
    source: Source
    language_mix: dict[str, float]
    created_at: datetime
    last_scan: ScanSummary | None
    scans: int


class UploadNew(BaseModel):
    """An archive that is about to be sent: its name, and its size in bytes."""

    filename: Text = Field(min_length=1, max_length=300, examples=["shop.zip"])
    bytes: int = Field(gt=0)


class UploadOut(BaseModel):
    """Where to send the archive's bytes, as the whole body of one request with this method."""

    id: UUID
    url: str
    method: Literal["PUT"]
    expires_at: datetime
    max_bytes: int
