"""A folder on this machine, read where it is. Local mode only."""

import os
import re
from pathlib import Path

from tenantry.core.errors import Invalid


def open_folder(text: str, *, local: bool, data_dir: Path) -> Path:
    """The folder, with links followed, once it is sure that it may be read.

    Raises:
        Invalid: `pinata.source.path_refused` or `pinata.source.path_unreadable`.
    """
    if not local:
        raise _problem("path_refused", "Folders are only scanned in local mode.", "Use a git address or an archive.")
    try:
        given = Path(text).expanduser()
        folder = given.resolve(strict=True)
        readable = folder.is_dir() and os.access(folder, os.R_OK | os.X_OK)
    except (OSError, RuntimeError, ValueError):
        raise _problem(
            "path_unreadable", "There is no such folder on this machine.", "Check the path; it begins with / or ~."
        ) from None
    if not given.is_absolute():
        raise _problem("path_unreadable", "The path does not begin with /.", "Give all of it, such as /home/me/shop.")
    if not readable:
        raise _problem(
            "path_unreadable", "That is not a folder we may read.", "Give one that your own account can open."
        )
    data = data_dir.resolve()
    if folder == data or folder in data.parents or data in folder.parents:
        raise _problem(
            "path_refused",
            "That folder holds Tenantry's own data, or lies in it.",
            "Give the folder of one project, or move the data elsewhere with TENANTRY_DATA_DIR.",
        )
    return folder


def folder_name(name: str) -> str:
    """A name as a folder may have it; the engine names a repository's services after the folder they lie in."""
    return re.sub(r"[^\w.-]+", "-", name).strip("-.")[:100] or "repository"


def _problem(code: str, detail: str, hint: str) -> Invalid:
    return Invalid(f"pinata.source.{code}", detail, hint=hint, errors=[{"field": "source.path", "message": detail}])
