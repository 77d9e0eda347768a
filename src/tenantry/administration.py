"""What whoever runs the server does from its terminal, on the data of a running or a stopped service."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from email.utils import make_msgid
from typing import TypeVar

from tenantry.app import all_permissions, described, mounted
from tenantry.chassis.identity import actions as identity
from tenantry.chassis.onboarding.actions import create_owner
from tenantry.core.configuration import example as example_of
from tenantry.core.settings import Settings
from tenantry.infra.database.commands import migrate_on
from tenantry.infra.database.database import Database
from tenantry.infra.database.reseal import reseal
from tenantry.infra.database.server import database_server
from tenantry.infra.database.urls import DatabaseUrls
from tenantry.infra.mail import compose, transport_of
from tenantry.infra.mail.send import FALLBACK
from tenantry.infra.secrets import LocalSecrets, Sealer, load_keys
from tenantry.packages import packages, setting_kinds

T = TypeVar("T")
Say = Callable[[str], None]


def create(settings: Settings, *, email: str, name: str, password: str, say: Say) -> None:
    """`tenantry admin create`: an account with its organization."""

    async def work(database: Database) -> str:
        async with database.anonymous_scope() as scope:
            permissions = all_permissions(mounted(settings))
            arrival = await create_owner(scope, permissions, email=email, name=name, password=password)
            return arrival.scope.organization.slug

    slug = _with_database(settings, work)
    say(f"{name} can sign in at {settings.base_url}/login and owns the organization “{slug}”.")


def invite(settings: Settings, email: str, say: Say) -> None:
    """`tenantry admin invite`: a link that creates one account."""

    days = identity.INVITATION_LASTS.days

    async def work(database: Database) -> None:
        async with database.system_scope("invite somebody from the terminal") as scope:
            token = await identity.invite(scope, email)
        link = f"{settings.base_url}/register?invitation={token}"
        say(link)
        say(f"The link works once, for {email}, within {days} days.")
        mail = compose("tenantry.chassis.identity", "invitation", to=email, email=email, days=days, link=link)
        message = mail.message(sender=settings.mail_from or FALLBACK, message_id=make_msgid(), at=database.clock())
        await transport_of(settings).deliver(message)
        say("It was mailed as well." if settings.smtp_url else f"The mail is at {settings.base_url}/dev/mail.")

    _with_database(settings, work)


def rotate_secrets(settings: Settings, say: Say) -> None:
    """`tenantry secrets rotate`: everything sealed is sealed anew by the newest key.

    Raises:
        AlreadyRunningError: in local mode the new key is made here, so nobody may be using the old one meanwhile.
    """
    own = not settings.secret_keys
    with database_server(settings, alone=own and settings.database_url is None) as urls:
        known = packages(settings.products)
        migrate_on(settings, urls, known, lambda _: None)
        for package in known:
            package.load()
        keys = LocalSecrets(settings.data_dir).renew_keys() if own else None
        sealer = Sealer([key.encode() for key in keys] if keys else load_keys(settings))
        for column, count in reseal(urls, sealer):
            say(f"{column}: {count} sealed anew.")
    say(
        "A new key is in place; older ones still open what somebody may hold, such as links."
        if own
        else "Everything is sealed by the first of TENANTRY_SECRET_KEYS. The others can be taken away once links they signed are over."
    )


def openapi(settings: Settings) -> str:
    """The OpenAPI document as JSON; needs no database."""
    return json.dumps(described(settings).openapi(), indent=2, ensure_ascii=False)


def settings_page(settings: Settings, *, example: bool) -> str:
    """Every setting with its meaning: as text, or as the file `.env.example`."""
    kinds = setting_kinds(settings.products)
    if example:
        return example_of(kinds).rstrip("\n")
    return "\n".join(
        f"{variable}\n    {kind.model_fields[name].description}"
        for kind in kinds
        for name, variable in kind.variables().items()
    )


def _with_database(settings: Settings, work: Callable[[Database], Awaitable[T]]) -> T:
    """Run it on the running service's database, or start the embedded one for as long as it takes."""

    async def connected(urls: DatabaseUrls) -> T:
        database = await Database.connect(settings, urls)
        try:
            return await work(database)
        finally:
            await database.close()

    with database_server(settings) as urls:
        migrate_on(settings, urls, packages(settings.products), lambda _: None)
        return asyncio.run(connected(urls))
