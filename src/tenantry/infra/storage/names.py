"""Names of files, and the keys they are stored under: a key always begins with its organization."""

import re
from uuid import UUID

from tenantry.core.errors import Invalid

SEGMENT = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,127}")
LONGEST = 400


def key_of(org_id: UUID, name: str) -> str:
    """The key of an organization's file. Names are made by us, never taken from a person: what somebody calls a file goes
    into `signed_url(filename=…)`.

    Raises:
        Invalid: `storage.name.invalid`; segments are letters, digits, `.`, `_`, `-`, and do not begin with a dot.
    """
    if len(name) > LONGEST or not all(SEGMENT.fullmatch(segment) for segment in name.split("/")):
        raise Invalid("storage.name.invalid", "This is not the name of a stored file.")
    return f"orgs/{org_id}/{name}"


def prefix_of(org_id: UUID, folder: str = "") -> str:
    """The prefix of all files in a folder of an organization, or of all it has."""
    return key_of(org_id, folder) if folder else f"orgs/{org_id}"
