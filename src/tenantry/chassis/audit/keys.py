"""A random key for each person in each log, sealed by the installation's own keys, and what it seals.

The installation's keys may rotate without touching the log: only these small keys are sealed by them.
"""

import base64
import hashlib
import hmac
import json
import os
from collections.abc import Collection, Mapping
from typing import Any
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from tenantry.chassis.audit.models import OwnKey, PersonKey
from tenantry.chassis.audit.personal import ERASED
from tenantry.infra.database.scopes import Scope
from tenantry.infra.secrets import SealBrokenError, Sealer

Keys = Mapping[UUID, bytes | None]
"""By person; None where it was destroyed."""

KeyTable = type[PersonKey] | type[OwnKey]
_NONCE = 12


def _context(table: KeyTable, owner: UUID, person: UUID) -> str:
    return f"{table.__tablename__}:{owner}:{person}"


async def keys_of(scope: Scope, table: KeyTable, owner: UUID, people: Collection[UUID] | None = None) -> Keys:
    """The keys of these people (of all, without) in the log of the organization or person `owner`: one query for any number.

    Raises:
        SealBrokenError: the installation no longer has the key that seals one of them.
    """
    if people is not None and not people:
        return {}
    whose = table.org_id if issubclass(table, PersonKey) else table.user_id
    statement = select(table.id, table.sealed).where(whose == owner)
    if people is not None:
        statement = statement.where(table.id.in_(people))
    sealer = scope.part(Sealer)
    rows = (await scope.session.execute(statement)).all()
    return {row.id: row.sealed and sealer.open(row.sealed, _context(table, owner, row.id)) for row in rows}


async def made_keys(scope: Scope, table: KeyTable, owner: UUID, people: Collection[UUID]) -> Keys:
    """The same, with keys made now for those who have none yet."""
    known = await keys_of(scope, table, owner, people)
    missing = [person for person in people if person not in known]
    if not missing:
        return known
    sealer, column = scope.part(Sealer), "org_id" if issubclass(table, PersonKey) else "user_id"
    rows = [{column: owner, "id": p, "sealed": sealer.seal(os.urandom(32), _context(table, owner, p))} for p in missing]
    await scope.session.execute(insert(table).values(rows).on_conflict_do_nothing())
    # Read back: somebody else may have made one at the same moment, and theirs counts.
    return {**known, **await keys_of(scope, table, owner, missing)}


def seal_fields(key: bytes, fields: Mapping[str, Any], entry: UUID) -> dict[str, Any]:
    """What a row keeps of the fields of one person: their names, and one box that opens in this row alone."""
    nonce = os.urandom(_NONCE)
    box = nonce + AESGCM(key).encrypt(nonce, json.dumps(fields).encode(), entry.bytes)
    return {"fields": list(fields), "box": base64.b64encode(box).decode()}


def open_fields(key: bytes | None, kept: Mapping[str, Any], entry: UUID) -> dict[str, Any]:
    """The fields again; each is “erased person” once the key is destroyed.

    Raises:
        SealBrokenError: the box was changed, or moved here from another row.
    """
    if key is None:
        return dict.fromkeys(kept["fields"], ERASED)
    box = base64.b64decode(kept["box"])
    try:
        fields: dict[str, Any] = json.loads(AESGCM(key).decrypt(box[:_NONCE], box[_NONCE:], entry.bytes))
    except (InvalidTag, ValueError):
        raise SealBrokenError(f"The audit entry {entry} was changed after it was written.") from None
    return fields


def address_hash(key: bytes | None, address: str) -> bytes:
    """By what rows of an address are found. It is made with the person's key, so nothing can be found any more without it."""
    if key is None:
        return hashlib.sha256(address.encode()).digest()[:16]
    return hmac.new(key, b"address " + address.encode(), hashlib.sha256).digest()[:16]
