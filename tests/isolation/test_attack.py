"""The two-organization attack: every route × role × credential × kind of id, made from the OpenAPI document.

Nobody lists routes here. A new one is attacked because it is in the document; one that cannot be attacked, since no sample has a
row for it, fails. What isn't yours is answered 404; 403 comes only inside your own organization.
"""

import json
import re
import secrets
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any
from uuid import uuid4

import pytest
import websockets

from tenantry.app import described
from tenantry.core.roles import Role
from tenantry.core.settings import Settings
from tenantry.infra.database.urls import DatabaseUrls
from tenantry.infra.jobs import defer
from tests.conftest import PRODUCTS
from tests.isolation.world import MALFORMED, Operation, World, actor_of, forged, instance, operations_of, world
from tests.service import served

APP = described(Settings(_env_file=None, products=PRODUCTS, secret_keys="k" * 32))
OPERATIONS = operations_of(APP.openapi())
IN_ORGANIZATION = [op for op in OPERATIONS if "{org}" in op.path]
GUARDED = [op for op in OPERATIONS if not op.public]
WITH_IDS = [op for op in IN_ORGANIZATION if op.parameters]
TOPICS = APP.state.topics
JOBS = [job for product in APP.state.products for job in product.jobs if not job.system]


@pytest.fixture(scope="module")
async def w(settings: Settings, clone: Callable[[], DatabaseUrls]) -> AsyncIterator[World]:
    async with world(settings, clone()) as made:
        yield made


@pytest.fixture
async def untouched(w: World) -> AsyncIterator[None]:
    """Whatever is tried, the other organization stays as it was."""
    before = w.printed or await w.fingerprint(w.b)
    yield
    w.printed = await w.fingerprint(w.b)
    assert w.printed == before


async def own_ids(w: World, operation: Operation) -> dict[str, str]:
    ids = await w.ids(w.a, operation)
    if ids is None:  # an earlier attack with every right has deleted it
        await w.fill(w.a)
        ids = await w.ids(w.a, operation)
    assert ids is not None, (
        f"{operation} cannot be attacked: no product's sample has a row for it, or there is no list of them."
    )
    return ids


def refused(answer: Any, status: int, w: World, about: str) -> None:
    assert answer.status_code == status, f"{about}: {answer.status_code} {answer.text[:300]}"
    assert answer.headers["content-type"] == "application/problem+json", about


def test_everything_is_attacked() -> None:
    assert {op.permission for op in IN_ORGANIZATION} >= {"notes.read", "notes.write", "organization.read"}
    assert all(op.permission for op in IN_ORGANIZATION), "every route of an organization says what it needs"
    assert WITH_IDS
    assert TOPICS
    assert JOBS


@pytest.mark.parametrize("operation", GUARDED, ids=str)
async def test_strangers_come_nowhere(w: World, operation: Operation, untouched: None) -> None:
    ids = await own_ids(w, operation)
    for who, client in w.strangers.items():
        answer = await client.request(operation.method, w.url(w.a, operation, ids), **w.request(operation))
        refused(answer, 401, w, who)


@pytest.mark.parametrize("operation", IN_ORGANIZATION, ids=str)
async def test_members_of_another_organization_find_nothing(w: World, operation: Operation) -> None:
    ids = await own_ids(w, operation)
    before, w.printed = await w.fingerprint(w.a), None
    for who, outsider in w.outsiders.items():
        hidden = await outsider.request(operation.method, w.url(w.a, operation, ids), **w.request(operation))
        refused(hidden, 404, w, who)
        url = w.url(w.a, operation, ids).replace(f"/orgs/{w.a.owner.org}", f"/orgs/no-such-{secrets.token_hex(3)}")
        absent = await outsider.request(operation.method, url, **w.request(operation))
        refused(absent, 404, w, "no such organization")
        same = {"code", "detail", "hint"}
        assert {key: hidden.json()[key] for key in same} == {key: absent.json()[key] for key in same}, "existence shows"
    assert await w.fingerprint(w.a) == before


@pytest.mark.parametrize("operation", WITH_IDS, ids=str)
async def test_ids_of_another_organization_find_nothing(w: World, operation: Operation, untouched: None) -> None:
    own, foreign = await own_ids(w, operation), await w.ids(w.b, operation)
    assert foreign is not None
    secret_ids = await w.hidden_ids()
    for role, person in w.members.items():
        may = w.may(role, operation.permission)
        for name in operation.parameters:
            if w.names(name):
                tried = ["no-such-thing"]
            else:
                # What is no id is nobody's, whoever asks: once is enough.
                tried = [foreign[name], str(uuid4()), *(MALFORMED if role is Role.OWNER else ())]
            for value in tried:
                if value == own[name]:
                    continue  # an id that is the same everywhere, below one that isn't
                url = w.url(w.a, operation, own | {name: value})
                answer = await person.client.request(operation.method, url, **w.request(operation))
                about = f"{role.word} with {name}={value}"
                # An address with NUL in it is nowhere, before anybody asks who calls.
                refused(answer, 404 if may or value == "%00" else 403, w, about)
                assert not secret_ids & set(_ids_within(answer.text)), about


