"""What an organization requires of its people when they sign in: a second factor, and single sign-on at its own issuer."""

import json
from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

import httpx
import pytest
from sqlalchemy import text

from tenantry.chassis.organizations.members.actions import admit
from tenantry.chassis.organizations.members.arrivals import Newcomer
from tenantry.core.actors import Actor
from tenantry.core.roles import Role
from tenantry.infra.database.scopes import OrganizationRef
from tests.chassis.issuer import Issuer, come_back, issuing
from tests.chassis.test_second_factors import enrolled, grow_old, second
from tests.service import PASSWORD, Person, Service


@pytest.fixture
async def issuer(service: Service) -> AsyncIterator[Issuer]:
    """The issuer of Ada's organization."""
    async with issuing() as made:
        made.user = {"sub": "grace", "email": "grace@acme.example", "name": "Grace Hopper"}
        yield made


async def bring(service: Service, owner: Person, name: str, role: Role = Role.MEMBER, **about: Any) -> Person:
    """Somebody who is a member of the owner's organization."""
    person = await service.sign_up(name, **about)
    organization = (await owner.client.get(owner.url())).json()
    ref = OrganizationRef(UUID(organization["id"]), organization["slug"], organization["name"])
    acting = Actor.user(UUID(owner.me["id"]), owner.me["name"])
    async with service.database.org_scope(ref, acting) as scope:
        await admit(scope, Newcomer(UUID(person.me["id"]), person.me["email"], None), role)
    return person


async def own_domain(service: Service, owner: Person, domain: str = "acme.example") -> dict[str, Any]:
    """A domain of the owner's organization, shown by its TXT record."""
    added = (await owner.client.post(owner.url("/sign-in/domains"), json={"domain": domain})).json()

    async def txt_of(name: str) -> list[str]:
        return ["v=spf1 -all", added["record_value"]] if name == added["record_name"] else []

    service.app.state.txt_of = txt_of
    verified = await owner.client.post(owner.url(f"/sign-in/domains/{added['id']}/verify"))
    assert verified.status_code == 200, verified.text
    answer: dict[str, Any] = verified.json()
    return answer


async def connected(service: Service, issuer: Issuer, **change: Any) -> Person:
    """Ada, whose organization has single sign-on for addresses of acme.example."""
    ada = await service.sign_up("Ada")
    body = {"issuer": issuer.base, "client_id": "acme-client", "client_secret": "acme-secret"} | change
    answer = await ada.client.put(ada.url("/sign-in/connection"), json=body)
    assert answer.status_code == 200, answer.text
    assert "acme-secret" not in answer.text
    await own_domain(service, ada)
    return ada


async def single_sign_on(client: httpx.AsyncClient, issuer: Issuer, email: str = "grace@acme.example") -> str:
    begun = await client.post("/api/v1/auth/single-sign-on", json={"email": email})
    assert begun.status_code == 200, begun.text
    back = issuer.authorize(begun.json()["url"])
    provider = begun.json()["url"].split("federated%2F")[1].split("%2F")[0]
    return await come_back(client, provider, back)


async def test_a_second_factor_is_required(service: Service) -> None:
    ada = await service.sign_up("Ada")
    bob = await bring(service, ada, "Bob")
    early = await ada.client.patch(ada.url("/sign-in"), json={"second_factor_required": True})
    assert (early.status_code, early.json()["code"]) == (409, "second_factor.missing")
    assert (await bob.client.get(ada.url())).status_code == 200
    await enrolled(ada)
    switched = await ada.client.patch(ada.url("/sign-in"), json={"second_factor_required": True})
    assert switched.json()["second_factor_required"] is True
    kept_out = await bob.client.get(ada.url())
    assert (kept_out.status_code, kept_out.json()["code"]) == (403, "second_factor.required")
    assert kept_out.json()["organization"] == {"slug": ada.org, "name": "Ada"}
    assert (await bob.client.get(bob.url())).status_code == 200, "elsewhere nothing is different"
    assert ada.org in [one["slug"] for one in (await bob.client.get("/api/v1/me")).json()["organizations"]]
    assert (await ada.client.get(ada.url())).status_code == 200
    await enrolled(bob)
    assert (await bob.client.get(ada.url())).status_code == 200
    await bob.client.delete("/api/v1/me/authenticator-app")
    assert (await bob.client.get(ada.url())).status_code == 403
    stranger = await service.sign_up("Eve")
    assert (await stranger.client.get(ada.url())).status_code == 404, "to strangers there is no such organization"
    off = await ada.client.patch(ada.url("/sign-in"), json={"second_factor_required": False})
    assert off.json()["second_factor_required"] is False
    assert (await bob.client.get(ada.url())).status_code == 200


