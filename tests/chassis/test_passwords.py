"""Changing passwords, and setting forgotten ones anew."""

from datetime import timedelta

import pytest
from sqlalchemy import text, update

from tenantry.chassis.identity.links.actions import LASTS, forget_expired_links
from tenantry.chassis.identity.links.models import Link
from tenantry.infra.database.database import Database
from tests.chassis.mails import empty_mailbox, last_mail, mails_to, text_of, token_in
from tests.service import PASSWORD, Service

ADA = "ada@example.com"
NEW = "quite another phrase"


async def forgot(service: Service, email: str = ADA) -> None:
    answer = await (await service.client()).post("/api/v1/auth/forgot", json={"email": email})
    assert answer.status_code == 202, answer.text


async def reset(service: Service, token: str, password: str = NEW) -> str | None:
    answer = await (await service.client()).post("/api/v1/auth/reset", json={"token": token, "password": password})
    return None if answer.status_code == 204 else answer.json()["code"]


async def sign_in(service: Service, password: str, email: str = ADA) -> int:
    client = await service.client()
    return (await client.post("/api/v1/auth/login", json={"email": email, "password": password})).status_code


async def test_a_forgotten_password_is_set_anew(service: Service) -> None:
    ada = await service.sign_up("Ada")
    await forgot(service, " ADA@example.com")
    token = token_in(await last_mail(service, ADA, "Set a new password"))
    assert await reset(service, token, "password") == "password.weak"
    assert await reset(service, token) is None
    assert await reset(service, token) == "link.gone", "a link works once"
    assert (await ada.client.get("/api/v1/me")).status_code == 401, "whoever was signed in is not any more"
    assert await sign_in(service, PASSWORD) == 401
    assert await sign_in(service, NEW) == 200
    told = text_of(await last_mail(service, ADA, "Your password was changed"))
    assert "From: 127.0.0.1" in told
    assert "Device: python-httpx" in told
    assert "(UTC)" in told


async def test_following_the_mail_verifies_the_address(service: Service) -> None:
    await service.sign_up("Ada")
    await forgot(service)
    await reset(service, token_in(await last_mail(service, ADA, "Set a new password")))
    client = await service.client()
    me = (await client.post("/api/v1/auth/login", json={"email": ADA, "password": NEW})).json()
    assert me["email_verified"] is True


async def test_a_newer_link_replaces_the_older_and_each_expires(service: Service, database: Database) -> None:
    await service.sign_up("Ada")
    await forgot(service)
    older = token_in(await last_mail(service, ADA, "Set a new password"))
    await forgot(service)
    newer = token_in(await last_mail(service, ADA, "Set a new password"))
    assert older != newer
    assert await reset(service, older) == "link.gone"
    async with database.system_scope("let a link expire in a test") as scope:
        await scope.session.execute(
            update(Link).where(Link.purpose == "reset").values(expires_at=Link.expires_at - LASTS["reset"])
        )
    assert await reset(service, newer) == "link.gone"
    assert await sign_in(service, PASSWORD) == 200
    async with database.system_scope("clear in a test") as scope:
        await forget_expired_links(scope)
        purposes = (await scope.session.scalars(text("SELECT purpose FROM identity_links"))).all()
    assert purposes == ["verify"]


async def test_links_of_other_purposes_are_no_good(service: Service) -> None:
    await service.sign_up("Ada")
    verification = token_in(await last_mail(service, ADA, "Verify"))
    assert await reset(service, verification) == "link.gone"
    assert await reset(service, "x" * 43) == "link.gone"


async def test_an_unknown_address_gets_no_mail(service: Service, database: Database) -> None:
    empty_mailbox(service)
    await forgot(service, "nobody@example.com")
    assert await mails_to(service, "nobody@example.com") == []
    async with database.system_scope("look in a test") as scope:
        assert await scope.session.scalar(text("SELECT count(*) FROM identity_links")) == 0


async def test_asking_too_often_is_the_same_for_everybody(service: Service) -> None:
    await service.sign_up("Ada")
    client = await service.client()
    for email in (ADA, "nobody@example.com"):
        answers = [await client.post("/api/v1/auth/forgot", json={"email": email}) for _ in range(6)]
        assert [answer.status_code for answer in answers] == [202] * 5 + [429]
        assert int(answers[-1].headers["retry-after"]) > 0


async def test_changing_it_needs_the_present_one_and_ends_other_sessions(service: Service) -> None:
    ada = await service.sign_up("Ada")
    elsewhere = await service.client()
    assert (await elsewhere.post("/api/v1/auth/login", json={"email": ADA, "password": PASSWORD})).status_code == 200

    async def change(current: str, new: str) -> tuple[int, list[str]]:
        answer = await ada.client.put("/api/v1/me/password", json={"current_password": current, "password": new})
        errors = answer.json().get("errors", []) if answer.content else []
        return answer.status_code, [error["field"] for error in errors]

    assert await change("not the present one", NEW) == (422, ["current_password"])
    assert await change(PASSWORD, "ada@example.com") == (422, ["password"])
    assert (await elsewhere.get("/api/v1/me")).status_code == 200
    assert await change(PASSWORD, NEW) == (204, [])
    assert (await ada.client.get("/api/v1/me")).status_code == 200
    assert (await elsewhere.get("/api/v1/me")).status_code == 401
    assert await sign_in(service, PASSWORD) == 401
    assert await sign_in(service, NEW) == 200
    assert "If it wasn’t you" in text_of(await last_mail(service, ADA, "Your password was changed"))


async def test_a_stolen_session_cannot_guess_the_password(service: Service) -> None:
    ada = await service.sign_up("Ada")
    body = {"current_password": "a guess", "password": NEW}
    answers = [(await ada.client.put("/api/v1/me/password", json=body)).status_code for _ in range(11)]
    assert answers == [422] * 10 + [429]


@pytest.mark.parametrize("purpose", list(LASTS))
def test_no_link_lasts_long(purpose: str) -> None:
    assert LASTS[purpose] <= timedelta(days=3)  # type: ignore[index]
