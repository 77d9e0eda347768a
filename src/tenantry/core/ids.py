"""Identifiers: UUID version 7, so that rows made together lie together and a key says roughly when it was made."""

import os
import time
from uuid import UUID


def new_id() -> UUID:
    """A new UUIDv7 (RFC 9562): 48 bits of milliseconds, 12 bits of the millisecond's fraction, 62 random bits."""
    milliseconds, nanoseconds = divmod(time.time_ns(), 1_000_000)
    fraction = (nanoseconds << 12) // 1_000_000
    noise = int.from_bytes(os.urandom(8), "big") >> 2
    return UUID(int=(milliseconds & (1 << 48) - 1) << 80 | 0x7 << 76 | fraction << 64 | 0b10 << 62 | noise)
