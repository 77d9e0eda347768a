"""Passwords: argon2id with OWASP's settings, off the event loop, and no trivial ones."""

from collections.abc import Callable
from typing import Any, TypeVar

import anyio
import anyio.to_thread
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError

from tenantry.core.errors import Invalid

T = TypeVar("T")

SHORTEST, LONGEST = 8, 256
_GUESSES_AT_LEAST = 2  # zxcvbn's score: 10^6 guesses and more
_LONGEST_ESTIMATED = 72

_hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
_places: anyio.CapacityLimiter | None = None
_nobody: str | None = None


async def hash_password(password: str) -> str:
    """The password in argon2's own form, with its salt and settings."""
    return await _run(_hasher.hash, password)


async def verify_password(password: str, stored: str | None) -> bool:
    """Whether it is the password; without an account it takes as long to say no."""
    return await _run(_verify, password, stored)


def is_outdated(stored: str) -> bool:
    """Whether it was hashed with older settings than today's."""
    return _hasher.check_needs_rehash(stored)


def _verify(password: str, stored: str | None) -> bool:
    global _nobody  # noqa: PLW0603 - made once, on first need: it costs as much as a real one
    if stored is None and _nobody is None:
        _nobody = _hasher.hash("nobody’s password")
    try:
        _hasher.verify(stored or _nobody or "", password)
    except (VerifyMismatchError, InvalidHashError):
        return False
    return stored is not None


async def refuse_trivial(password: str, *about: str) -> None:
    """Refuse what would be guessed: too short, common, or made of what is known about the person.

    Raises:
        Invalid: `password.weak`, with what to do about it.
    """
    if len(password) < SHORTEST:
        raise _weak(f"Use at least {SHORTEST} characters.")
    advice = await _run(_advice, password, about)
    if advice:
        raise _weak(advice)


def _advice(password: str, about: tuple[str, ...]) -> str:
    from zxcvbn import zxcvbn  # its word lists take a moment and some megabytes

    known = [part for text in about for part in (text, *text.replace("@", " ").replace(".", " ").split())]
    result = zxcvbn(password[:_LONGEST_ESTIMATED], user_inputs=known)
    if result["score"] >= _GUESSES_AT_LEAST:
        return ""
    feedback = result["feedback"]
    return " ".join(filter(None, [feedback["warning"], *feedback["suggestions"][:1]])) or "This is too easy to guess."


def _weak(message: str) -> Invalid:
    return Invalid(
        "password.weak",
        "This password is too easy to guess.",
        hint="Use a longer one, such as four unrelated words.",
        errors=[{"field": "password", "message": message}],
    )


async def _run(function: Callable[..., T], *arguments: Any) -> T:
    global _places  # noqa: PLW0603 - two at once: each takes 19 MiB and a core
    if _places is None:
        _places = anyio.CapacityLimiter(2)
    return await anyio.to_thread.run_sync(lambda: function(*arguments), limiter=_places)