@pytest.mark.parametrize("role", list(Role), ids=lambda role: role.word)
@pytest.mark.parametrize("operation", IN_ORGANIZATION, ids=str)
async def test_roles_do_what_they_may_and_no_more(w: World, operation: Operation, role: Role, untouched: None) -> None:
    url = w.url(w.a, operation, await own_ids(w, operation))
    answer = await w.members[role].client.request(operation.method, url, **w.request(operation))
    if w.may(role, operation.permission):
        problem = answer.json() if answer.status_code >= 400 else {}
        assert answer.status_code < 300 or answer.status_code in (409, 422), answer.text[:500]
        assert problem.get("code") != "input.invalid", f"the attack needs a body that is accepted: {answer.text}"
    else:
        refused(answer, 403, w, role.word)
        assert answer.json()["permission"] == operation.permission
    assert not await w.hidden_ids() & set(_ids_within(answer.text))


@pytest.mark.parametrize("operation", GUARDED, ids=str)
async def test_keys_do_what_they_may_and_no_more(w: World, operation: Operation, untouched: None) -> None:
    for who, key in w.keys.items():
        url = w.url(w.a, operation, await own_ids(w, operation))
        answer = await key.client.request(operation.method, url, **w.request(operation))
        if operation.permission is None or not operation.for_keys:
            refused(answer, 403, w, who)
            assert answer.json()["code"] == "session.required", who
        elif operation.permission in key.given and w.may(key.role, operation.permission):
            assert answer.status_code < 300 or answer.status_code in (409, 422), f"{who}: {answer.text[:500]}"
        else:
            refused(answer, 403, w, who)
            assert answer.json()["permission"] == operation.permission, who
        assert not await w.hidden_ids() & set(_ids_within(answer.text)), who


@pytest.mark.parametrize("operation", IN_ORGANIZATION, ids=str)
async def test_ids_inside_bodies_and_queries_find_nothing(w: World, operation: Operation, untouched: None) -> None:
    url = w.url(w.a, operation, await own_ids(w, operation))
    everything = await w.hidden_ids()
    for place, forge in places(operation, w.document):
        for foreign in await w.forgeries_for(place):
            given = forge(foreign)
            answer = await w.a.owner.client.request(operation.method, url, **w.request(operation) | given)
            assert answer.status_code in (404, 409, 422), f"{given}: {answer.status_code} {answer.text[:300]}"
            assert answer.json()["code"] != "input.invalid", f"the attack needs a body that is accepted: {answer.text}"
    undeclared = {"params": {"org_id": str(w.b.ref.id), "org": w.b.owner.org}}
    answer = await w.a.owner.client.request(operation.method, url, **w.request(operation) | undeclared)
    assert not everything & set(_ids_within(answer.text)), "a parameter nobody declared changes whose rows are seen"


@pytest.mark.parametrize("topic", TOPICS, ids=lambda topic: topic.name)
async def test_live_topics_show_only_ones_own(w: World, topic: Any) -> None:
    mine, theirs = await w.known_ids(w.a), await w.hidden_ids()
    named = topic.name.rpartition(".")[2]
    own, some = [
        [id for table, ids in (await w.ids_by_table(side, 3)).items() for id in ids[: 3 if named[:4] in table else 1]]
        for side in (w.a, w.b)
    ]
    async with served(w.service) as base:
        socket_url = f"{base.replace('http', 'ws')}/api/v1/orgs/{w.a.owner.org}/live"
        for client, status in (
            (w.b.owner.client, 404),
            (w.strangers["nobody"], 401),
            (w.strangers["an ended session"], 401),
            (w.strangers["a revoked key"], 401),
            (w.outsiders["a key to another organization"], 404),
        ):
            with pytest.raises(websockets.InvalidStatus) as refusal:
                await _connect(socket_url, client)
            assert refusal.value.response.status_code == status
        states = 0
        readers = [(person.client, w.may(role, topic.permission)) for role, person in w.members.items()]
        for key in w.keys.values():
            readers.append((key.client, topic.permission in key.given and w.may(key.role, topic.permission)))
        for client, may in readers:
            async with await _connect(socket_url, client) as socket:
                tried = ["", str(uuid4()), "x", *own, *some]
                for answer in await _subscribe(socket, [f"{topic.name}:{id}" if id else topic.name for id in tried]):
                    if answer["type"] == "state":
                        assert may
                        assert answer["topic"].partition(":")[2] in {"", *mine}
                        assert not theirs & set(_ids_within(json.dumps(answer["data"])))
                        states += 1
        assert states, f"The topic {topic.name} cannot be attacked: no sample has anything for it."


@pytest.mark.parametrize("job", JOBS, ids=lambda job: job.name)
async def test_jobs_change_nothing_elsewhere(w: World, job: Any, untouched: None) -> None:
    tried = {name: await w.forgeries_for(name) for name in job.input}
    for number in range(max((len(ids) for ids in tried.values()), default=1)):
        given = {
            name: _forge(adapter.json_schema(), tried[name][number % len(tried[name])])
            for name, adapter in job.input.items()
        }
        async with w.service.database.org_scope(w.a.ref, actor_of(w.a.owner), role=Role.OWNER) as scope:
            await defer(scope, job, **given)
    await w.service.work()