async def test_who_may_change_it(service: Service) -> None:
    ada = await service.sign_up("Ada")
    bob = await bring(service, ada, "Bob")
    for method, path in (("GET", "/sign-in"), ("GET", "/sign-in/domains")):
        assert (await bob.client.request(method, ada.url(path))).status_code == 403
    await grow_old(service)
    refused = await ada.client.patch(ada.url("/sign-in"), json={"second_factor_required": False})
    assert (refused.status_code, refused.json()["code"]) == (403, "proof.required")
    await ada.client.post("/api/v1/me/proof", json={"password": PASSWORD})
    unready = await ada.client.patch(ada.url("/sign-in"), json={"single_sign_on_required": True})
    assert (unready.status_code, unready.json()["code"]) == (409, "single_sign_on.unready")


@pytest.mark.parametrize(
    "domain", ["acme", "", "acme..example", "-a.example", "a b.example", "https://a.example", "x" * 300]
)
async def test_domains_have_a_form(service: Service, domain: str) -> None:
    ada = await service.sign_up("Ada")
    answer = await ada.client.post(ada.url("/sign-in/domains"), json={"domain": domain})
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "domain")


async def test_a_domain_is_shown_by_its_record(service: Service) -> None:
    ada, bob = await service.sign_up("Ada"), await service.sign_up("Bob")
    added = (await ada.client.post(ada.url("/sign-in/domains"), json={"domain": " Bücher.Example. "})).json()
    assert added["domain"] == "xn--bcher-kva.example"
    assert added["record_name"] == "_tenantry.xn--bcher-kva.example"
    theirs = (await bob.client.post(bob.url("/sign-in/domains"), json={"domain": "bücher.example"})).json()
    assert theirs["record_value"] != added["record_value"]
    again = await ada.client.post(ada.url("/sign-in/domains"), json={"domain": "bücher.example"})
    assert (again.status_code, again.json()["errors"][0]["field"]) == (409, "domain")

    async def txt_of(name: str) -> list[str]:
        return [added["record_value"]]

    service.app.state.txt_of = txt_of
    unproven = await bob.client.post(bob.url(f"/sign-in/domains/{theirs['id']}/verify"))
    assert (unproven.status_code, unproven.json()["code"]) == (409, "domain.unproven")
    assert (await ada.client.post(ada.url(f"/sign-in/domains/{added['id']}/verify"))).json()["verified_at"]

    async def both(name: str) -> list[str]:
        return [added["record_value"], theirs["record_value"]]

    service.app.state.txt_of = both
    late = await bob.client.post(bob.url(f"/sign-in/domains/{theirs['id']}/verify"))
    assert (late.status_code, late.json()["code"]) == (409, "domain.verified_elsewhere")
    assert (await ada.client.delete(ada.url(f"/sign-in/domains/{added['id']}"))).status_code == 204
    assert (await bob.client.post(bob.url(f"/sign-in/domains/{theirs['id']}/verify"))).status_code == 200


async def test_single_sign_on_makes_a_member(service: Service, issuer: Issuer) -> None:
    ada = await connected(service, issuer, role="viewer")
    client = await service.client()
    found = await client.get("/api/v1/auth/discover", params={"domain": "ACME.example"})
    assert found.json() == {"organization": "Ada"}
    assert (await client.get("/api/v1/auth/discover", params={"domain": "example.com"})).json() == {
        "organization": None
    }
    assert await single_sign_on(client, issuer) == f"/{ada.org}"
    me = (await client.get("/api/v1/me")).json()
    assert (me["email"], me["name"]) == ("grace@acme.example", "Grace Hopper")
    assert [(one["slug"], one["role"]) for one in me["organizations"]] == [(ada.org, "viewer")]
    assert await single_sign_on(await service.client(), issuer) == f"/{ada.org}"
    members = (await ada.client.get(ada.url("/members"))).json()["items"]
    assert sorted(member["name"] for member in members) == ["Ada", "Grace Hopper"]
    log = (await ada.client.get(ada.url("/audit"))).text
    assert "organizations.connection.changed" in log
    assert "acme-secret" not in log


async def test_an_issuer_speaks_for_its_own_domains_alone(service: Service, issuer: Issuer) -> None:
    await connected(service, issuer)
    await service.sign_up("Bob")
    for email in ("bob@example.com", "eve@sub.acme.example", "eve@acme.example.evil"):
        issuer.user["email"] = email
        client = await service.client()
        assert "failed=single_sign_on.foreign_domain" in await single_sign_on(client, issuer)
        assert (await client.get("/api/v1/me")).status_code == 401
    issuer.user.pop("email")
    assert "failed=email.invalid" in await single_sign_on(await service.client(), issuer)
    unknown = await (await service.client()).post("/api/v1/auth/single-sign-on", json={"email": "x@example.com"})
    assert (unknown.status_code, unknown.json()["code"]) == (404, "single_sign_on.not_found")


