"""Organizations, their slugs and what their members may do."""

import pytest

from tenantry.chassis.access import Permissions
from tenantry.chassis.organizations import slugs
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
    assert (made.status_code, made.json()) == (201, {"slug": "acme", "name": "Acme Inc.", "role": "owner"})
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


def test_a_permission_is_declared_once() -> None:
    with pytest.raises(ValueError, match=r"a\.read"):
        Permissions({"a.read": Role.VIEWER}, {"a.read": Role.OWNER})
    known = Permissions({"a.read": Role.VIEWER}, {"a.write": Role.ADMIN})
    assert known.of(Role.MEMBER) == {"a.read"}
    assert known.of(Role.OWNER) == {"a.read", "a.write"}