UNRECORDED = {
    "POST /api/v1/auth/login": "the owner has a second factor, so this is half the way in; the second step is recorded",
    "POST /api/v1/auth/forgot": "answered before it is known whether there is such an account; recorded right after",
    "POST /api/v1/auth/passkey/options": "hands out a challenge that is good for nothing by itself",
    "POST /api/v1/me/passkeys/options": "hands out a challenge that is good for nothing by itself",
    "POST /api/v1/me/proof/passkey/options": "hands out a challenge that is good for nothing by itself",
    "POST /api/v1/auth/verify/resend": "sends the same mail once more",
    "PATCH /api/v1/orgs/{org}/members/{member_id}": "the attack gives a role that the member has already",
    "DELETE /api/v1/me/email/change": "a newcomer has begun no change that could be called off",
    "POST /api/v1/me/avatar/uploads": "says where a picture may be sent; it counts once it is chosen",
    "DELETE /api/v1/me/avatar": "a newcomer has no picture that could be removed",
    "DELETE /api/v1/me/sessions": "a newcomer has no other session that could be ended",
    "POST /api/v1/auth/invitation": "reads an invitation; its secret is in the body to stay out of logs",
    "POST /api/v1/me/authenticator-app": "hands out a secret that is good for nothing before it is confirmed",
}
"""Routes that leave nothing in the audit log, each with its reason."""

CHANGES = [op for op in OPERATIONS if op.method != "GET"]


@pytest.mark.parametrize("operation", CHANGES, ids=str)
async def test_what_is_changed_is_recorded(w: World, operation: Operation, untouched: None) -> None:
    # What is somebody's own is changed by a newcomer: signing out or leaving must not end the attack.
    side = w.a if "{org}" in operation.path else await w.newcomer()
    ids = await own_ids(w, operation) if side is w.a else await w.ids(side, operation)
    if ids is None:
        pytest.skip(f"A newcomer has nothing on which {operation} could be tried.")
    before = await w.recorded()
    # An earlier attack may have written the same; what stays as it is is no change.
    new = json.loads(json.dumps(w.request(operation)).replace("Something", f"Something-{secrets.token_hex(3)}"))
    answer = await side.owner.client.request(operation.method, w.url(side, operation, ids), **new)
    if answer.status_code < 300 and str(operation) not in UNRECORDED:
        assert await w.recorded() > before, f"{operation} has changed something, and the audit log says nothing of it"


def _forge(schema: dict[str, Any], foreign: str) -> Any:
    """Input of a job, with the foreign id wherever a text or an id goes."""
    if schema.get("type") == "array":
        return [_forge(schema["items"], foreign), f"../{foreign}"]
    return foreign if schema.get("type") == "string" else instance(schema, schema)


def _ids_within(text: str) -> list[str]:
    return re.findall(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", text)


def places(operation: Operation, document: dict[str, Any]) -> Iterator[tuple[str, Callable[[str], dict[str, Any]]]]:
    """Each place of a request that takes an id: its name, and the request with a foreign one in it."""
    for parameter in operation.about.get("parameters", ()):
        if parameter["in"] == "query" and "uuid" in json.dumps(parameter["schema"]):
            yield parameter["name"], _in_query(parameter["name"])
    if "requestBody" in operation.about:
        schema = operation.about["requestBody"]["content"]["application/json"]["schema"]
        mark = "00000000-0000-4000-8000-00000000feed"
        for body in forged(schema, document, mark):
            text = json.dumps(body)
            place = re.search(r'"(\w+)": \[?"' + mark, text)
            yield place[1] if place else "", _in_text(text, mark)


def _in_query(name: str) -> Callable[[str], dict[str, Any]]:
    return lambda foreign: {"params": {name: foreign}}


def _in_text(text: str, mark: str) -> Callable[[str], dict[str, Any]]:
    return lambda foreign: {"json": json.loads(text.replace(mark, foreign))}


async def _connect(url: str, client: Any) -> Any:
    cookie = "; ".join(f"{name}={value}" for name, value in client.cookies.items())
    headers = {"cookie": cookie, "authorization": client.headers.get("authorization", "")}
    sent = {name: value for name, value in headers.items() if value}
    return await websockets.connect(url, additional_headers=sent)


async def _subscribe(socket: Any, topics: list[str]) -> list[dict[str, Any]]:
    """What a reader is told about each topic; a socket follows only so many at once."""
    answers: list[dict[str, Any]] = []
    for start in range(0, len(topics), 50):
        some = topics[start : start + 50]
        for topic in some:
            await socket.send(json.dumps({"type": "subscribe", "topic": topic}))
        told: dict[str, Any] = {}
        while len(told) < len(some):
            message = json.loads(await socket.recv())
            if "topic" in message:
                told[message["topic"]] = message
        answers += told.values()
        for topic in some:
            await socket.send(json.dumps({"type": "unsubscribe", "topic": topic}))
    return answers
