"""Signing in elsewhere: with a real provider, and against an issuer that lies."""

import dataclasses
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from oidc_provider_mock import run_server_in_thread

from tenantry.chassis.identity.federation.bearer import BearerTokens
from tenantry.chassis.identity.federation.flow import Federation, safe_next
from tenantry.chassis.identity.federation.issuers import FLOOR, Issuers
from tenantry.chassis.identity.federation.providers import Provider, configured
from tenantry.chassis.identity.federation.settings import BearerIssuer, SignInSettings
from tenantry.core.configuration import SettingsError
from tenantry.infra.outbound import Outbound, OutboundError
from tests.chassis.issuer import Issuer, come_back, issuing
from tests.chassis.test_second_factors import enrolled, grow_old, second
from tests.service import Person, Service


@pytest.fixture
async def issuer(service: Service) -> AsyncIterator[Issuer]:
    """An issuer at which one can sign in here, and GitHub at the same address."""
    state = service.app.state
    before = (state.federation, dict(state.providers), state.access)
    async with issuing() as made:
        issuers = Issuers(Outbound(local=True))
        state.federation = dataclasses.replace(state.federation, issuers=issuers)
        state.providers |= {
            "acme": Provider("acme", "Acme", made.base, "our-client", "our-secret"),
            "github": Provider("github", "GitHub", made.base, "our-client", "our-secret", "github"),
        }
        bearers = BearerTokens(issuers, [BearerIssuer(issuer=made.base, audience="tenantry")], service.database.clock)
        state.access = dataclasses.replace(state.access, authenticators=[bearers, *state.access.authenticators[1:]])
        yield made
    state.federation, state.access = before[0], before[2]
    state.providers.clear()
    state.providers.update(before[1])


async def depart(client: httpx.AsyncClient, provider: str = "acme", next: str = "") -> str:
    answer = await client.post(f"/api/v1/auth/federated/{provider}", json={"next": next})
    assert answer.status_code == 200, answer.text
    return str(answer.json()["url"])


async def round_trip(client: httpx.AsyncClient, issuer: Issuer, provider: str = "acme", next: str = "") -> str:
    return await come_back(client, provider, issuer.authorize(await depart(client, provider, next)))


async def linked(service: Service, issuer: Issuer) -> Person:
    """Ada, who has an account and has linked her identity at the issuer."""
    ada = await service.sign_up("Ada")
    url = (await ada.client.post("/api/v1/me/linked-identities", json={"provider": "acme"})).json()["url"]
    assert await come_back(ada.client, "acme", issuer.authorize(url)) == "/me/security?linked=acme"
    return ada


async def is_signed_in(client: httpx.AsyncClient) -> bool:
    return (await client.get("/api/v1/me")).status_code == 200


async def test_with_a_real_provider(service: Service) -> None:
    state = service.app.state
    before = state.federation
    with run_server_in_thread(require_nonce=True) as server:
        base = f"http://localhost:{server.server_port}"
        state.federation = dataclasses.replace(before, issuers=Issuers(Outbound(local=True)))
        state.providers["mock"] = Provider("mock", "Mock", base, "our-client", "our-secret")
        client = await service.client()
        url = await depart(client, "mock", next="/somewhere?tab=1")
        claims = {"email": "grace@example.com", "email_verified": True, "name": "Grace Hopper"}
        async with httpx.AsyncClient() as browser:
            await browser.put(f"{base}/users/grace", json=claims)
            said_yes = await browser.post(url, data={"sub": "grace"})
        back = {name: value[0] for name, value in parse_qs(urlsplit(said_yes.headers["location"]).query).items()}
        assert await come_back(client, "mock", back) == "/somewhere?tab=1"
    state.federation = before
    del state.providers["mock"]
    me = (await client.get("/api/v1/me")).json()
    assert (me["email"], me["name"], me["organizations"][0]["slug"]) == (
        "grace@example.com",
        "Grace Hopper",
        "grace-hopper",
    )


