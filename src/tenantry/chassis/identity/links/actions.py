"""Making one-time links, and following them."""

import secrets
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal, cast

from sqlalchemy import delete, select

from tenantry.chassis.access import Visitor
from tenantry.chassis.access.entrance import secret_hash
from tenantry.chassis.identity.links.models import Link
from tenantry.chassis.identity.models import Person
from tenantry.core.actors import Actor
from tenantry.core.errors import Problem
from tenantry.core.settings import Settings
from tenantry.infra.database.scopes import AnonymousScope, SystemScope, UserScope

Purpose = Literal["verify", "reset", "email.old", "email.new"]

LASTS: dict[Purpose, timedelta] = {
    "verify": timedelta(days=3),
    "reset": timedelta(hours=1),
    "email.old": timedelta(days=1),
    "email.new": timedelta(days=1),
}


@dataclass(frozen=True)
class Followed:
    """A link that was good: what it was for, which mailbox it was sent to, and the scope of its person."""

    scope: UserScope
    purpose: Purpose
    email: str


async def make_link(scope: UserScope, purpose: Purpose, email: str, page: str) -> str:
    """The address for a mail; earlier links of the same purpose are worth nothing from now on.

    The secret stands behind `#`, where it reaches neither a server's log nor another site.
    """
    await forget_links(scope, purpose)
    token, now = secrets.token_urlsafe(32), scope.now()
    scope.session.add(
        Link(
            token_hash=secret_hash(token), purpose=purpose, email=email, created_at=now, expires_at=now + LASTS[purpose]
        )
    )
    await scope.session.flush()
    return f"{scope.part(Settings).base_url}{page}#{token}"


async def forget_links(scope: UserScope, *purposes: Purpose) -> None:
    """Have the person's links of these purposes be worth nothing."""
    await scope.session.execute(delete(Link).where(Link.purpose.in_(purposes)))


async def find_link(scope: AnonymousScope, token: str, *purposes: Purpose) -> tuple[Actor, Link]:
    """Whose link it is, without using it.

    Raises:
        Problem: `link.gone` (410); unknown, used, expired, or for something else.
    """
    await scope.present(secret_hash(token))
    row = (
        await scope.session.execute(
            select(Link, Person.name)
            .join(Person, Person.id == Link.user_id)
            .where(Link.token_hash == secret_hash(token), Link.purpose.in_(purposes), Link.expires_at > scope.now())
        )
    ).one_or_none()
    if row is None:
        raise gone()
    return Actor.user(row.Link.user_id, row.name), row.Link


async def follow(visitor: Visitor, token: str, *purposes: Purpose) -> Followed:
    """Use a link up, and go on as its person.

    Raises:
        Problem: `link.gone` (410).
    """
    scope = await visitor.open()
    actor, link = await find_link(scope, token, *purposes)
    purpose, email = cast(Purpose, link.purpose), link.email
    user = await scope.to_user(actor)
    used = await user.session.execute(
        delete(Link).where(Link.token_hash == secret_hash(token)).returning(Link.token_hash)
    )
    if used.one_or_none() is None:  # somebody else was faster with the same link
        raise gone()
    return Followed(user, purpose, email)


def gone() -> Problem:
    """The link is good for nothing, for whatever reason."""
    return Problem(
        "link.gone",
        "This link was used already, has expired, or was replaced by a newer one.",
        hint="Ask for a new one.",
        status=410,
    )


async def forget_expired_links(scope: SystemScope) -> None:
    """Remove links whose time is over."""
    await scope.session.execute(delete(Link).where(Link.expires_at <= scope.now()))
