"""Problems: errors a caller can act on. Each leaves the service as `application/problem+json` (RFC 9457).

A problem has a stable `code` for programs, a `detail` that says what happened and a `hint` that says what to do next.
"""

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any, TypedDict


class FieldError(TypedDict):
    """What is wrong with one field of the input."""

    field: str
    message: str


class Problem(Exception):
    """An error with an answer. `extra` members go into the problem document beside the standard ones."""

    status: int = HTTPStatus.INTERNAL_SERVER_ERROR

    def __init__(
        self,
        code: str,
        detail: str,
        *,
        hint: str | None = None,
        errors: Sequence[FieldError] = (),
        headers: Mapping[str, str] | None = None,
        status: int | None = None,
        **extra: Any,
    ) -> None:
        super().__init__(detail)
        self.code = code
        self.detail = detail
        self.hint = hint
        self.errors = list(errors)
        self.headers = dict(headers or {})
        self.extra = extra
        if status is not None:
            self.status = status

    def to_dict(self) -> dict[str, Any]:
        """The problem document, without the request's own id and path, which only the HTTP layer knows."""
        document: dict[str, Any] = {
            "type": "about:blank",
            "title": HTTPStatus(self.status).phrase,
            "status": int(self.status),
            "code": self.code,
            "detail": self.detail,
        }
        if self.hint:
            document["hint"] = self.hint
        if self.errors:
            document["errors"] = self.errors
        return document | self.extra

    def __reduce__(self) -> tuple[Any, ...]:
        return _rebuild, (type(self), self.code, self.detail, self.__dict__)


def _rebuild(kind: type[Problem], code: str, detail: str, state: dict[str, Any]) -> Problem:
    """Problems cross process borders (a heavy worker raises one), so they must survive pickling."""
    problem = kind(code, detail)
    problem.__dict__.update(state)
    return problem


class Invalid(Problem):
    """The input cannot be accepted as it is."""

    status = HTTPStatus.UNPROCESSABLE_ENTITY


class Unauthenticated(Problem):
    """Nobody is signed in, or the credential is no longer good."""

    status = HTTPStatus.UNAUTHORIZED


class Forbidden(Problem):
    """The actor is known and may not do this, inside their own organization."""

    status = HTTPStatus.FORBIDDEN


class NotFound(Problem):
    """There is no such thing here: what belongs to another organization is answered the same way."""

    status = HTTPStatus.NOT_FOUND


class Moved(Problem):
    """It has another address now, which stands in `Location`; the same request goes there."""

    status = HTTPStatus.PERMANENT_REDIRECT


class Gone(Problem):
    """It was here, and is no more."""

    status = HTTPStatus.GONE


class Conflict(Problem):
    """The request does not fit the present state."""

    status = HTTPStatus.CONFLICT


class TooLarge(Problem):
    """More bytes, files or rows than are accepted."""

    status = HTTPStatus.REQUEST_ENTITY_TOO_LARGE


class TooMany(Problem):
    """Too many requests; `Retry-After` says when to come back."""

    status = HTTPStatus.TOO_MANY_REQUESTS


class Unavailable(Problem):
    """A part of the service is away for a moment; `Retry-After` says when to come back."""

    status = HTTPStatus.SERVICE_UNAVAILABLE