async def test_a_newcomer_gets_an_account_and_comes_again(service: Service, issuer: Issuer) -> None:
    client = await service.client()
    assert await round_trip(client, issuer) == "/ada-lovelace"
    first = (await client.get("/api/v1/me")).json()
    issuer.user["email"] = "renamed@example.com"  # who somebody is says the subject, whatever their address
    again = await service.client()
    assert await round_trip(again, issuer, next="/ada-lovelace/pinata") == "/ada-lovelace/pinata"
    assert (await again.get("/api/v1/me")).json()["id"] == first["id"]
    mine = (await again.get("/api/v1/me/linked-identities")).json()["items"]
    assert [(one["provider"], one["label"]) for one in mine] == [("acme", "ada@example.com")]
    assert mine[0]["used_at"]
    last = await again.delete(f"/api/v1/me/linked-identities/{mine[0]['id']}")
    assert (last.status_code, last.json()["code"]) == (409, "sign_in.last_way")


async def test_github(service: Service, issuer: Issuer) -> None:
    client = await service.client()
    assert await round_trip(client, issuer, "github") == "/ada"
    assert (await client.get("/api/v1/me")).json()["email"] == "ada@example.com"
    issuer.user |= {"email": "eve@example.com", "email_verified": False}
    assert (await client.get("/api/v1/me/linked-identities")).json()["items"][0]["label"] == "ada@example.com"


async def test_the_same_address_alone_opens_nothing(service: Service, issuer: Issuer) -> None:
    ada = await service.sign_up("Ada")
    client = await service.client()
    assert await round_trip(client, issuer) == "/sign-in?failed=federation.account_exists&provider=acme"
    assert not await is_signed_in(client)
    assert (await ada.client.get("/api/v1/me/linked-identities")).json()["items"] == []


async def test_an_address_the_issuer_does_not_vouch_for_makes_no_account(service: Service, issuer: Issuer) -> None:
    for user in ({"email_verified": False}, {"email_verified": "true"}, {"email": None}):
        issuer.lies = user
        client = await service.client()
        assert "failed=federation.email_unverified" in await round_trip(client, issuer)
        assert not await is_signed_in(client)


async def test_linking_and_unlinking(service: Service, issuer: Issuer) -> None:
    ada = await linked(service, issuer)
    client = await service.client()
    assert await round_trip(client, issuer) == "/ada"
    bob = await service.sign_up("Bob")
    url = (await bob.client.post("/api/v1/me/linked-identities", json={"provider": "acme"})).json()["url"]
    elsewhere = await come_back(bob.client, "acme", issuer.authorize(url))
    assert elsewhere == "/me/security?failed=federation.linked_elsewhere&provider=acme"
    mine = (await ada.client.get("/api/v1/me/linked-identities")).json()["items"]
    assert (await ada.client.delete(f"/api/v1/me/linked-identities/{mine[0]['id']}")).status_code == 204
    assert (await ada.client.delete(f"/api/v1/me/linked-identities/{mine[0]['id']}")).status_code == 404
    assert "failed=federation.account_exists" in await round_trip(await service.client(), issuer)
    unknown = await ada.client.post("/api/v1/me/linked-identities", json={"provider": "nobody"})
    assert (unknown.status_code, unknown.json()["errors"][0]["field"]) == (422, "provider")


async def test_linking_needs_a_recent_proof_and_the_same_person(service: Service, issuer: Issuer) -> None:
    ada, bob = await service.sign_up("Ada"), await service.sign_up("Bob")
    url = (await ada.client.post("/api/v1/me/linked-identities", json={"provider": "acme"})).json()["url"]
    back = issuer.authorize(url)
    # Somebody else signed in, in this very browser, while Ada was away.
    ada.client.cookies.set("tenantry_session", bob.client.cookies["tenantry_session"])
    assert "failed=federation.expired" in await come_back(ada.client, "acme", back)
    await grow_old(service)
    refused = await bob.client.post("/api/v1/me/linked-identities", json={"provider": "acme"})
    assert (refused.status_code, refused.json()["code"]) == (403, "proof.required")


async def test_the_second_step_is_asked_for_here_too(service: Service, issuer: Issuer) -> None:
    telephone, _ = await enrolled(await linked(service, issuer))
    client = await service.client()
    assert await round_trip(client, issuer, next="/ada/pinata") == "/sign-in/second-factor?next=%2Fada%2Fpinata"
    assert not await is_signed_in(client)
    assert (await second(client, telephone.code())).status_code == 200


@pytest.mark.parametrize(
    "lie",
    [
        {"iss": "https://evil.example"},
        {"aud": "another-client"},
        {"aud": ["our-client", "another-client"], "azp": "another-client"},
        {"nonce": "another"},
        {"nonce": None},
        {"exp": 1_000_000_000},
        {"exp": None},
        {"nbf": 9_000_000_000},
        {"iat": 9_000_000_000},
        {"sub": ""},
        {"sub": None},
        {"sub": 7},
    ],
    ids=str,
)
async def test_tokens_that_lie_open_nothing(service: Service, issuer: Issuer, lie: dict[str, Any]) -> None:
    issuer.lies = lie
    client = await service.client()
    assert "/sign-in?failed=" in await round_trip(client, issuer)
    assert not await is_signed_in(client)


