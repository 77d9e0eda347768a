"""How often something may happen: counted over a sliding window, in memory of this process."""

import math
import time
from dataclasses import dataclass

from limits import RateLimitItem, parse
from limits.aio.storage import MemoryStorage
from limits.aio.strategies import SlidingWindowCounterRateLimiter

from tenantry.core.errors import TooMany


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
    """Seconds until the window is free again."""

    def headers(self) -> dict[str, str]:
        """The `RateLimit` headers (IETF draft), and `Retry-After` when it may not."""
        item = self.rate.item
        headers = {
            "RateLimit-Policy": f'"{self.rate.name}";q={item.amount};w={item.get_expiry()}',
            "RateLimit": f'"{self.rate.name}";r={self.remaining};t={self.reset}',
        }
        return headers if self.allowed else headers | {"Retry-After": str(self.reset)}


class RateLimiter:
    """Counts by limit and key."""

    def __init__(self) -> None:
        self._storage = MemoryStorage()
        self._strategy = SlidingWindowCounterRateLimiter(self._storage)

    async def hit(self, rate: Rate, *key: str) -> Verdict:
        """Count one more of this key, and say whether it still may happen."""
        allowed = await self._strategy.hit(rate.item, rate.name, *key)
        stats = await self._strategy.get_window_stats(rate.item, rate.name, *key)
        return Verdict(rate, allowed, max(0, stats.remaining), max(1, math.ceil(stats.reset_time - time.time())))

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
            await self._strategy.clear(rate.item, rate.name, *key)

    async def reset(self) -> None:
        """Forget all counts."""
        await self._storage.reset()
