"""Errors on their way out: every one leaves as `application/problem+json` with a code, a hint and the request id."""

import json
from collections.abc import Sequence
from http import HTTPStatus
from typing import Any, cast

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from psycopg.errors import NumericValueOutOfRange
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.exc import DataError
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from tenantry.core.errors import FieldError, Invalid, NotFound, Problem
from tenantry.infra.http.requests import request_id

log = structlog.get_logger("tenantry.http")

MEDIA_TYPE = "application/problem+json"
_INSIDE = {"body", "query", "path", "header", "cookie"}


class ProblemField(BaseModel):
    """What is wrong with one field of the input."""

    field: str = Field(description="Path of the field, such as `source.url`.")
    message: str


class ProblemDocument(BaseModel):
    """An error (RFC 9457). `code` never changes its meaning; `detail` and `hint` are for people."""

    model_config = ConfigDict(extra="allow")

    type: str = "about:blank"
    title: str
    status: int
    code: str = Field(description="What happened, for programs, such as `pinata.repository.not_found`.")
    detail: str = Field(description="What happened, for people.")
    hint: str | None = Field(None, description="What to do next.")
    request_id: str = Field(description="Quote it when asking for help.")
    errors: list[ProblemField] | None = Field(None, description="What is wrong with which field.")


class ProblemResponse(Response):
    """The answer that carries a problem."""

    def __init__(self, problem: Problem, scope: Scope) -> None:
        document = problem.to_dict() | {"request_id": request_id(scope)}
        super().__init__(
            json.dumps(document, ensure_ascii=False, default=str),
            status_code=int(problem.status),
            headers={"Cache-Control": "no-store"} | problem.headers,
            media_type=MEDIA_TYPE,
        )


class Errors:
    """Middleware: what is raised further in becomes an answer; what nobody foresaw is logged with its traceback."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        started = False

        async def watched(message: Message) -> None:
            nonlocal started
            started = started or message["type"] in ("http.response.start", "websocket.accept", "websocket.close")
            await send(message)

        try:
            if "\x00" in scope.get("path", ""):
                raise no_such_address()  # nothing is named so, and no database could look for it
            await self.app(scope, receive, watched)
        except Exception as error:
            problem = error if isinstance(error, Problem) else _unforeseen(error)
            if started:
                log.warning("The answer broke off.", code=problem.code)
                raise
            if scope["type"] == "websocket":
                await send({"type": "websocket.close", "code": 1008 if problem.status < 500 else 1011})
            else:
                await ProblemResponse(problem, scope)(scope, receive, send)


def _unforeseen(error: Exception) -> Problem:
    log.error("Something went wrong that nobody foresaw.", exc_info=error)
    return Problem(
        "internal",
        "Something went wrong on our side.",
        hint="Try again. If it stays, ask for help and quote the request id.",
    )


def add_problem_handlers(app: FastAPI) -> None:
    """Let everything a route or the framework raises leave as a problem."""

    async def problem(request: Request, error: Exception) -> Response:
        return ProblemResponse(cast(Problem, error), request.scope)

    async def validation(request: Request, error: Exception) -> Response:
        return ProblemResponse(invalid(cast(RequestValidationError, error).errors()), request.scope)

    async def http(request: Request, error: Exception) -> Response:
        answer = cast(HTTPException, error)
        if answer.status_code == 304:
            return Response(status_code=304, headers=answer.headers)
        return ProblemResponse(_of_http(answer, request), request.scope)

    async def unstorable(request: Request, error: Exception) -> Response:
        known = _of_data(cast(DataError, error))
        if known is None:
            raise error
        return ProblemResponse(known, request.scope)

    app.add_exception_handler(DataError, unstorable)
    app.add_exception_handler(Problem, problem)
    app.add_exception_handler(RequestValidationError, validation)
    app.add_exception_handler(HTTPException, http)


def invalid(faults: Sequence[Any]) -> Problem:
    """What the caller must change, by field. An address with a malformed id in it simply does not exist."""
    if any(fault["loc"][:1] == ("path",) for fault in faults):
        return no_such_address()
    errors: list[FieldError] = [{"field": _field(fault["loc"]), "message": _message(fault)} for fault in faults]
    return Invalid(
        "input.invalid", "Some of the input can’t be accepted.", hint="Correct the fields named here.", errors=errors
    )


def _field(loc: Sequence[str | int]) -> str:
    path = loc[1:] if loc and loc[0] in _INSIDE else loc
    return ".".join(str(part) for part in path) or "body"


def _message(fault: dict[str, Any]) -> str:
    if fault["type"] == "json_invalid":
        return "This is not valid JSON."
    message = str(fault["msg"]).removeprefix("Value error, ")
    return message if message.endswith((".", "!", "?")) else f"{message}."


def no_such_address() -> NotFound:
    """There is nothing under this address."""
    return NotFound(
        "not_found", "There is nothing at this address.", hint="Check the address; /api/docs lists all there are."
    )


def _of_data(error: DataError) -> Problem | None:
    """What a database cannot hold, though it is valid JSON; none when the fault is ours."""
    if isinstance(error.orig, NumericValueOutOfRange):
        return Invalid("input.too_big", "A number is larger than can be stored.", hint="Send a smaller number.")
    if "NUL (0x00)" in str(error.orig):
        return Invalid("input.nul", "A text contains the NUL character.", hint="Send it without that character.")
    return None


def _of_http(error: HTTPException, request: Request) -> Problem:
    headers = dict(error.headers or {})
    hint: str | None
    match error.status_code:
        case 404:
            return no_such_address()
        case 405:
            detail, hint = f"{request.method} is not possible here.", f"Use {headers.get('Allow', 'another method')}."
        case 413:
            detail, hint = "The request is too large.", "Send less at once, or upload a file instead."
        case 408:
            detail, hint = "The request came too slowly.", "Send it again without long pauses."
        case _:
            detail, hint = str(error.detail), None
    phrase = HTTPStatus(error.status_code).phrase
    return Problem(phrase.lower().replace(" ", "_"), detail, hint=hint, headers=headers, status=error.status_code)
