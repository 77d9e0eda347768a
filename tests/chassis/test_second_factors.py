"""Second factors: the authenticator app (pyotp is the telephone), recovery codes, the second step, and recent proofs."""

from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import httpx
import pyotp
import pytest
from sqlalchemy import text, update

from tenantry.chassis.identity.proofs.models import Proof
from tenantry.chassis.identity.proofs.queries import RECENT
from tenantry.chassis.identity.second_factors import codes
from tenantry.chassis.identity.second_factors.codes import CodeKeys
from tenantry.chassis.identity.second_factors.models import PendingSignIn
from tenantry.chassis.identity.second_factors.pending import MOST_ATTEMPTS, forget_expired_sign_ins
from tenantry.core.clock import system_clock
from tenantry.core.ids import new_id
from tenantry.infra.secrets import SealBrokenError
from tests.service import PASSWORD, Person, Service

LOGIN = {"email": "ada@example.com", "password": PASSWORD}


class Telephone:
    """An authenticator app, whose owner can wait for the next code in no time."""

    def __init__(self, uri: str) -> None:
        self.totp = pyotp.parse_uri(uri)
        self.step = int(system_clock().timestamp()) // 30 - 2

    def code(self) -> str:
        """A code not shown before, among those that are accepted now; there are three at a time."""
        self.step = max(self.step + 1, int(system_clock().timestamp()) // 30 - 1)
        assert isinstance(self.totp, pyotp.TOTP)
        return self.totp.generate_otp(self.step)


async def enrolled(person: Person) -> tuple[Telephone, list[str]]:
    """The person with an authenticator app set up: their telephone, and their recovery codes."""
    setup = await person.client.post("/api/v1/me/authenticator-app")
    assert setup.status_code == 201, setup.text
    telephone = Telephone(setup.json()["uri"])
    confirmed = await person.client.post("/api/v1/me/authenticator-app/confirm", json={"code": telephone.code()})
    assert confirmed.status_code == 200, confirmed.text
    return telephone, confirmed.json()["recovery_codes"]


async def half_way(service: Service) -> httpx.AsyncClient:
    """A browser that has given the password and owes the second factor."""
    client = await service.client()
    answer = await client.post("/api/v1/auth/login", json=LOGIN)
    assert answer.status_code == 202, answer.text
    return client


async def second(client: httpx.AsyncClient, code: str) -> httpx.Response:
    return await client.post("/api/v1/auth/second-factor", json={"code": code})


async def grow_old(service: Service) -> None:
    """Let the proofs of all sessions be too long ago."""
    async with service.database.system_scope("let proofs grow old in a test") as scope:
        await scope.session.execute(update(Proof).values(at=scope.now() - RECENT - timedelta(seconds=1)))


async def test_setting_up_an_app(service: Service) -> None:
    ada = await service.sign_up("Ada")
    none = (await ada.client.get("/api/v1/me/second-factors")).json()
    assert none == {"authenticator_app": None, "passkeys": 0, "recovery_codes": 0, "password": True}
    setup = (await ada.client.post("/api/v1/me/authenticator-app")).json()
    uri = urlsplit(setup["uri"])
    assert (uri.scheme, uri.netloc) == ("otpauth", "totp")
    assert parse_qs(uri.query) == {"secret": [setup["secret"]], "issuer": ["Tenantry"]}
    assert setup["qr"].startswith("<svg")
    wrong = await ada.client.post("/api/v1/me/authenticator-app/confirm", json={"code": "000000"})
    assert (wrong.status_code, wrong.json()["code"]) == (422, "second_factor.wrong")
    assert wrong.json()["errors"][0]["field"] == "code"
    # Until a code has confirmed it, nothing is different, and beginning anew makes a new secret.
    assert (await (await service.client()).post("/api/v1/auth/login", json=LOGIN)).status_code == 200
    _, recovery = await enrolled(ada)
    assert len(set(recovery)) == 10
    has = (await ada.client.get("/api/v1/me/second-factors")).json()
    assert has["authenticator_app"]["confirmed_at"]
    assert has["recovery_codes"] == 10
    again = await ada.client.post("/api/v1/me/authenticator-app")
    assert (again.status_code, again.json()["code"]) == (409, "authenticator_app.in_use")


async def test_signing_in_takes_two_steps(service: Service) -> None:
    telephone, _ = await enrolled(await service.sign_up("Ada"))
    client = await service.client()
    first = await client.post("/api/v1/auth/login", json=LOGIN)
    assert first.status_code == 202
    assert first.json()["second_factor"] == ["authenticator_app", "recovery_code"]
    assert "tenantry_session" not in client.cookies
    assert (await client.get("/api/v1/auth/second-factor")).json() == first.json()
    done = await second(client, telephone.code())
    assert (done.status_code, done.json()["email"]) == (200, "ada@example.com")
    assert (await client.get("/api/v1/me")).status_code == 200
    assert "tenantry_pending" not in client.cookies


async def test_a_pending_sign_in_is_good_for_nothing_else(service: Service) -> None:
    ada = await service.sign_up("Ada")
    telephone, _ = await enrolled(ada)
    client = await half_way(service)
    token = client.cookies["tenantry_pending"]
    for path in ("/api/v1/me", ada.url(), "/api/v1/me/second-factors", "/api/v1/me/proof"):
        assert (await client.get(path)).status_code == 401
    thief = await service.client(cookies={"tenantry_session": token})
    assert (await thief.get("/api/v1/me")).status_code == 401
    assert (await second(client, telephone.code())).status_code == 200
    # It is used up: whoever has kept the token gets no second session with it.
    late = await service.client(cookies={"tenantry_pending": token})
    answer = await second(late, telephone.code())
    assert (answer.status_code, answer.json()["code"]) == (401, "sign_in.expired")
    # And a session's own token is no pending sign-in.
    swapped = await service.client(cookies={"tenantry_pending": ada.client.cookies["tenantry_session"]})
    assert (await second(swapped, telephone.code())).status_code == 401


async def test_a_code_is_good_once(service: Service) -> None:
    ada = await service.sign_up("Ada")
    telephone, recovery = await enrolled(ada)
    code = telephone.code()
    assert (await second(await half_way(service), code)).status_code == 200
    replayed = await second(await half_way(service), code)
    assert (replayed.status_code, replayed.json()["code"]) == (422, "second_factor.replayed")
    spaced = recovery[3].upper().replace("-", " ")
    assert (await second(await half_way(service), spaced)).status_code == 200
    again = await second(await half_way(service), recovery[3])
    assert (again.status_code, again.json()["code"]) == (422, "second_factor.wrong")
    assert (await ada.client.get("/api/v1/me/second-factors")).json()["recovery_codes"] == 9


async def test_codes_far_off_the_present_moment_are_wrong() -> None:
    secret, now = codes.new_secret(), system_clock()
    at = pyotp.TOTP(secret)
    step = int(now.timestamp()) // 30
    assert [codes.matching_step(secret, at.generate_otp(step + off), now) for off in (-1, 0, 1)] == [
        step - 1,
        step,
        step + 1,
    ]
    assert codes.matching_step(secret, at.generate_otp(step - 2), now) is None
    assert codes.matching_step(secret, at.generate_otp(step + 2), now) is None


async def test_guessing_is_counted_and_ended(service: Service) -> None:
    telephone, _ = await enrolled(await service.sign_up("Ada"))
    client = await half_way(service)
    for _ in range(MOST_ATTEMPTS):
        assert (await second(client, "000000")).status_code == 422
    over = await second(client, telephone.code())
    assert (over.status_code, over.json()["code"]) == (401, "sign_in.expired")
    # Beginning again with the password does not start the count of the account anew.
    client = await half_way(service)
    answers = [(await second(client, "000000")).status_code for _ in range(5)]
    assert answers == [422, 422, 422, 422, 429]
    assert (await second(await half_way(service), telephone.code())).status_code == 429


async def test_a_pending_sign_in_runs_out(service: Service) -> None:
    telephone, _ = await enrolled(await service.sign_up("Ada"))
    client = await half_way(service)
    async with service.database.system_scope("let time pass in a test") as scope:
        await scope.session.execute(update(PendingSignIn).values(expires_at=scope.now()))
    assert (await second(client, telephone.code())).json()["code"] == "sign_in.expired"
    async with service.database.system_scope("clear away in a test") as scope:
        await forget_expired_sign_ins(scope)
        assert await scope.session.scalar(text("SELECT count(*) FROM identity_pending_sign_ins")) == 0


async def test_what_is_stored_opens_nothing(service: Service) -> None:
    ada = await service.sign_up("Ada")
    telephone, recovery = await enrolled(ada)
    await half_way(service)
    async with service.database.system_scope("look at what is stored in a test") as scope:
        tables = ("identity_authenticator_apps", "identity_recovery_codes", "identity_pending_sign_ins")
        stored = [
            (await scope.session.execute(text(f"SELECT t::text, t.* FROM {name} t"))).mappings().all()
            for name in tables
        ]
    everything = repr(stored)
    assert telephone.totp.secret not in everything
    assert not any(code in everything or codes.plain(code) in everything for code in recovery)
    keys = CodeKeys([b"k" * 32])
    sealed = keys.seal(new_id(), "SECRET")
    with pytest.raises(SealBrokenError):
        keys.open(new_id(), sealed)  # another person's row


async def test_recovery_codes_are_renewed(service: Service) -> None:
    ada = await service.sign_up("Ada")
    early = await ada.client.post("/api/v1/me/recovery-codes")
    assert (early.status_code, early.json()["code"]) == (409, "second_factor.missing")
    _, old = await enrolled(ada)
    new = (await ada.client.post("/api/v1/me/recovery-codes")).json()["recovery_codes"]
    assert not set(old) & set(new)
    assert (await second(await half_way(service), old[0])).status_code == 422
    assert (await second(await half_way(service), new[0])).status_code == 200


async def test_removing_the_app(service: Service) -> None:
    ada = await service.sign_up("Ada")
    await enrolled(ada)
    assert (await ada.client.delete("/api/v1/me/authenticator-app")).status_code == 204
    assert (await (await service.client()).post("/api/v1/auth/login", json=LOGIN)).status_code == 200
    assert (await ada.client.get("/api/v1/me/second-factors")).json()["recovery_codes"] == 0
    assert (await ada.client.delete("/api/v1/me/authenticator-app")).status_code == 404


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/api/v1/me/authenticator-app"),
        ("DELETE", "/api/v1/me/authenticator-app"),
        ("POST", "/api/v1/me/recovery-codes"),
    ],
)
async def test_dangerous_changes_need_a_recent_proof(service: Service, method: str, path: str) -> None:
    ada = await service.sign_up("Ada")
    await enrolled(ada)
    await grow_old(service)
    refused = await ada.client.request(method, path)
    assert (refused.status_code, refused.json()["code"]) == (403, "proof.required")
    assert refused.json()["methods"] == ["password", "authenticator_app", "recovery_code"]
    proof = (await ada.client.get("/api/v1/me/proof")).json()
    assert (proof["until"], proof["methods"]) == (None, refused.json()["methods"])
    wrong = await ada.client.post("/api/v1/me/proof", json={"password": "not the password"})
    assert (wrong.status_code, wrong.json()["errors"][0]["field"]) == (422, "password")
    assert (await ada.client.request(method, path)).status_code == 403
    assert (await ada.client.post("/api/v1/me/proof", json={"password": PASSWORD})).json()["until"]
    assert (await ada.client.request(method, path)).status_code != 403


async def test_a_proof_belongs_to_its_session(service: Service) -> None:
    ada = await service.sign_up("Ada")
    telephone, recovery = await enrolled(ada)
    other = await half_way(service)
    await second(other, telephone.code())
    await grow_old(service)
    assert (await ada.client.post("/api/v1/me/proof", json={"code": recovery[0]})).status_code == 200
    assert (await ada.client.post("/api/v1/me/recovery-codes")).status_code == 201
    assert (await other.post("/api/v1/me/recovery-codes")).status_code == 403
    both = await other.post("/api/v1/me/proof", json={"code": recovery[1], "password": PASSWORD})
    assert both.status_code == 422
    neither = await other.post("/api/v1/me/proof", json={})
    assert neither.status_code == 422
