"""How often something may happen: counted over a sliding window, in memory of this process, or in Redis for all of them.

While Redis is away each process counts for itself, which is logged: nobody is let in freely, and nobody is locked out.
"""

import math
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TypeVar

import structlog
from limits import RateLimitItem, parse
from limits.aio.storage import RedisStorage
from limits.aio.strategies import SlidingWindowCounterRateLimiter
from limits.errors import StorageError

from tenantry.core.errors import TooMany

T = TypeVar("T")

AWAY_SECONDS = 5.0
"""How long Redis is left alone after it failed."""
ANSWER_SECONDS = 0.5
MOST_KEYS = 200_000

log = structlog.get_logger("tenantry.rate_limits")


@dataclass(frozen=True)
class Rate:
    """A named limit, such as `Rate.of("authentication", "5/minute")`."""

    name: str
    item: RateLimitItem

    @classmethod
    def of(cls, name: str, text: str) -> "Rate | None":
        """The limit of that text; `0` is none.

        Raises:
            ValueError: the text is not like `5/minute`.
        """
        return None if text == "0" else cls(name, parse(text))


@dataclass(frozen=True)
class Verdict:
    """Whether it may happen now, and what is left."""

    rate: Rate
    allowed: bool
    remaining: int
    reset: int
    """Seconds until there is more again; when it may not happen, until it may."""

    def headers(self) -> dict[str, str]:
        """The `RateLimit` headers (IETF draft), and `Retry-After` when it may not."""
        item = self.rate.item
        headers = {
            "RateLimit-Policy": f'"{self.rate.name}";q={item.amount};w={item.get_expiry()}',
            "RateLimit": f'"{self.rate.name}";r={self.remaining};t={self.reset}',
        }
        return headers if self.allowed else headers | {"Retry-After": str(self.reset)}


class Windows:
    """Counts in memory. The window slides by weighting the count of the one before with the share of it that is still inside."""

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        self._clock = clock
        self._counts: dict[tuple[str, ...], tuple[int, int, int]] = {}
        """Number of the window, count in it, count in the one before."""

    def hit(self, rate: Rate, key: tuple[str, ...]) -> Verdict:
        """Count one more, unless there are too many already."""
        now, length, amount = self._clock(), rate.item.get_expiry(), rate.item.amount
        window, into = divmod(now, length)
        place = (rate.name, *key)
        number, count, before = self._counts.get(place, (0, 0, 0))
        if number != window:
            count, before = 0, (count if number == window - 1 else 0)
        used = count + before * (1 - into / length)
        allowed = used + 1 <= amount
        if allowed:
            if place not in self._counts and len(self._counts) >= MOST_KEYS:
                self._sweep(now)
            self._counts[place] = (int(window), count + 1, before)
        seconds = length - into if allowed else self._free_in(amount, count, before, into, length)
        return Verdict(rate, allowed, max(0, math.floor(amount - used - allowed)), max(1, math.ceil(seconds)))

    @staticmethod
    def _free_in(amount: int, count: int, before: int, into: float, length: float) -> float:
        """Seconds until one more is allowed: within this window, while the one before slides out, or else in the next."""
        if count + 1 <= amount:
            return length * (1 - (amount - 1 - count) / before) - into
        return length - into + length * (1 - (amount - 1) / count)

    def forget(self, rate: Rate, key: tuple[str, ...]) -> None:
        """Count anew."""
        self._counts.pop((rate.name, *key), None)

    def clear(self) -> None:
        """Forget everything."""
        self._counts.clear()

    def _sweep(self, now: float) -> None:
        """Drop the older half. Whoever is forgotten so starts anew, which many invented callers could bring about; the limit
        of an address, which is counted first, keeps them few."""
        oldest = sorted(self._counts, key=lambda place: self._counts[place][0])
        for place in oldest[: len(oldest) // 2]:
            del self._counts[place]


class RateLimiter:
    """Counts by limit and key; in Redis when its address is given."""

    def __init__(self, redis_url: str | None = None, *, clock: Callable[[], float] = time.time) -> None:
        self._windows = Windows(clock)
        self._clock = clock
        self._shared: SlidingWindowCounterRateLimiter | None = None
        self._away_until = 0.0
        if redis_url:
            options = {"socket_timeout": ANSWER_SECONDS, "socket_connect_timeout": ANSWER_SECONDS}
            self._storage = RedisStorage(
                f"async+{redis_url}", implementation="redispy", wrap_exceptions=True, key_prefix="tenantry", **options
            )
            self._shared = SlidingWindowCounterRateLimiter(self._storage)

    async def hit(self, rate: Rate, *key: str) -> Verdict:
        """Count one more of this key, and say whether it still may happen."""
        shared = self._shared
        if shared is not None and time.monotonic() >= self._away_until:
            verdict = await self._ask(lambda: self._hit_shared(shared, rate, key))
            if verdict is not None:
                return verdict
        return self._windows.hit(rate, key)

    async def _hit_shared(self, shared: SlidingWindowCounterRateLimiter, rate: Rate, key: tuple[str, ...]) -> Verdict:
        allowed = await shared.hit(rate.item, rate.name, *key)
        stats = await shared.get_window_stats(rate.item, rate.name, *key)
        return Verdict(rate, allowed, max(0, stats.remaining), max(1, math.ceil(stats.reset_time - time.time())))

    async def _ask(self, question: Callable[[], Awaitable[T]]) -> T | None:
        """What Redis answers; none while it is away."""
        try:
            return await question()
        except StorageError as error:
            self._away_until = time.monotonic() + AWAY_SECONDS
            log.error("Redis is away; this process counts its rate limits alone.", error=str(error))
            return None

    async def require(self, rate: Rate | None, *key: str) -> Verdict | None:
        """Count one more, and go on only if it still may happen.

        Raises:
            TooMany: `rate_limit.exceeded`, with `Retry-After`.
        """
        if rate is None:
            return None
        verdict = await self.hit(rate, *key)
        if not verdict.allowed:
            raise TooMany(
                "rate_limit.exceeded",
                "That was too often in a short time.",
                hint=f"Try again in {verdict.reset} second{'s' if verdict.reset > 1 else ''}.",
                headers=verdict.headers(),
                limit=rate.name,
            )
        return verdict

    async def forget(self, rate: Rate | None, *key: str) -> None:
        """Start counting this key anew."""
        if rate is not None:
            self._windows.forget(rate, key)
            shared, item, name = self._shared, rate.item, rate.name
            if shared is not None and time.monotonic() >= self._away_until:
                await self._ask(lambda: shared.clear(item, name, *key))

    async def reset(self) -> None:
        """Forget all counts."""
        self._windows.clear()
        if self._shared is not None:
            await self._ask(self._storage.reset)