async def test_an_account_with_the_address_is_linked_by_its_owner_alone(service: Service, issuer: Issuer) -> None:
    ada = await connected(service, issuer)
    grace = await bring(service, ada, "Grace", email="grace@acme.example")
    assert "failed=federation.account_exists" in await single_sign_on(await service.client(), issuer)
    url = (await grace.client.post(ada.url("/sign-in/link"))).json()["url"]
    provider = url.split("federated%2F")[1].split("%2F")[0]
    assert "linked=" in await come_back(grace.client, provider, issuer.authorize(url))
    client = await service.client()
    assert await single_sign_on(client, issuer) == f"/{ada.org}"
    assert (await client.get("/api/v1/me")).json()["id"] == grace.me["id"]


async def test_nobody_joins_where_the_organization_does_not_want_it(service: Service, issuer: Issuer) -> None:
    await connected(service, issuer, joins=False)
    client = await service.client()
    assert "failed=single_sign_on.no_member" in await single_sign_on(client, issuer)
    assert (await client.get("/api/v1/me")).status_code == 401
    async with service.database.system_scope("count people in a test") as scope:
        assert await scope.session.scalar(text("SELECT count(*) FROM identity_users")) == 1


async def test_single_sign_on_is_required(service: Service, issuer: Issuer) -> None:
    ada = await connected(service, issuer)
    grace = await bring(service, ada, "Grace", email="grace@acme.example")
    guest = await bring(service, ada, "Guest")
    boss = await bring(service, ada, "Boss", Role.OWNER, email="boss@acme.example")
    url = (await grace.client.post(ada.url("/sign-in/link"))).json()["url"]
    await come_back(grace.client, url.split("federated%2F")[1].split("%2F")[0], issuer.authorize(url))
    required = await ada.client.patch(ada.url("/sign-in"), json={"single_sign_on_required": True})
    assert required.json()["single_sign_on_required"] is True
    kept_out = await grace.client.get(ada.url())
    assert (kept_out.status_code, kept_out.json()["code"]) == (403, "single_sign_on.required")
    assert (await guest.client.get(ada.url())).status_code == 200, "an address of another domain"
    assert (await boss.client.get(ada.url())).status_code == 200, "an owner is never locked out"
    client = await service.client()
    await single_sign_on(client, issuer)
    assert (await client.get(ada.url())).status_code == 200
    domain = (await ada.client.get(ada.url("/sign-in/domains"))).json()["items"][0]["id"]
    needed = await ada.client.delete(ada.url(f"/sign-in/domains/{domain}"))
    assert (needed.status_code, needed.json()["code"]) == (409, "domain.needed")
    assert (await ada.client.delete(ada.url("/sign-in/connection"))).status_code == 204
    assert (await grace.client.get(ada.url())).status_code == 200
    assert (await ada.client.get(ada.url("/sign-in"))).json()["connection"] is None


async def test_single_sign_on_asks_for_the_second_step_too(service: Service, issuer: Issuer) -> None:
    ada = await connected(service, issuer)
    client = await service.client()
    await single_sign_on(client, issuer)
    grace = Person(client, (await client.get("/api/v1/me")).json())
    telephone, _ = await enrolled(grace)
    again = await service.client()
    assert (await single_sign_on(again, issuer)).startswith("/sign-in/second-factor")
    assert (await again.get("/api/v1/me")).status_code == 401
    assert (await second(again, telephone.code())).status_code == 200
    assert (await again.get(ada.url())).status_code == 200


async def test_the_secret_is_sealed_and_stays_with_its_issuer(service: Service, issuer: Issuer) -> None:
    ada = await connected(service, issuer)
    kept = await ada.client.put(ada.url("/sign-in/connection"), json={"issuer": issuer.base, "client_id": "other"})
    assert kept.status_code == 200
    moved = await ada.client.put(
        ada.url("/sign-in/connection"), json={"issuer": "https://evil.example", "client_id": "other"}
    )
    assert (moved.status_code, moved.json()["errors"][0]["field"]) == (422, "client_secret")
    async with service.database.system_scope("look at what is stored in a test") as scope:
        rows = (await scope.session.execute(text("SELECT * FROM organizations_connections"))).mappings().all()
    assert "acme-secret" not in json.dumps([dict(row) for row in rows], default=repr)
