"""What a job is: a function that runs later, by name, with typed input."""

import inspect
import random
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, get_type_hints

from pydantic import TypeAdapter

JobFunction = Callable[..., Awaitable[None]]
RESERVED = frozenset({"lock", "at", "key"})
LONGEST_WAIT = 3600.0


class NoRetry(Exception):
    """Raised (or inherited from) by a job which knows that trying again is of no use. Its text is kept for the admin."""


@dataclass(frozen=True, eq=False)
class Job:
    """A kind of work done by a worker. Made by `job`, listed in a manifest.

    Every job may run twice: a worker may be killed after the work and before the tick. Write it so that this does no harm.
    """

    name: str
    function: JobFunction
    retries: int
    backoff: float
    timeout: float
    system: bool
    personal: bool
    on_failure: JobFunction | None
    input: Mapping[str, TypeAdapter[Any]] = field(repr=False)

    def dump(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """The input as JSON.

        Raises:
            TypeError: a name is missing or unknown.
            pydantic.ValidationError: a value isn't of its type.
        """
        if unknown := set(given) - set(self.input):
            raise TypeError(f"The job {self.name} takes no {', '.join(sorted(unknown))}.")
        if missing := self._required - set(given):
            raise TypeError(f"The job {self.name} needs {', '.join(sorted(missing))}.")
        return {
            name: self.input[name].dump_python(self.input[name].validate_python(value), mode="json")
            for name, value in given.items()
        }

    def load(self, stored: Mapping[str, Any]) -> dict[str, Any]:
        """The input as the function's own types."""
        return {name: self.input[name].validate_python(value) for name, value in stored.items() if name in self.input}

    def wait(self, attempts: int) -> timedelta:
        """How long to wait before trying again after so many attempts: three times longer each time, give or take a fifth."""
        seconds = min(self.backoff * 3 ** (attempts - 1), LONGEST_WAIT)
        return timedelta(seconds=seconds * random.uniform(0.8, 1.2))

    @property
    def _required(self) -> set[str]:
        parameters = inspect.signature(self.function).parameters
        return {name for name in self.input if parameters[name].default is inspect.Parameter.empty}


@dataclass(frozen=True)
class Schedule:
    """A system job that starts by itself. `cron` is in UTC, in the usual five fields (or six, the last being seconds)."""

    job: Job
    cron: str

    def __post_init__(self) -> None:
        if not self.job.system:
            raise ValueError(f"{self.job.name} is an organization's job; only a system job can start by itself.")


def job(
    name: str,
    *,
    retries: int = 3,
    backoff: float = 5.0,
    timeout: float = 600.0,
    system: bool = False,
    personal: bool = False,
    on_failure: JobFunction | None = None,
) -> Callable[[JobFunction], Job]:
    """Make a job of `async def run(context: JobContext, *, scan_id: UUID) -> None`.

    Args:
        retries: how often it is tried again after it raised; afterwards it lies in the list of dead letters.
        backoff: seconds before the first retry; each next one waits three times longer, up to an hour.
        timeout: seconds after which an attempt is given up, as if it had raised.
        system: it belongs to no organization, and its context opens a `SystemScope`.
        personal: it may also be deferred in a person's own scope; its context is then a `PersonalJobContext`.
        on_failure: called like the job itself, plus `error: str`, once nothing will be tried again (never after a cancel).
    """

    def make(function: JobFunction) -> Job:
        hints = get_type_hints(function, include_extras=True)
        parameters = list(inspect.signature(function).parameters.values())[1:]
        if wrong := [
            p.name for p in parameters if p.kind is not p.KEYWORD_ONLY or p.name in RESERVED or p.name not in hints
        ]:
            raise TypeError(
                f"Input of the job {name} must be keyword-only, typed, and not {RESERVED}: {', '.join(wrong)}."
            )
        adapters = {p.name: TypeAdapter[Any](hints[p.name]) for p in parameters}
        return Job(name, function, retries, backoff, timeout, system, personal, on_failure, adapters)

    return make
