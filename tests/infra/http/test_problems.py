"""Every error is a problem document, with a code, something to do, and the request id."""

import logging

import pytest
from fastapi import FastAPI

from tenantry.core.errors import Conflict
from tests.service import Service

MEDIA_TYPE = "application/problem+json"


async def problem_of(answer) -> dict:
    assert answer.headers["content-type"] == MEDIA_TYPE, answer.text
    document = answer.json()
    assert document["status"] == answer.status_code
    assert document["request_id"] == answer.headers["x-request-id"]
    assert document["code"]
    assert document["detail"]
    return document


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/api/nothing", 404, "not_found"),
        ("GET", "/api/v1/orgs/ada/nothing/here", 404, "not_found"),
        ("GET", "/assets/nothing.js", 404, "not_found"),
        ("PUT", "/api/v1/me", 405, "method_not_allowed"),
        ("GET", "/api/v1/me", 401, "session.missing"),
        ("POST", "/nothing", 404, "not_found"),
    ],
)
async def test_what_is_not_there(service: Service, method: str, path: str, status: int, code: str) -> None:
    answer = await (await service.client()).request(method, path)
    assert answer.status_code == status
    assert (await problem_of(answer))["code"] == code


async def test_a_wrong_field_is_named(service: Service) -> None:
    answer = await (await service.client()).post("/api/v1/auth/login", json={"email": 51515})
    document = await problem_of(answer)
    assert answer.status_code == 422
    assert {error["field"] for error in document["errors"]} == {"email", "password"}
    assert "51515" not in answer.text  # what was sent, a password perhaps, is not sent back


@pytest.mark.parametrize("body", [b"{", b"\xff\xfe", b"null", b"[]", b'"text"'])
async def test_what_is_no_json_is_said_to_be(service: Service, body: bytes) -> None:
    headers = {"content-type": "application/json"}
    answer = await (await service.client()).post("/api/v1/auth/login", content=body, headers=headers)
    assert answer.status_code in (400, 422)
    await problem_of(answer)


async def test_a_large_body_is_refused_before_it_is_read(service: Service) -> None:
    async def endless():
        while True:
            yield b"x" * 65536

    client = await service.client()
    headers = {"content-type": "application/json"}
    for content in (b"x" * (service.settings.max_body_bytes + 1), endless()):
        answer = await client.post("/api/v1/auth/login", content=content, headers=headers)
        assert answer.status_code == 413
        await problem_of(answer)


async def test_the_unforeseen_tells_its_id_and_nothing_else(service: Service, caplog: pytest.LogCaptureFixture) -> None:
    app = service.app
    before = list(app.router.routes)

    async def boom() -> None:
        raise RuntimeError("the secret inside")

    async def conflict() -> None:
        raise Conflict("test.conflict", "No.", hint="Otherwise.", errors=[{"field": "a", "message": "b"}], more=1)

    app.add_api_route("/api/boom", boom)
    app.add_api_route("/api/conflict", conflict)
    try:
        client = await service.client()
        with caplog.at_level(logging.ERROR):
            answer = await client.get("/api/boom")
        assert answer.status_code == 500
        assert "secret" not in answer.text
        assert (await problem_of(answer))["code"] == "internal"
        assert "x-content-type-options" in answer.headers
        conflicted = await client.get("/api/conflict")
        assert (await problem_of(conflicted)) | {"request_id": ""} == {
            "type": "about:blank", "title": "Conflict", "status": 409, "code": "test.conflict", "detail": "No.",
            "hint": "Otherwise.", "errors": [{"field": "a", "message": "b"}], "more": 1, "request_id": "",
        }  # fmt: skip
    finally:
        app.router.routes[:] = before


async def test_a_database_that_is_away_is_said_to_be(settings, urls) -> None:
    from dataclasses import replace

    from tenantry.infra.database.database import Database

    nowhere = Database(replace(urls, conninfo="host=/nowhere dbname=tenantry"))
    lost = Service.of(settings, nowhere)
    client = await lost.client(cookies={"tenantry_session": "x"})
    for path in ("/health/ready", "/api/v1/me"):
        answer = await client.get(path)
        assert answer.status_code == 503
        assert (await problem_of(answer))["code"] == "database.unavailable"
        assert int(answer.headers["retry-after"]) > 0
    assert (await client.get("/health")).status_code == 200
    await lost.close()
    await nowhere.close()


def test_the_document_describes_what_is_sent(service: Service) -> None:
    app: FastAPI = service.app
    for path, operations in app.openapi()["paths"].items():
        for method, operation in operations.items():
            assert "default" in operation["responses"], (method, path)
            assert operation["operationId"].startswith(f"{operation['tags'][0]}_")
            assert operation.get("description") or operation["summary"]
    ids = [o["operationId"] for operations in app.openapi()["paths"].values() for o in operations.values()]
    assert len(ids) == len(set(ids))


async def test_what_no_database_can_hold_is_refused(service: Service) -> None:
    ada = await service.sign_up("Ada")
    for body, code in (({"title": "a\x00b"}, "input.nul"), ({"title": "a", "body": "\x00"}, "input.nul")):
        answer = await ada.client.post(ada.url("/notes/notes"), json=body)
        assert answer.status_code == 422
        assert (await problem_of(answer))["code"] == code
    assert (await ada.client.get(ada.url("/notes/%00"))).status_code == 404
    assert (await ada.client.get(ada.url("/notes/notes?after=%00"))).status_code == 422
