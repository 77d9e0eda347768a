"""The three steps after signing up: they wait, they can be skipped, and they never come back."""

from tests.service import Service


async def test_they_wait_where_one_left_them_and_end_for_good(service: Service) -> None:
    ada, bob = await service.sign_up("Ada"), await service.sign_up("Bob")
    assert ada.me["first_step"] == "organization"
    for step in ("people", "product"):
        assert (await ada.client.put("/api/v1/me/first-steps", json={"step": step})).status_code == 204
        assert (await ada.client.get("/api/v1/me")).json()["first_step"] == step
    wrong = await ada.client.put("/api/v1/me/first-steps", json={"step": "nowhere"})
    assert (wrong.status_code, wrong.json()["errors"][0]["field"]) == (422, "step")
    for step in ("done", "organization"):
        assert (await ada.client.put("/api/v1/me/first-steps", json={"step": step})).status_code == 204
        assert (await ada.client.get("/api/v1/me")).json()["first_step"] is None
    assert (await bob.client.get("/api/v1/me")).json()["first_step"] == "organization", "everybody has their own"