@pytest.mark.parametrize("how", ["none", "HS256", "another key"])
async def test_tokens_signed_by_anybody_open_nothing(service: Service, issuer: Issuer, how: str) -> None:
    issuer.sign_with = how
    client = await service.client()
    assert "failed=token.invalid" in await round_trip(client, issuer)
    bearer = {"authorization": f"Bearer {issuer.token(aud='tenantry', sub='subject-1')}"}
    answer = await (await service.client(headers=bearer)).get("/api/v1/me")
    assert (answer.status_code, answer.json()["code"]) == (401, "token.invalid")


async def test_coming_back_without_having_left(service: Service, issuer: Issuer) -> None:
    client, thief = await service.client(), await service.client()
    back = issuer.authorize(await depart(client))
    # Another browser with the same address: an attacker's own sign-in is forced on nobody, and a stolen one is worth nothing.
    assert "failed=federation.expired" in await come_back(thief, "acme", back)
    assert "failed=federation.expired" in await come_back(client, "acme", back)  # used up by then
    good = issuer.authorize(await depart(client))
    assert await come_back(client, "acme", good) == "/ada-lovelace"
    assert "failed=federation.expired" in await come_back(client, "acme", good)
    for query in ({}, {"state": "x"}, {"state": "x", "code": "y"}):
        assert "failed=federation.expired" in await come_back(client, "acme", query)
    gone = issuer.authorize(await depart(client))
    assert "failed=federation.refused" in await come_back(
        client, "acme", {"state": gone["state"], "error": "access_denied"}
    )
    assert "failed=provider.not_found" in await come_back(client, "nobody", gone)


async def test_issuers_are_not_mixed_up(service: Service, issuer: Issuer) -> None:
    client = await service.client()
    # Begun at one, come back as another: each has an address of its own, and the state remembers.
    back = issuer.authorize(await depart(client, "acme"))
    assert "failed=federation.expired" in await come_back(client, "github", back)
    # The answer names another issuer (RFC 9207), or none although this one always does.
    issuer.named_in_answer = issuer.base
    service.app.state.federation = dataclasses.replace(
        service.app.state.federation, issuers=Issuers(Outbound(local=True))
    )
    for said in ({"iss": "https://evil.example"}, {"iss": ""}):
        back = issuer.authorize(await depart(client)) | said
        assert "failed=federation.failed" in await come_back(client, "acme", back)
    assert await round_trip(client, issuer) == "/ada-lovelace"
    # A document that says it is somebody else's.
    issuer.lies = {"metadata_issuer": "https://evil.example"}
    with pytest.raises(OutboundError, match="does not describe itself"):
        await Issuers(Outbound(local=True)).metadata(issuer.base)


@pytest.mark.parametrize(
    ("next", "followed"),
    [
        ("/ada/pinata?tab=1#x", "/ada/pinata?tab=1#x"),
        ("https://evil.example", ""),
        ("//evil.example", ""),
        ("/\\evil.example", ""),
        ("/a\\..\\evil", ""),
        ("javascript:alert(1)", ""),
        ("/a\nLocation: //evil", ""),
        ("/" + "a" * 600, ""),
        ("", ""),
    ],
)
def test_only_paths_of_our_own_are_followed(next: str, followed: str) -> None:
    assert safe_next(next) == followed


