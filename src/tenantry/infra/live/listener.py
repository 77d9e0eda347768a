"""The one connection by which a process hears of changes."""

import asyncio
import json
from collections.abc import Callable
from typing import Any

import psycopg
import structlog

from tenantry.infra.database.failures import is_away

PAUSE = 0.25
IDLE_SECONDS = 15.0

log = structlog.get_logger(__name__)


class Listener:
    """LISTENs on a channel, and connects again whenever the connection is lost.

    `on_message` gets each payload, `on_connect` is called on every connection, the first included: notifications sent in
    between are gone for good, so whoever depends on them must look for itself then.
    """

    def __init__(
        self,
        conninfo: str,
        channel: str,
        *,
        on_message: Callable[[dict[str, Any]], None],
        on_connect: Callable[[], None],
    ) -> None:
        self._conninfo, self._channel = conninfo, channel
        self._on_message, self._on_connect = on_message, on_connect
        self.connected = asyncio.Event()

    async def run(self) -> None:
        """Listen until cancelled."""
        while True:
            try:
                await self._listen()
            except (psycopg.Error, OSError) as error:
                if not is_away(error):
                    log.exception("live.listen.failed")
                elif self.connected.is_set():
                    log.warning("live.listen.lost", error=str(error))
            finally:
                self.connected.clear()
            await asyncio.sleep(PAUSE)

    async def _listen(self) -> None:
        connection = await psycopg.AsyncConnection.connect(
            self._conninfo, autocommit=True, connect_timeout=5, application_name="tenantry_live"
        )
        async with connection:
            await connection.execute(f"LISTEN {self._channel}".encode())
            self.connected.set()
            self._on_connect()
            while True:
                async for notice in connection.notifies(timeout=IDLE_SECONDS):
                    self._on_message(json.loads(notice.payload))
                await connection.execute(b"SELECT 1")  # a connection that died silently shows it here
