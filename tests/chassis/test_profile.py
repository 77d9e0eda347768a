"""What people say about themselves, and how it is kept from being overwritten unseen."""

import pytest

from tests.service import Service

ME = "/api/v1/me"


async def test_a_profile_is_changed_part_by_part(service: Service) -> None:
    ada = await service.sign_up("Ada Lovelace", time_zone="Europe/London")
    assert (ada.me["time_zone"], ada.me["locale"], ada.me["theme"]) == ("Europe/London", None, "system")
    assert ada.me["email_verified"] is False
    changed = await ada.client.patch(ME, json={"name": "  Ada   King ", "locale": "de-AT", "theme": "dark"})
    assert changed.status_code == 200, changed.text
    assert changed.json() == ada.me | {"name": "Ada King", "locale": "de-AT", "theme": "dark"}
    assert (await ada.client.get(ME)).json() == changed.json()
    back = (await ada.client.patch(ME, json={"locale": None, "theme": None, "name": None, "currency": "EUR"})).json()
    assert (back["locale"], back["theme"], back["name"], back["currency"]) == (None, "system", "Ada King", "EUR")


async def test_nobody_overwrites_what_they_have_not_seen(service: Service) -> None:
    ada = await service.sign_up("Ada")
    seen = (await ada.client.get(ME)).headers["etag"]
    assert (await ada.client.get(ME, headers={"If-None-Match": seen})).status_code == 304
    assert (await ada.client.patch(ME, json={"theme": "dark"}, headers={"If-Match": seen})).status_code == 200
    late = await ada.client.patch(ME, json={"theme": "light"}, headers={"If-Match": seen})
    assert (late.status_code, late.json()["code"]) == (412, "etag.mismatch")
    assert (await ada.client.get(ME)).json()["theme"] == "dark"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", "  "),
        ("name", "x" * 81),
        ("time_zone", "Mars/Olympus"),
        ("time_zone", "../../etc/passwd"),
        ("locale", "english"),
        ("currency", "XXX"),
        ("theme", "pink"),
    ],
)
async def test_what_cannot_be_chosen_is_named(service: Service, field: str, value: str) -> None:
    ada = await service.sign_up("Ada")
    answer = await ada.client.patch(ME, json={field: value})
    assert answer.status_code == 422
    assert [error["field"] for error in answer.json()["errors"]] == [field]


async def test_a_browser_in_no_known_place_can_sign_up(service: Service) -> None:
    ada = await service.sign_up("Ada", time_zone="Etc/Unknown")
    assert ada.me["time_zone"] is None
