"""All open sockets of this process, and the one connection that tells them what changed."""

import asyncio
from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from starlette.websockets import WebSocket

from tenantry.infra.database.database import Database
from tenantry.infra.database.roles import APP
from tenantry.infra.events.emit import CHANNEL
from tenantry.infra.live.connection import GOING_AWAY, Connection
from tenantry.infra.live.listener import Listener
from tenantry.infra.live.topics import Reader, Topic

READS_AT_ONCE = 4


class Hub:
    """Hands changes on to whom they concern.

    Args:
        topics: what can be subscribed to.
        events: the events that are sent, each with the permission to see it; others stay inside.
    """

    def __init__(self, database: Database, topics: Iterable[Topic], events: Mapping[str, str] | None = None) -> None:
        self._topics = {topic.name: topic for topic in topics}
        self._events = dict(events or {})
        self._connections: defaultdict[UUID, set[Connection]] = defaultdict(set)
        # Many sockets may have to read at the same moment; requests must find database connections meanwhile.
        self._gate = asyncio.Semaphore(READS_AT_ONCE)
        self._listener = Listener(
            database.urls.of(APP, direct=True), CHANNEL, on_message=self._heard, on_connect=self._read_all
        )
        self._listening: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Begin to listen; returns once that works, or after five seconds, going on in the background."""
        self._listening = asyncio.create_task(self._listener.run(), name="live listener")
        waiting = asyncio.create_task(self._listener.connected.wait())
        await asyncio.wait([waiting], timeout=5)
        waiting.cancel()

    async def stop(self) -> None:
        """Send everybody away; their clients connect again, to whoever serves then."""
        for connection in self._everybody():
            connection.close(GOING_AWAY, "live.restarting")
        if self._listening:
            self._listening.cancel()
            await asyncio.gather(self._listening, return_exceptions=True)

    @property
    def size(self) -> int:
        """How many sockets are open."""
        return sum(map(len, self._connections.values()))

    async def serve(self, socket: WebSocket, reader: Reader) -> None:
        """Serve an accepted socket until it is closed."""
        connection = Connection(socket, reader, self._topics, self._events, self._gate)
        self._connections[reader.org_id].add(connection)
        try:
            await connection.serve()
        finally:
            members = self._connections[reader.org_id]
            members.discard(connection)
            if not members:
                del self._connections[reader.org_id]

    def _heard(self, message: dict[str, Any]) -> None:
        match message:
            case {"org": org, "topic": topic}:
                for connection in self._connections.get(UUID(org), ()):
                    connection.topic_changed(topic)
            case {"org": org, "event": event}:
                for connection in self._connections.get(UUID(org), ()):
                    connection.event_happened(UUID(event))
            case {"org": org, "access": _}:
                for connection in self._connections.get(UUID(org), ()):
                    connection.access_changed()
            case {"user": user}:
                for connection in self._everybody():
                    if UUID(user) in (connection.reader.user_id, connection.reader.owner_id):
                        connection.access_changed()

    def _read_all(self) -> None:
        for connection in self._everybody():
            connection.everything_changed()

    def _everybody(self) -> list[Connection]:
        return [connection for members in self._connections.values() for connection in members]
