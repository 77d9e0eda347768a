"""What of a row is somebody's personal matter. It is declared here or where it is recorded, never guessed from its look."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from pydantic_core import to_jsonable_python

FIELDS = frozenset({"email", "person_name", "address", "user_agent", "device", "place"})
"""Names of fields in `before` and `after` which are always personal: of the person the row is about, or else of the actor."""

ERASED = "erased person"


@dataclass(frozen=True, slots=True)
class Personal:
    """A value that says something about a person."""

    value: Any
    of: UUID | None


def personal(value: Any, *, of: UUID | None = None) -> Personal:
    """Declare a value in `before` or `after` to be personal, whatever its field is called.

    `of` is the person it says something about: without it, the one the row is about.
    """
    return Personal(value, of)


def stranger(email: str) -> UUID:
    """Stands for whoever has this (normalized) address and no account yet, so that erasure finds them too."""
    return UUID(bytes=hashlib.sha256(b"tenantry stranger " + email.encode()).digest()[:16])


@dataclass(slots=True)
class Parted:
    """One of `before` and `after`: what is open, and what belongs to whom."""

    plain: dict[str, Any] | None
    personal: dict[UUID, dict[str, Any]]


def parted(prefix: str, fields: Mapping[str, Any] | None, person: UUID | None) -> Parted:
    """Part the fields of `before` or `after`. A personal field of nobody in particular stays open."""
    if fields is None:
        return Parted(None, {})
    plain: dict[str, Any] = {}
    found: dict[UUID, dict[str, Any]] = {}
    for name, value in fields.items():
        declared = value if isinstance(value, Personal) else None
        owner = (declared.of or person) if declared else (person if name in FIELDS else None)
        bare = to_jsonable_python(declared.value if declared else value)
        if owner is None or bare is None:
            plain[name] = bare
        else:
            plain[name] = None  # keeps its place in the order
            found.setdefault(owner, {})[f"{prefix}.{name}"] = bare
    return Parted(plain, found)
