"""Members: who sees whom, who may do what to whom, and that an owner always remains."""

import asyncio
import itertools

import pytest
import websockets
from sqlalchemy import text

from tenantry.core.roles import Role
from tests.chassis.organizations.people import join, member_ids
from tests.service import Person, Service, served


async def test_members_are_listed_by_name_with_what_is_known(service: Service) -> None:
    ada = await service.sign_up("Ada")
    await join(service, ada, "zoe", Role.VIEWER)
    await join(service, ada, "Bob Ross", Role.ADMIN)
    listed = (await ada.client.get(ada.url("/members"))).json()["items"]
    assert [(m["name"], m["email"], m["role"], m["you"]) for m in listed] == [
        ("Ada", "ada@example.com", "owner", True),
        ("Bob Ross", "bob@example.com", "admin", False),
        ("zoe", "zoe@example.com", "viewer", False),
    ]
    assert listed[0]["seen_at"] is not None
    assert listed[1]["seen_at"] is None, "he has not been here"
    assert [m["name"] for m in (await ada.client.get(ada.url("/members?q=ROSS"))).json()["items"]] == ["Bob Ross"]
    assert [m["name"] for m in (await ada.client.get(ada.url("/members?q=zoe@"))).json()["items"]] == ["zoe"]
    assert [m["name"] for m in (await ada.client.get(ada.url("/members?role=admin"))).json()["items"]] == ["Bob Ross"]
    one = (await ada.client.get(ada.url(f"/members/{listed[1]['id']}"))).json()
    assert one == listed[1]
    assert (await ada.client.get(ada.url())).json()["members"] == 3
    assert (await ada.client.get("/api/v1/me/organizations")).json()["items"][0]["members"] == 3


async def test_pages_of_members_follow_each_other(service: Service) -> None:
    ada = await service.sign_up("Ada")
    for name in ("Bob", "Eve", "bea"):
        await join(service, ada, name, Role.MEMBER)
    names, after = [], ""
    while True:
        page = (await ada.client.get(ada.url(f"/members?limit=1{after}"))).json()
        names += [member["name"] for member in page["items"]]
        if page["next"] is None:
            break
        after = f"&after={page['next']}"
    assert names == ["Ada", "bea", "Bob", "Eve"]


async def test_what_somebody_brings_along_is_brought_up_to_date(service: Service) -> None:
    ada = await service.sign_up("Ada")
    bob = await join(service, ada, "Bob", Role.MEMBER)
    async with service.database.system_scope("change an address in a test") as scope:
        await scope.session.execute(text("UPDATE identity_users SET email = 'new@example.com' WHERE email LIKE 'bob%'"))
    assert (await bob.client.get(ada.url())).status_code == 200
    listed = {m["name"]: m for m in (await ada.client.get(ada.url("/members"))).json()["items"]}
    assert listed["Bob"]["email"] == "new@example.com"
    assert listed["Bob"]["seen_at"] is not None


ROLES = ("viewer", "member", "admin", "owner")


@pytest.fixture
async def company(service: Service) -> dict[str, Person]:
    """Two of each role above viewer, and a viewer, in the organization of the first owner."""
    owner = await service.sign_up("owner")
    people = {"owner": owner}
    for name, role in (("second", Role.OWNER), ("admin", Role.ADMIN), ("other", Role.ADMIN), ("member", Role.MEMBER)):
        people[name] = await join(service, owner, name, role)
    people["viewer"] = await join(service, owner, "viewer", Role.VIEWER)
    return people


async def test_nobody_touches_those_above_and_gives_more_than_they_have(company: dict[str, Person]) -> None:
    owner, admin = company["owner"], company["admin"]
    ids = await member_ids(owner)

    async def change(who: Person, whom: str, role: str) -> str | None:
        answer = await who.client.patch(owner.url(f"/members/{ids[whom]}"), json={"role": role})
        return None if answer.status_code == 200 else answer.json()["code"]

    for name, role in itertools.product(("member", "viewer"), ROLES):
        assert await change(company[name], "viewer", role) == "permission.missing"
    assert await change(admin, "second", "member") == "member.above"
    assert await change(admin, "member", "owner") == "role.above"
    assert await change(admin, "admin", "owner") == "role.above"
    assert await change(admin, "member", "admin") is None
    assert await change(admin, "other", "viewer") is None
    assert await change(owner, "other", "owner") is None
    assert await change(owner, "second", "member") is None
    assert (await admin.client.delete(owner.url(f"/members/{ids['other']}"))).json()["code"] == "member.above"
    assert (await admin.client.delete(owner.url(f"/members/{ids['member']}"))).status_code == 204
    assert (await company["member"].client.get(owner.url())).status_code == 404


