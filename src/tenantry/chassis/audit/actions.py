"""Writing the audit log, and making a person unreadable in it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from pydantic_core import to_json
from sqlalchemy import insert, text, update

from tenantry.chassis.audit.keys import Keys, KeyTable, address_hash, made_keys, seal_fields
from tenantry.chassis.audit.models import Entry, InstallationEntry, OwnEntry, OwnKey, PersonKey
from tenantry.chassis.audit.personal import Parted, Personal, parted, personal, stranger
from tenantry.core.ids import new_id
from tenantry.infra.database.scopes import OrgScope, Scope, SystemScope, UserScope

__all__ = ["Personal", "erase_person", "personal", "record", "stranger"]

LARGEST = 32_000
_NOBODY = UUID(int=0)
"""Whose key nobody has: in the log of the installation, which has no keys, personal fields are left out."""

_AS_PERSON = text("SELECT set_config('app.user_id', :user, true)")


@dataclass(frozen=True, slots=True)
class _Log:
    """Whose log a row goes to: `owner` is the organization or the person."""

    table: type[Entry] | type[OwnEntry] | type[InstallationEntry]
    column: str = ""
    owner: UUID | None = None
    keys: KeyTable | None = None
    """Where the keys of its people lie; the installation's log has none."""


async def record(
    scope: Scope,
    action: str,
    *,
    subject: UUID | str | None = None,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
    person: UUID | None = None,
    organization: UUID | None = None,
) -> None:
    """Write down what is done, in the caller's own transaction: both are saved, or neither. Actor, place and time are the
    scope's. An organization's scope writes into its log, a person's into theirs. What failed rolls back with its scope, so
    write a failure in a scope of its own.

    Args:
        action: what was done, `identity.password.changed`: part, thing and verb.
        subject: what it was done to: an id, or another stable name.
        before, after: the fields that changed, or that matter. Names in `audit.personal.FIELDS` and values declared by
            `personal(…)` are sealed under the key of the person they say something about. Secrets don't belong here.
        person: whom this is about, where that isn't the actor: theirs are the personal fields, and a scope that knows nobody
            (a sign-in that failed) or the system writes into their log.
        organization: into whose log the system writes.

    Raises:
        ValueError: `before` or `after` is larger than 32,000 bytes.
    """
    log = _log_of(scope, person, organization)
    actor, origin = scope.actor, scope.origin
    acting = actor.person or (person if actor.kind == "anonymous" else None)
    about = person or acting or (_NOBODY if log.keys is None else None)
    parts = parted("before", before, about), parted("after", after, about)
    _refuse_large(action, parts)
    row: dict[str, Any] = {
        "id": new_id(),
        "at": scope.now(),
        "action": action,
        "actor_kind": actor.kind,
        "actor_id": actor.id,
        "subject": None if subject is None else str(subject),
        "request_id": (origin.request_id or None) if origin else None,
        "before": parts[0].plain,
        "after": parts[1].plain,
    }
    about_actor = {
        "actor_name": None if actor.kind == "anonymous" else actor.name,
        "address": origin.address if origin else None,
        "user_agent": (origin.user_agent or None) if origin else None,
    }
    sealable: dict[UUID, dict[str, Any]] = {}
    if acting and log.keys:
        sealable[acting] = {name: value for name, value in about_actor.items() if value is not None}
    else:
        row |= about_actor
    for whose, fields in (item for part in parts for item in part.personal.items()):
        sealable.setdefault(whose, {}).update(fields)
    async with _written_as(scope, log):
        if log.keys and log.owner:
            keys = await made_keys(scope, log.keys, log.owner, sealable)
            row[log.column] = log.owner
            row["sealed"] = _sealed(row["id"], keys, sealable)
            row["address_hash"] = _address_hash(keys, acting, about_actor["address"])
        given = {column: value for column, value in row.items() if value is not None}
        await scope.session.execute(insert(log.table).values(**given))


def _sealed(entry: UUID, keys: Keys, sealable: Mapping[UUID, Mapping[str, Any]]) -> dict[str, Any] | None:
    """By person. Of somebody who was erased nothing is kept but that there was something."""
    return {
        str(whose): seal_fields(key, fields, entry) if (key := keys[whose]) else {"fields": list(fields)}
        for whose, fields in sealable.items()
    } or None


def _address_hash(keys: Keys, acting: UUID | None, address: str | None) -> bytes | None:
    if address is None or (acting and keys[acting] is None):
        return None
    return address_hash(keys[acting] if acting else None, address)


def _log_of(scope: Scope, person: UUID | None, organization: UUID | None) -> _Log:
    if isinstance(scope, OrgScope):
        return _Log(Entry, "org_id", scope.org_id, PersonKey)
    if isinstance(scope, UserScope):
        return _Log(OwnEntry, "user_id", scope.user_id, OwnKey)
    if isinstance(scope, SystemScope) and organization:
        return _Log(Entry, "org_id", organization, PersonKey)
    if person:
        return _Log(OwnEntry, "user_id", person, OwnKey)
    return _Log(InstallationEntry)


class _written_as:  # noqa: N801 - reads as words where it is used
    """A scope that knows nobody writes into a person's log as that person, and sees nothing of theirs afterwards."""

    def __init__(self, scope: Scope, log: _Log) -> None:
        self._scope = scope
        self._as = log.owner if log.table is OwnEntry and not isinstance(scope, UserScope | SystemScope) else None

    async def __aenter__(self) -> None:
        if self._as:
            await self._scope.session.execute(_AS_PERSON, {"user": str(self._as)})

    async def __aexit__(self, failed: object, *_: object) -> None:
        if self._as and failed is None:
            await self._scope.session.execute(_AS_PERSON, {"user": ""})


def _refuse_large(action: str, parts: Iterable[Parted]) -> None:
    for part in parts:
        if len(to_json([part.plain, list(part.personal.values())])) > LARGEST:
            raise ValueError(f"What {action} says of before or after is larger than {LARGEST} bytes; say what changed.")


async def erase_person(scope: SystemScope, *people: UUID) -> None:
    """Destroy every key of these people: rows stay, and say “erased person” where something about them stood. Name the
    `stranger(…)` of each of their e-mail addresses too."""
    for table in (PersonKey, OwnKey):
        await scope.session.execute(update(table).where(table.id.in_(people)).values(sealed=None))
