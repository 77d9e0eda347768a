"""Verifying an address, and changing it with the consent of both mailboxes."""

from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text, update

from tenantry.chassis.identity.email_change.actions import forget_expired_changes
from tenantry.chassis.identity.email_change.models import EmailChange
from tenantry.chassis.identity.queries import require_verified
from tenantry.core.actors import Actor
from tenantry.core.errors import Forbidden
from tenantry.infra.database.database import Database
from tests.chassis.mails import empty_mailbox, last_mail, mails_to, text_of, token_in
from tests.service import PASSWORD, Person, Service

ADA, NEW = "ada@example.com", "ada@new.example"


async def verify(service: Service, token: str) -> tuple[int, str | None]:
    """What following a link does."""
    answer = await (await service.client()).post("/api/v1/auth/verify", json={"token": token})
    body = answer.json()
    return answer.status_code, body.get("change") if answer.status_code == 200 else body["code"]


async def verified(service: Service) -> Person:
    ada = await service.sign_up("Ada")
    assert await verify(service, token_in(await last_mail(service, ADA, "Verify"))) == (200, None)
    return ada


async def change(ada: Person, email: str = NEW) -> dict[str, Any]:
    answer = await ada.client.post("/api/v1/me/email", json={"email": email})
    assert answer.status_code == 202, answer.text
    body: dict[str, Any] = answer.json()
    return body


async def address_of(ada: Person) -> str:
    email: str = (await ada.client.get("/api/v1/me")).json()["email"]
    return email


async def test_an_address_is_verified_by_its_link(service: Service, database: Database) -> None:
    ada = await service.sign_up("Ada")
    actor = Actor.user(UUID(ada.me["id"]), "Ada")
    async with database.user_scope(actor) as scope:
        with pytest.raises(Forbidden) as refused:
            await require_verified(scope)
    assert refused.value.code == "email.unverified"
    token = token_in(await last_mail(service, ADA, "Verify"))
    assert await verify(service, token) == (200, None)
    assert await verify(service, token) == (410, "link.gone")
    assert (await ada.client.get("/api/v1/me")).json()["email_verified"] is True
    async with database.user_scope(actor) as scope:
        await require_verified(scope)
    again = await ada.client.post("/api/v1/auth/verify/resend")
    assert (again.status_code, again.json()["code"]) == (409, "email.verified")


async def test_the_mail_can_be_sent_again_but_not_for_ever(service: Service) -> None:
    ada = await service.sign_up("Ada")
    first = token_in(await last_mail(service, ADA, "Verify"))
    answers = [(await ada.client.post("/api/v1/auth/verify/resend")).status_code for _ in range(6)]
    assert answers == [202] * 5 + [429]
    assert await verify(service, first) == (410, "link.gone")
    assert await verify(service, token_in(await last_mail(service, ADA, "Verify"))) == (200, None)


async def test_an_address_changes_once_both_have_confirmed(service: Service) -> None:
    ada = await verified(service)
    waiting = await change(ada)
    assert waiting["email"] == ADA
    assert waiting["change"] | {"expires_at": None} == {
        "email": NEW,
        "confirmed_old": False,
        "confirmed_new": False,
        "expires_at": None,
    }
    new, old = await last_mail(service, NEW, "Confirm your new"), await last_mail(service, ADA, "Confirm that your")
    assert NEW in text_of(old)
    assert await verify(service, token_in(new)) == (200, "half")
    assert await address_of(ada) == ADA
    assert await verify(service, token_in(old)) == (200, "done")
    assert await address_of(ada) == NEW
    assert (await ada.client.get("/api/v1/me/email")).json() == {"email": NEW, "verified": True, "change": None}
    for address in (ADA, NEW):
        assert ADA in text_of(await last_mail(service, address, "Your e-mail address was changed"))
    client = await service.client()
    for email, status in ((ADA, 401), (NEW, 200)):
        answer = await client.post("/api/v1/auth/login", json={"email": email, "password": PASSWORD})
        assert answer.status_code == status


async def test_nobody_is_asked_at_an_address_that_was_never_verified(service: Service) -> None:
    ada = await service.sign_up("Ada", email="typo@example.com")
    await change(ada)
    assert await verify(service, token_in(await last_mail(service, NEW, "Confirm your new"))) == (200, "done")
    assert await address_of(ada) == NEW
    assert not [m for m in await mails_to(service, "typo@example.com") if "Confirm that" in m["Subject"]]


async def test_a_change_can_be_called_off_and_replaced(service: Service) -> None:
    ada = await verified(service)
    await change(ada)
    first = token_in(await last_mail(service, NEW))
    await change(ada, "ada@third.example")
    assert await verify(service, first) == (410, "link.gone")
    old = token_in(await last_mail(service, ADA, "Confirm that your"))
    assert (await ada.client.delete("/api/v1/me/email/change")).status_code == 204
    assert await verify(service, old) == (410, "link.gone")
    assert (await ada.client.get("/api/v1/me/email")).json()["change"] is None


async def test_an_address_in_use_shows_to_its_owner_alone(service: Service) -> None:
    ada = await verified(service)
    await service.sign_up("Bob")
    await service.work()
    empty_mailbox(service)
    taken, free = await change(ada, "bob@example.com"), await change(ada, "free@example.com")
    for answer in (taken, free):
        del answer["change"]["email"], answer["change"]["expires_at"]
    assert taken == free
    await change(ada, "bob@example.com")
    told = text_of(await last_mail(service, "bob@example.com"))
    assert "nothing was changed" in told
    assert "/verify#" not in told


async def test_who_registers_meanwhile_keeps_the_address(service: Service) -> None:
    ada = await service.sign_up("Ada")
    await change(ada)
    token = token_in(await last_mail(service, NEW))
    await service.sign_up("Eve", email=NEW)
    assert await verify(service, token) == (409, "email.in_use")
    assert await address_of(ada) == ADA


@pytest.mark.parametrize(("email", "code"), [("nobody", "email.invalid"), (" ADA@example.com ", "email.same")])
async def test_bad_addresses(service: Service, email: str, code: str) -> None:
    ada = await service.sign_up("Ada")
    answer = await ada.client.post("/api/v1/me/email", json={"email": email})
    assert (answer.status_code, answer.json()["code"], answer.json()["errors"][0]["field"]) == (422, code, "email")


async def test_it_needs_a_recent_proof_and_is_forgotten_in_time(service: Service, database: Database) -> None:
    ada = await service.sign_up("Ada")
    await change(ada)
    async with database.system_scope("let time pass in a test") as scope:
        await scope.session.execute(update(EmailChange).values(expires_at=scope.now()))
        await forget_expired_changes(scope)
        assert await scope.session.scalar(text("SELECT count(*) FROM identity_email_changes")) == 0
        await scope.session.execute(text("UPDATE identity_proofs SET at = at - interval '1 hour'"))
    late = await ada.client.post("/api/v1/me/email", json={"email": NEW})
    assert (late.status_code, late.json()["code"]) == (403, "proof.required")
