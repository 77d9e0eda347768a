"""Organizations, their slugs and what their members may do."""

import asyncio

import pytest

from tenantry.chassis.access import Permissions
from tenantry.chassis.organizations.directory import slugs
from tenantry.core.errors import Invalid
from tenantry.core.roles import Role
from tests.service import Service


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("Acme", "acme"),
        ("  Zoë’s Café & Söhne ", "zoes-cafe-and-sohne"),
        ("Łódź Straße", "lodz-strasse"),
        ("ÅNGSTRÖM–Labs/42", "angstrom-labs-42"),
        ("ﬁnance ①", "finance-1"),
        ("a" * 60, "a" * 40),
        ("a" * 39 + " b", "a" * 39),
    ],
)
def test_a_name_becomes_a_slug(name: str, slug: str) -> None:
    assert slugs.slug_of(name) == slug
    assert slugs.checked(slug) == slug


@pytest.mark.parametrize("name", ["東京", "🙂", "x", "—"])
def test_a_name_without_letters_gets_one_made_up(name: str) -> None:
    assert slugs.slug_of(name).startswith("org-")
    assert slugs.slug_of(name) != slugs.slug_of(name)
    assert slugs.checked(slugs.slug_of(name))


@pytest.mark.parametrize("slug", ["a", "-ab", "ab-", "a b", "a_b", "ä", "", "x" * 41, "../x", "api", "login", "Assets"])
def test_a_chosen_slug_must_fit(slug: str) -> None:
    with pytest.raises(Invalid):
        slugs.checked(slug)


async def test_founding_another(service: Service) -> None:
    ada = await service.sign_up("Ada")
    made = await ada.client.post("/api/v1/orgs", json={"name": "Acme Inc.", "slug": "ACME"})
    assert made.status_code == 201
    assert made.json() | {"id": ""} == {
        "id": "",
        "slug": "acme",
        "name": "Acme Inc.",
        "role": "owner",
        "logo": None,
        "members": 1,
        "erase_at": None,
    }
    again = await ada.client.post("/api/v1/orgs", json={"name": "Other", "slug": "acme"})
    assert (again.status_code, again.json()["code"], again.json()["errors"][0]["field"]) == (409, "slug.taken", "slug")
    reserved = await ada.client.post("/api/v1/orgs", json={"name": "Other", "slug": "api"})
    assert (reserved.status_code, reserved.json()["code"]) == (422, "slug.reserved")
    me = (await ada.client.get("/api/v1/me")).json()
    assert [organization["slug"] for organization in me["organizations"]] == ["ada", "acme"]


async def test_equal_names_get_numbers(service: Service) -> None:
    ada = await service.sign_up("Ada")
    found = [(await ada.client.post("/api/v1/orgs", json={"name": "Acme"})).json()["slug"] for _ in range(3)]
    assert found == ["acme", "acme-2", "acme-3"]
    assert (await ada.client.post("/api/v1/orgs", json={"name": "Login"})).json()["slug"] == "login-2"


async def test_renaming_keeps_the_address_and_others_changes(service: Service) -> None:
    ada = await service.sign_up("Ada")
    read = await ada.client.get(ada.url())
    tag = {"If-Match": read.headers["etag"]}
    renamed = await ada.client.patch(ada.url(), json={"name": "  Ada   & Friends "}, headers=tag)
    assert renamed.status_code == 200
    assert (renamed.json()["name"], renamed.json()["slug"]) == ("Ada & Friends", "ada")
    late = await ada.client.patch(ada.url(), json={"name": "Late"}, headers=tag)
    assert late.status_code == 412
    fresh = {"If-None-Match": renamed.headers["etag"]}
    assert (await ada.client.get(ada.url(), headers=fresh)).status_code == 304


async def test_the_old_address_leads_to_the_new_one(service: Service) -> None:
    ada, eve = await service.sign_up("Ada"), await service.sign_up("Eve")
    moved = await ada.client.patch("/api/v1/orgs/ada", json={"slug": " Lovelace "})
    assert (moved.status_code, moved.json()["slug"]) == (200, "lovelace")
    assert moved.json()["former_slugs"] == ["ada"]

    old = await ada.client.get("/api/v1/orgs/ada/members?limit=1&q=a%20b")
    assert (old.status_code, old.json()["code"], old.json()["slug"]) == (308, "organization.moved", "lovelace")
    assert old.headers["location"] == "/api/v1/orgs/lovelace/members?limit=1&q=a%20b"
    body = {"title": "Written to the old address"}
    written = await ada.client.post("/api/v1/orgs/ada/notes/notes", json=body, follow_redirects=True)
    assert (written.status_code, written.json()["title"]) == (201, body["title"])
    hidden, absent = [await eve.client.get(f"/api/v1/orgs/{slug}") for slug in ("ada", "nobody")]
    assert hidden.status_code == absent.status_code == 404
    assert hidden.json()["code"] == absent.json()["code"], "an old address shows itself to strangers"


async def test_an_old_address_is_nobody_elses_and_can_be_taken_back(service: Service) -> None:
    ada, eve = await service.sign_up("Ada"), await service.sign_up("Eve")
    await ada.client.patch("/api/v1/orgs/ada", json={"slug": "lovelace"})
    taken = await eve.client.patch("/api/v1/orgs/eve", json={"slug": "ada"})
    assert (taken.status_code, taken.json()["code"], taken.json()["errors"][0]["field"]) == (409, "slug.taken", "slug")
    founded = await eve.client.post("/api/v1/orgs", json={"name": "Ada"})
    assert founded.json()["slug"] == "ada-2"
    back = await ada.client.patch("/api/v1/orgs/lovelace", json={"slug": "ada"})
    assert (back.status_code, back.json()["slug"], back.json()["former_slugs"]) == (200, "ada", ["lovelace"])
    assert (await ada.client.get("/api/v1/orgs/lovelace")).status_code == 308
    assert (await eve.client.get("/api/v1/orgs/eve")).status_code == 200


async def test_an_address_goes_to_one_of_those_who_ask_at_once(service: Service) -> None:
    people = [await service.sign_up(name) for name in ("Ada", "Bob", "Eve", "Dan")]
    asked = [person.client.patch(person.url(), json={"slug": "wanted"}) for person in people]
    answers = sorted(answer.status_code for answer in await asyncio.gather(*asked))
    assert answers == [200, 409, 409, 409]


async def test_addresses_are_not_collected(service: Service) -> None:
    ada = await service.sign_up("Ada")
    url = ada.url()
    for number in range(10):
        answer = await ada.client.patch(url, json={"slug": f"ada-no-{number}"}, follow_redirects=True)
        assert answer.status_code == 200
    refused = await ada.client.patch(url, json={"slug": "ada-no-10"}, follow_redirects=True)
    assert (refused.status_code, refused.json()["code"]) == (429, "rate_limit.exceeded")


def test_a_permission_is_declared_once() -> None:
    with pytest.raises(ValueError, match=r"a\.read"):
        Permissions({"a.read": Role.VIEWER}, {"a.read": Role.OWNER})
    known = Permissions({"a.read": Role.VIEWER}, {"a.write": Role.ADMIN})
    assert known.of(Role.MEMBER) == {"a.read"}
    assert known.of(Role.OWNER) == {"a.read", "a.write"}