async def test_bearer_tokens_of_a_configured_issuer(service: Service, issuer: Issuer) -> None:
    ada = await linked(service, issuer)

    async def bearer(**claims: Any) -> httpx.Response:
        token = issuer.token(**{"aud": "tenantry", "sub": "subject-1"} | claims)
        program = await service.client(headers={"authorization": f"Bearer {token}"})
        return await program.get(ada.url())

    assert (await bearer()).json()["role"] == "owner"
    assert (await bearer(aud=["tenantry", "other"])).status_code == 200
    for lie in (
        {"aud": "our-client"},  # an ID token is no key to the API
        {"iss": "https://evil.example"},
        {"iss": f"{issuer.base}/"},
        {"exp": 1_000_000_000},
        {"nbf": 9_000_000_000},
        {"sub": None},
    ):
        answer = await bearer(**lie)
        assert (answer.status_code, answer.json()["code"]) == (401, "token.invalid"), lie
    nobody = await bearer(sub="a stranger")
    assert (nobody.status_code, nobody.json()["code"]) == (401, "session.invalid")
    token = issuer.token(aud="tenantry", sub="subject-1")
    program = await service.client(headers={"authorization": f"Bearer {token}"})
    dangerous = await program.post("/api/v1/me/recovery-codes")
    assert (dangerous.status_code, dangerous.json()["code"]) == (403, "proof.required")
    for nonsense in ("a.b.c", "..", f"{token}x", token[:-4] + "AAAA", "e30.e30.e30"):
        broken = await service.client(headers={"authorization": f"Bearer {nonsense}"})
        assert (await broken.get("/api/v1/me")).status_code == 401


async def test_keys_are_fetched_again_but_not_on_demand(issuer: Issuer) -> None:
    now = 0.0
    issuers = Issuers(Outbound(local=True), clock=lambda: now)
    metadata = await issuers.metadata(issuer.base)
    await issuers.keys(metadata, "one")
    await issuers.keys(metadata, "one")
    for guess in range(5):
        await issuers.keys(metadata, f"invented-{guess}")
    assert issuer.asked_for_keys == 1
    now = FLOOR + 1
    await issuers.keys(metadata, "two")  # rotated, perhaps
    await issuers.keys(metadata, "three")
    assert issuer.asked_for_keys == 2


@pytest.mark.parametrize(
    ("url", "leads_to"),
    [
        ("https://issuer.example/jwks", ["127.0.0.1"]),
        ("https://issuer.example/jwks", ["10.0.0.7", "192.168.0.1"]),
        ("https://issuer.example/jwks", ["169.254.169.254"]),
        ("https://issuer.example/jwks", ["::1"]),
        ("https://issuer.example/jwks", ["::ffff:127.0.0.1"]),
        ("https://127.0.0.1/jwks", ["127.0.0.1"]),
        ("http://issuer.example/jwks", ["93.184.215.14"]),
        ("file:///etc/passwd", []),
    ],
)
async def test_nothing_is_fetched_from_inside(url: str, leads_to: list[str]) -> None:
    async def resolve(host: str, port: int) -> list[str]:
        return leads_to

    with pytest.raises(OutboundError) as refusal:
        await Outbound(local=False, resolve=resolve).json(url)
    assert refusal.value.code in ("outbound.refused", "outbound.unreachable")
    assert refusal.value.code == "outbound.refused" or url.startswith("file:")


async def test_answers_have_a_limit_and_lead_nowhere_else(issuer: Issuer) -> None:
    issuer.lies = {"metadata_issuer": "x" * 1_100_000}
    with pytest.raises(OutboundError, match="larger than"):
        await Outbound(local=True).json(f"{issuer.base}/.well-known/openid-configuration")
    with pytest.raises(OutboundError, match="answered 404"):
        await Outbound(local=True).json(f"{issuer.base}/nothing")


def test_providers_by_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TENANTRY_SIGN_IN_GOOGLE_CLIENT_ID", "g")
    monkeypatch.setenv("TENANTRY_SIGN_IN_GOOGLE_CLIENT_SECRET", "gs")
    monkeypatch.setenv("TENANTRY_SIGN_IN_GITHUB_CLIENT_ID", "h")  # no secret: not offered
    issuers = '[{"id": "auth0", "label": "Auth0", "issuer": "https://acme.eu.auth0.com/", "client_id": "a"}]'
    monkeypatch.setenv("TENANTRY_SIGN_IN_PROVIDERS", issuers)
    found = configured(SignInSettings.load())
    assert {(one.id, one.issuer) for one in found.values()} == {
        ("google", "https://accounts.google.com"),
        ("auth0", "https://acme.eu.auth0.com"),
    }
    monkeypatch.setenv("TENANTRY_SIGN_IN_PROVIDERS", issuers.replace("auth0", "google", 1))
    with pytest.raises(SettingsError):
        SignInSettings.load()


def test_the_redirect_address_is_exact(service: Service) -> None:
    federation: Federation = service.app.state.federation
    address = federation.redirect_uri(Provider("acme", "Acme", "https://acme.example", "x"))
    assert address == f"{service.settings.base_url}/api/v1/auth/federated/acme/callback"
