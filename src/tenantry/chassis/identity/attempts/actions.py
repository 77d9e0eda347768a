"""Counting attempts, and making the next one wait."""

import hashlib
import ipaddress
import math
from datetime import timedelta

from sqlalchemy import delete, select, update
from sqlalchemy.dialects.postgresql import insert

from tenantry.chassis.identity.attempts.models import Attempts
from tenantry.core.errors import TooMany
from tenantry.infra.database.database import Database
from tenantry.infra.database.scopes import SystemScope

FREE = 5
"""So many failures cost nothing: people mistype."""
FIRST_WAIT = timedelta(seconds=5)
LONGEST_WAIT = timedelta(hours=1)
FORGOTTEN_AFTER = timedelta(days=1)


def wait_after(failures: int) -> timedelta:
    """How long one waits after so many failures: nothing, then 5 s, doubling each time, up to an hour."""
    if failures < FREE:
        return timedelta()
    doublings: int = min(failures - FREE, 20)
    return min(LONGEST_WAIT, FIRST_WAIT * (1 << doublings))


def key_of(email: str, *, address: str, device: str | None) -> bytes:
    """What is counted together: an account and a device it knows, or else an account and an address.

    Of IPv6 the first 64 bits: whoever has one address there has them all.
    """
    place = f"device {device}" if device else f"address {_network(address)}"
    return hashlib.sha256(f"sign-in\n{email}\n{place}".encode()).digest()


def _network(address: str) -> str:
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    return str(ipaddress.ip_network((parsed, 64), strict=False)) if parsed.version == 6 else str(parsed)


async def count_attempt(database: Database, key: bytes) -> None:
    """Count one more attempt, as if it failed; `forget_attempts` when it did not. Attempts at the same moment come one
    after the other.

    Raises:
        TooMany: `sign_in.wait`, with `Retry-After`; the attempt was too early and isn't counted.
    """
    async with database.presented_scope(key) as scope:
        now = scope.now()
        fresh = {"failures": 0, "wait_until": now, "expires_at": now + FORGOTTEN_AFTER}
        await scope.session.execute(insert(Attempts).values(key_hash=key, **fresh).on_conflict_do_nothing())
        row = (
            await scope.session.execute(
                select(Attempts.failures, Attempts.wait_until, Attempts.expires_at).with_for_update()
            )
        ).one()
        if row.wait_until > now:
            raise _wait(row.wait_until - now)
        failures = 1 if row.expires_at <= now else row.failures + 1
        await scope.session.execute(
            update(Attempts)
            .where(Attempts.key_hash == key)
            .values(failures=failures, wait_until=now + wait_after(failures), expires_at=now + FORGOTTEN_AFTER)
        )


async def forget_attempts(database: Database, key: bytes) -> None:
    """It was the right password: count from the beginning."""
    async with database.presented_scope(key) as scope:
        await scope.session.execute(delete(Attempts).where(Attempts.key_hash == key))


async def forget_old_attempts(scope: SystemScope) -> None:
    """Remove what was counted long ago."""
    await scope.session.execute(delete(Attempts).where(Attempts.expires_at <= scope.now()))


def _wait(left: timedelta) -> TooMany:
    seconds = max(1, math.ceil(left.total_seconds()))
    return TooMany(
        "sign_in.wait",
        "There were too many failed attempts to sign in to this account from here.",
        hint=f"Try again in {_said(seconds)}, or set a new password.",
        headers={"Retry-After": str(seconds)},
    )


def _said(seconds: int) -> str:
    if seconds < 90:
        return f"{seconds} second{'s' if seconds > 1 else ''}"
    return f"{math.ceil(seconds / 60)} minutes"
