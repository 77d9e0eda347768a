"""Invitations: by mail and by link, for whom they are good, how often, and how they end."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text, update

from tenantry.chassis.access.entrance import secret_hash
from tenantry.chassis.organizations.invitations.actions import KEPT, forget_expired
from tenantry.chassis.organizations.invitations.models import Invitation
from tenantry.core.roles import Role
from tests.chassis.organizations.people import invited, join, mails_to, member_ids, verify
from tests.service import PASSWORD, Person, Service


@pytest.fixture
async def ada(service: Service) -> Person:
    """An owner who may invite."""
    ada = await service.sign_up("Ada")
    await verify(service, ada)
    return ada


async def invite(who: Person, *emails: str, url: str = "", **given: Any) -> Any:
    return await who.client.post(url or who.url("/invitations"), json={"emails": list(emails), **given})


async def link(who: Person, **given: Any) -> str:
    made = await who.client.post(who.url("/invitations/links"), json=given)
    assert made.status_code == 201, made.text
    token: str = made.json()["link"].rpartition("/invitation#")[2]
    return token


async def accept(who: Person, token: str) -> tuple[int, str]:
    answer = await who.client.post("/api/v1/me/invitations", json={"token": token})
    return answer.status_code, answer.json().get("code", answer.json().get("slug"))


async def waiting(who: Person) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = (await who.client.get(who.url("/invitations"))).json()["items"]
    return items


async def test_a_newcomer_joins_by_the_link_in_the_mail(service: Service, ada: Person) -> None:
    made = await invite(ada, " Grace@Example.COM ", "bob@example.com", "bob@example.com", role="admin")
    assert [item["email"] for item in made.json()["items"]] == ["grace@example.com", "bob@example.com"]
    mail = (await mails_to(service, "grace@example.com"))[-1]
    assert mail["Subject"] == "Ada invites you to Ada"
    token = await invited(service, "grace@example.com")
    stranger = await service.client()
    seen = (await stranger.post("/api/v1/auth/invitation", json={"token": token})).json()
    assert (seen["organization"], seen["slug"], seen["role"], seen["invited_by"]) == ("Ada", "ada", "admin", "Ada")
    assert seen["email"] == "grace@example.com"

    grace = await service.sign_up("Grace", email="grace@example.com", invitation=token)
    assert [(o["slug"], o["role"]) for o in grace.me["organizations"]] == [("grace", "owner"), ("ada", "admin")]
    assert grace.me["first_step"] is None, "others have set it up already"
    assert grace.me["email_verified"], "who follows the link has read the mail"
    assert (await grace.client.get(ada.url())).json()["members"] == 2
    assert [item["email"] for item in await waiting(ada)] == ["bob@example.com"]
    used = await stranger.post("/api/v1/auth/invitation", json={"token": token})
    assert (used.status_code, used.json()["code"]) == (403, "invitation.invalid")


async def test_it_is_good_for_the_invited_address_alone(service: Service, ada: Person) -> None:
    bob, eve = await service.sign_up("Bob"), await service.sign_up("Eve")
    await invite(ada, "bob@example.com", role="viewer")
    token = await invited(service, "bob@example.com")
    assert await accept(eve, token) == (403, "invitation.other_address")
    register = {"name": "Dan", "email": "dan@example.com", "password": PASSWORD, "invitation": token}
    other = await (await service.client()).post("/api/v1/auth/register", json=register)
    assert (other.status_code, other.json()["code"]) == (403, "invitation.other_address")
    assert await accept(bob, token) == (200, "ada")
    assert (await bob.client.get(ada.url())).json()["role"] == "viewer"
    assert (await bob.client.get("/api/v1/me")).json()["email_verified"]


async def test_nobody_learns_whether_an_address_has_an_account(service: Service, ada: Person) -> None:
    await service.sign_up("Bob")
    known, unknown = [(await invite(ada, f"{name}@example.com")).json()["items"][0] for name in ("bob", "nobody")]
    differing = {"id": "", "email": "", "created_at": "", "sent_at": "", "expires_at": ""}
    assert known | differing == unknown | differing


async def test_a_link_lets_in_as_many_as_it_says_whoever_asks_at_once(service: Service, ada: Person) -> None:
    token = await link(ada, max_uses=2, role="viewer")
    people = [await service.sign_up(name) for name in ("Bob", "Eve", "Dan", "Fay")]
    answers = await asyncio.gather(*(accept(person, token) for person in people))
    assert sorted(answers) == [(200, "ada")] * 2 + [(403, "invitation.invalid")] * 2
    assert len(await member_ids(ada)) == 3
    assert await waiting(ada) == []


async def test_a_second_click_uses_nothing_up(service: Service, ada: Person) -> None:
    token = await link(ada, max_uses=2)
    bob = await service.sign_up("Bob")
    assert list(await asyncio.gather(accept(bob, token), accept(bob, token))) == [(200, "ada")] * 2
    (item,) = await waiting(ada)
    assert (item["uses"], item["max_uses"]) == (1, 2)
    assert await accept(ada, token) == (200, "ada")
    assert (await ada.client.get(ada.url())).json()["role"] == "owner", "a link takes nobody's role away"


async def test_a_link_may_be_for_one_domain_whose_address_is_confirmed(service: Service, ada: Person) -> None:
    token = await link(ada, domain="@Example.org")
    bob, eve = await service.sign_up("Bob"), await service.sign_up("Eve", email="eve@example.org")
    assert await accept(bob, token) == (403, "invitation.other_domain")
    assert await accept(eve, token) == (403, "email.unverified")
    await verify(service, eve)
    assert await accept(eve, token) == (200, "ada")
    newcomer = await service.sign_up("Fay", email="fay@example.org", invitation=token)
    assert [o["slug"] for o in newcomer.me["organizations"]] == ["fay"], "she joins once her address is confirmed"


async def test_sent_again_revoked_and_expired(service: Service, ada: Person) -> None:
    bob = await service.sign_up("Bob")
    made = (await invite(ada, "bob@example.com")).json()["items"][0]
    first = await invited(service, "bob@example.com")
    again = await ada.client.post(ada.url(f"/invitations/{made['id']}/resend"))
    assert (again.status_code, again.json()["link"]) == (200, None)
    second = await invited(service, "bob@example.com")
    assert await accept(bob, first) == (403, "invitation.invalid")
    await invite(ada, "bob@example.com", role="viewer")
    third = await invited(service, "bob@example.com")
    assert [(i["id"], i["role"]) for i in await waiting(ada)] == [(made["id"], "viewer")], "one for each address"
    assert await accept(bob, second) == (403, "invitation.invalid")
    async with service.database.system_scope("let time pass in a test") as scope:
        await scope.session.execute(update(Invitation).values(expires_at=scope.now()))
    assert await accept(bob, third) == (403, "invitation.invalid")
    assert [item["expired"] for item in await waiting(ada)] == [True]
    await ada.client.post(ada.url(f"/invitations/{made['id']}/resend"))
    fourth = await invited(service, "bob@example.com")
    assert (await ada.client.delete(ada.url(f"/invitations/{made['id']}"))).status_code == 204
    assert await accept(bob, fourth) == (403, "invitation.invalid")
    assert (await ada.client.post(ada.url(f"/invitations/{made['id']}/resend"))).status_code == 404

    old, new = await link(ada), await link(ada)
    listed = await waiting(ada)
    renewed = (await ada.client.post(ada.url(f"/invitations/{listed[1]['id']}/resend"))).json()["link"]
    assert await accept(bob, old) == (403, "invitation.invalid")
    assert await accept(bob, renewed.rpartition("#")[2]) == (200, "ada")
    async with service.database.system_scope("let time pass in a test") as scope:
        long_ago = scope.now() - KEPT - timedelta(seconds=1)
        mine = Invitation.token_hash == secret_hash(new)
        await scope.session.execute(update(Invitation).where(mine).values(expires_at=long_ago))
        await forget_expired(scope)
    assert [item["id"] for item in await waiting(ada)] == [listed[1]["id"]]


async def test_who_may_invite_whom(service: Service, ada: Person) -> None:
    admin, member = await join(service, ada, "Admin", Role.ADMIN), await join(service, ada, "Member", Role.MEMBER)
    url = ada.url("/invitations")
    assert (await invite(member, "x@example.com", url=url)).json()["code"] == "permission.missing"
    assert (await invite(admin, "x@example.com", url=url)).json()["code"] == "email.unverified"
    await verify(service, admin)
    above = await invite(admin, "x@example.com", url=url, role="owner")
    assert (above.status_code, above.json()["code"], above.json()["errors"][0]["field"]) == (403, "role.above", "role")
    assert (await invite(admin, "x@example.com", url=url, role="admin")).status_code == 201
    by_link = await ada.client.post(ada.url("/invitations/links"), json={"role": "owner"})
    assert (by_link.status_code, by_link.json()["code"]) == (422, "role.by_link")


async def test_what_is_wrong_with_an_address_is_said_beside_it(service: Service, ada: Person) -> None:
    await join(service, ada, "Bob", Role.MEMBER)
    wrong = (await invite(ada, "grace@example.com", "grace", "x@y@z")).json()
    assert (wrong["code"], [error["field"] for error in wrong["errors"]]) == ("email.invalid", ["emails.1", "emails.2"])
    member = (await invite(ada, "grace@example.com", "BOB@example.com")).json()
    assert (member["code"], member["errors"]) == (
        "invitation.member",
        [{"field": "emails.1", "message": "Bob is a member."}],
    )
    assert await waiting(ada) == [], "all or none"
    domain = await ada.client.post(ada.url("/invitations/links"), json={"domain": "no domain"})
    assert [error["field"] for error in domain.json()["errors"]] == ["domain"]


async def test_what_somebody_promised_ends_with_their_own_right_to(service: Service, ada: Person) -> None:
    admin = await join(service, ada, "Admin", Role.ADMIN)
    bob = await service.sign_up("Bob")
    await verify(service, admin)
    url = ada.url("/invitations")
    ids = await member_ids(ada)
    await invite(admin, "bob@example.com", url=url, role="admin")
    await invite(admin, "grace@example.com", url=url, role="viewer")
    token = await invited(service, "bob@example.com")
    await ada.client.patch(ada.url(f"/members/{ids['Admin']}"), json={"role": "member"})
    assert [item["email"] for item in await waiting(ada)] == ["grace@example.com"]
    assert await accept(bob, token) == (403, "invitation.invalid")
    await ada.client.delete(ada.url(f"/members/{ids['Admin']}"))
    assert await waiting(ada) == []


async def test_inviting_is_limited(service: Service, ada: Person) -> None:
    answers = [(await invite(ada, "grace@example.com")).status_code for _ in range(11)]
    assert answers == [201] * 10 + [429]
    many = await invite(ada, *(f"p{number}@example.com" for number in range(50)))
    assert many.status_code == 201
    assert (await invite(ada, *(f"q{number}@example.com" for number in range(50)))).status_code == 429


async def test_only_the_hash_of_a_link_is_kept(service: Service, ada: Person) -> None:
    token = await link(ada)
    await invite(ada, "grace@example.com")
    mailed = await invited(service, "grace@example.com")
    async with service.database.system_scope("look in a test") as scope:
        tables = await scope.session.scalars(text("SELECT tablename FROM pg_tables WHERE schemaname = 'public'"))
        for table in tables:
            for secret in (token, mailed):
                if table.endswith("_migrations"):
                    continue
                found = text(f"SELECT count(*) FROM {table} t WHERE strpos(t::text, :secret) > 0")
                assert await scope.session.scalar(found, {"secret": secret}) == 0, table


async def test_an_invitation_to_an_organization_opens_sign_up_too(service: Service, ada: Person) -> None:
    await invite(ada, "grace@example.com")
    token = await invited(service, "grace@example.com")
    closed = Service.of(service.settings.model_copy(update={"sign_up": "invited"}), service.database)
    client = await closed.client()
    body = {"name": "Grace", "email": "grace@example.com", "password": PASSWORD}
    assert (await client.post("/api/v1/auth/register", json=body)).json()["code"] == "invitation.required"
    made = await client.post("/api/v1/auth/register", json=body | {"invitation": token})
    assert (made.status_code, len(made.json()["organizations"])) == (201, 2)
    again = body | {"email": "grace2@example.com", "invitation": token}
    assert (await client.post("/api/v1/auth/register", json=again)).status_code == 403
    await closed.close()


async def test_acting_on_an_invitation_is_written_down(service: Service, ada: Person) -> None:
    await invite(ada, "grace@example.com")
    await service.sign_up("Grace", email="grace@example.com", invitation=await invited(service, "grace@example.com"))
    async with service.database.system_scope("look in a test") as scope:
        rows = await scope.session.execute(text("SELECT action, before::text, after::text FROM audit_entries"))
        written = {row.action: (row.before, row.after) for row in rows}
    assert {"organizations.invitation.sent", "organizations.invitation.accepted", "organizations.member.joined"} <= set(
        written
    )
    assert "grace@example.com" not in str(written), "an address can be forgotten"
