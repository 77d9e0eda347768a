"""Saying that something happened, and that something has changed."""

import json
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from pydantic_core import to_json, to_jsonable_python
from sqlalchemy import text

from tenantry.core.ids import new_id
from tenantry.infra.database.scopes import OrgScope, Scope
from tenantry.infra.events.dispatch import dispatch
from tenantry.infra.events.models import Event
from tenantry.infra.jobs import defer

CHANNEL = "tenantry_live"
NOTIFY = text(f"SELECT pg_notify('{CHANNEL}', :payload)")
LONGEST_TOPIC = 200
LARGEST_DATA = 32_000


async def emit(scope: OrgScope, name: str, subject: object, data: Mapping[str, Any] | None = None) -> UUID:
    """Write the event down in the caller's transaction; once that is committed, readers are told and subscribers' jobs run.

    `subject` is the id of what it is about. `data` is what a webhook's reader wants to know, as JSON. Returns its id.

    Raises:
        ValueError: the data is larger than 32,000 bytes; events say what happened, and are not the thing itself.
    """
    plain = to_jsonable_python(dict(data or {}))
    if len(to_json(plain)) > LARGEST_DATA:
        raise ValueError(f"The data of {name} is larger than {LARGEST_DATA} bytes.")
    actor = scope.actor
    event = Event(
        id=new_id(),
        name=name,
        subject=str(subject),
        data=plain,
        actor=[actor.kind, str(actor.id) if actor.id else None, actor.name],
    )
    scope.session.add(event)
    await defer(scope, dispatch, event_id=event.id)
    await _tell(scope, {"org": str(scope.org_id), "event": str(event.id)})
    return event.id


async def touch(scope: OrgScope, topic: str) -> None:
    """Have everybody who looks at the topic read it anew, once this transaction is committed. Nothing is stored.

    Topics are `name` or `name:id`, such as `pinata.scan:018f…`.
    """
    if len(topic) > LONGEST_TOPIC:
        raise ValueError(f"A topic has {LONGEST_TOPIC} characters at most.")
    await _tell(scope, {"org": str(scope.org_id), "topic": topic})


async def access_changed(scope: Scope, user_id: UUID) -> None:
    """Have the rights of a person looked at again wherever they are connected, once this is committed: after a session is
    revoked, a membership removed or a role changed."""
    await _tell(scope, {"user": str(user_id)})


async def everybody_changed(scope: OrgScope) -> None:
    """Have everybody's rights in the organization looked at again, once this is committed: after it was closed or opened."""
    await _tell(scope, {"org": str(scope.org_id), "access": "changed"})


async def _tell(scope: Scope, payload: Mapping[str, str]) -> None:
    # Only ids go this way: whoever listens reads the rest under a scope of its own.
    await scope.session.execute(NOTIFY, {"payload": json.dumps(payload)})