async def test_the_last_owner_stays_one(service: Service) -> None:
    ada = await service.sign_up("Ada")
    ids = await member_ids(ada)
    organization = ada.me["organizations"][0]["id"]
    for answer in (
        await ada.client.patch(ada.url(f"/members/{ids['Ada']}"), json={"role": "admin"}),
        await ada.client.delete(ada.url(f"/members/{ids['Ada']}")),
        await ada.client.delete(f"/api/v1/me/organizations/{organization}"),
    ):
        assert (answer.status_code, answer.json()["code"]) == (409, "member.last_owner")
        assert "owner first" in answer.json()["hint"]
    bob = await join(service, ada, "Bob", Role.OWNER)
    assert (await ada.client.delete(f"/api/v1/me/organizations/{organization}")).status_code == 204
    assert (await ada.client.get(ada.url())).status_code == 404
    assert (await ada.client.get("/api/v1/me")).json()["organizations"] == []
    assert (await bob.client.get(ada.url())).json()["members"] == 1


async def test_two_owners_who_demote_each_other_leave_one(service: Service) -> None:
    ada = await service.sign_up("Ada")
    bob = await join(service, ada, "Bob", Role.OWNER)
    ids = await member_ids(ada)
    for _ in range(5):
        asked = (
            ada.client.patch(ada.url(f"/members/{ids['Bob']}"), json={"role": "member"}),
            bob.client.patch(ada.url(f"/members/{ids['Ada']}"), json={"role": "member"}),
        )
        answers = await asyncio.gather(*asked)
        assert sorted(answer.status_code for answer in answers) in ([200, 403], [200, 409])
        winner = ada if answers[0].status_code == 200 else bob
        listed = (await winner.client.get(ada.url("/members"))).json()["items"]
        assert [m["role"] for m in listed if m["role"] == "owner"] == ["owner"]
        for name in ("Ada", "Bob"):
            await winner.client.patch(ada.url(f"/members/{ids[name]}"), json={"role": "owner"})


async def test_two_owners_who_leave_at_once_leave_one(service: Service) -> None:
    ada = await service.sign_up("Ada")
    bob = await join(service, ada, "Bob", Role.OWNER)
    organization = ada.me["organizations"][0]["id"]
    asked = (person.client.delete(f"/api/v1/me/organizations/{organization}") for person in (ada, bob))
    assert sorted(answer.status_code for answer in await asyncio.gather(*asked)) == [204, 409]


async def test_ownership_is_handed_over_whole(service: Service) -> None:
    ada = await service.sign_up("Ada")
    bob = await join(service, ada, "Bob", Role.VIEWER)
    ids = await member_ids(ada)
    url = ada.url(f"/members/{ids['Bob']}/ownership")
    unsure = await ada.client.post(url, json={"confirm": "bob"})
    assert (unsure.status_code, unsure.json()["errors"][0]["field"]) == (422, "confirm")
    assert (await bob.client.post(url, json={"confirm": "ada"})).status_code == 403
    handed = await ada.client.post(url, json={"confirm": "ada"})
    assert (handed.status_code, handed.json()["role"]) == (200, "owner")
    assert (await ada.client.get(ada.url())).json()["role"] == "admin"
    assert (await ada.client.post(url, json={"confirm": "ada"})).status_code == 403
    again = await bob.client.post(url, json={"confirm": "ada"})
    assert again.json()["code"] == "member.already_owner"


async def test_removal_ends_access_at_once_on_every_socket(service: Service) -> None:
    ada = await service.sign_up("Ada")
    bob = await join(service, ada, "Bob", Role.MEMBER)
    ids = await member_ids(ada)
    async with served(service) as base:
        cookie = f"tenantry_session={bob.client.cookies['tenantry_session']}"
        url = f"{base.replace('http', 'ws')}/api/v1/orgs/{ada.org}/live"
        async with websockets.connect(url, additional_headers={"cookie": cookie}) as socket:
            await socket.recv()
            assert (await ada.client.delete(ada.url(f"/members/{ids['Bob']}"))).status_code == 204
            with pytest.raises(websockets.ConnectionClosed) as closed:
                while True:
                    await socket.recv()
            assert closed.value.rcvd is not None
            assert closed.value.rcvd.code == 4403
    assert (await bob.client.get(ada.url())).status_code == 404
