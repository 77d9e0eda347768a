"""One open socket: what it looks at, and telling it what changed."""

import asyncio
import json
import time
from collections.abc import Awaitable, Callable, Mapping
from typing import Any
from uuid import UUID

import structlog
from fastapi.encoders import jsonable_encoder
from starlette.websockets import WebSocket, WebSocketDisconnect

from tenantry.core.errors import (
    Forbidden,
    Gone,
    Invalid,
    Moved,
    NotFound,
    Problem,
    TooLarge,
    Unauthenticated,
    Unavailable,
)
from tenantry.infra.database.scopes import OrgScope
from tenantry.infra.events import events_after, present_position
from tenantry.infra.live.topics import Reader, Topic

COALESCE_SECONDS = 0.15
SEND_SECONDS = 10.0
PING_SECONDS = 25.0
RECHECK_SECONDS = 60.0
AGAIN_SECONDS = 0.25
MOST_TOPICS = 100
LONGEST_MESSAGE = 2_000
PAGE = 100

SIGNED_OUT, NO_ACCESS, TOO_SLOW, GOING_AWAY = 4401, 4403, 4408, 1012

log = structlog.get_logger(__name__)


class Connection:
    """Reads of one socket go through one scope at a time, at most every 150 ms. However fast things change, and however
    slowly the client reads, only the last state of each topic is kept for it: by not keeping any."""

    def __init__(
        self,
        socket: WebSocket,
        reader: Reader,
        topics: Mapping[str, Topic],
        events: Mapping[str, str],
        gate: asyncio.Semaphore,
    ) -> None:
        self.reader = reader
        self._socket, self._topics, self._events, self._gate = socket, topics, events, gate
        self._subscribed: set[str] = set()
        self._changed: set[str] = set()
        self._awaited: set[UUID] = set()
        self._position: str | None = None
        self._look_for_events = False
        self._wake = asyncio.Event()
        self._read_at = 0.0
        self._checked_at = time.monotonic()
        self._closing: tuple[int, str] | None = None
        self._sending = asyncio.Lock()

    async def serve(self) -> None:
        """Until the client leaves, or is sent away."""
        tasks = [asyncio.create_task(work()) for work in (self._receive, self._tell, self._ping)]
        try:
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
        except WebSocketDisconnect:
            pass
        except Exception:
            self._closing = self._closing or (1011, "Something went wrong here.")
            log.exception("live.connection.failed", org_id=str(self.reader.org_id))
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            await self._hang_up()

    def topic_changed(self, topic: str) -> None:
        """Somebody touched a topic."""
        if topic in self._subscribed:
            self._changed.add(topic)
            self._wake.set()

    def event_happened(self, event_id: UUID) -> None:
        """An event was committed; it may have to wait for older transactions before it can be read in order."""
        self._awaited.add(event_id)
        self._look_for_events = True
        self._wake.set()

    def everything_changed(self) -> None:
        """Notifications may have been lost: read all of it again."""
        self._changed |= self._subscribed
        self._look_for_events = True
        self._check()

    def access_changed(self) -> None:
        """The reader's rights may be others now."""
        self._changed |= self._subscribed
        self._check()

    def close(self, code: int, reason: str) -> None:
        """Send the client away."""
        self._closing = self._closing or (code, reason)
        self._wake.set()

    def _check(self) -> None:
        self._checked_at = 0.0
        self._wake.set()

    async def _receive(self) -> None:
        while True:
            text = await self._socket.receive_text()
            try:
                self._handle(_parse(text))
            except Problem as problem:
                await self._send({"type": "error", "problem": problem.to_dict()})

    def _handle(self, message: dict[str, Any]) -> None:
        match message:
            case {"type": "subscribe", "topic": str(topic)}:
                self._subscribe(topic)
            case {"type": "unsubscribe", "topic": str(topic)}:
                self._subscribed.discard(topic)
                self._changed.discard(topic)
            case {"type": "resume", "after": str(position)}:
                self._position, self._look_for_events = position, True
                self._wake.set()
            case {"type": "pong"}:
                pass
            case _:
                raise Invalid(
                    "live.message.unknown",
                    "This message is not understood.",
                    hint="Send subscribe, unsubscribe or resume.",
                )

    def _subscribe(self, topic: str) -> None:
        if topic.partition(":")[0] not in self._topics:
            raise NotFound("live.topic.unknown", "There is no such topic.", topic=topic)
        if topic not in self._subscribed and len(self._subscribed) >= MOST_TOPICS:
            raise TooLarge("live.topics.too_many", f"One socket follows {MOST_TOPICS} topics at most.", topic=topic)
        self._subscribed.add(topic)
        self._changed.add(topic)
        self._wake.set()

    async def _tell(self) -> None:
        while not self._closing and not await self._read(self._hello):
            await asyncio.sleep(AGAIN_SECONDS)
        while not self._closing:
            await self._wake.wait()
            await asyncio.sleep(max(0.0, self._read_at + COALESCE_SECONDS - time.monotonic()))
            self._wake.clear()
            if not self._closing:
                await self._read(self._read_changes)

    async def _read(self, work: Callable[[OrgScope], Awaitable[list[dict[str, Any]]]]) -> bool:
        """Read under the reader's scope, and send what was read once the scope is closed: a slow client holds no connection.

        Returns whether that went well; if not, it is tried again, or the socket is on its way to be closed."""
        self._read_at = time.monotonic()
        try:
            async with self._gate, self.reader.open() as scope:
                messages = await work(scope)
            self._checked_at = time.monotonic()
        except Unavailable:
            asyncio.get_running_loop().call_later(AGAIN_SECONDS, self.everything_changed)
            return False
        except Unauthenticated as problem:
            self.close(SIGNED_OUT, problem.code)
            return False
        except (Forbidden, NotFound, Gone, Moved) as problem:
            self.close(NO_ACCESS, problem.code)
            return False
        for message in messages:
            await self._send(message)
        return True

    async def _hello(self, scope: OrgScope) -> list[dict[str, Any]]:
        position = await present_position(scope)
        self._position = self._position or position
        return [{"type": "hello", "last": position}]

    async def _read_changes(self, scope: OrgScope) -> list[dict[str, Any]]:
        changed, self._changed = self._changed, set()
        messages = [await self._state(scope, topic) for topic in sorted(changed)]
        if self._look_for_events and self._position:
            messages += await self._new_events(scope, self._position)
        return messages

    async def _state(self, scope: OrgScope, topic: str) -> dict[str, Any]:
        name, _, identifier = topic.partition(":")
        kind = self._topics[name]
        try:
            scope.require(kind.permission)
            data = await kind.load(scope, identifier)
            if data is None:
                raise NotFound("live.topic.not_found", "There is no such thing here.")
        except Problem as problem:
            self._subscribed.discard(topic)
            return {"type": "error", "topic": topic, "problem": problem.to_dict()}
        return {"type": "state", "topic": topic, "data": jsonable_encoder(data)}

    async def _new_events(self, scope: OrgScope, position: str) -> list[dict[str, Any]]:
        self._look_for_events = False
        try:
            found = await events_after(scope, position, limit=PAGE)
        except Problem as problem:
            self._position = await present_position(scope)
            return [{"type": "error", "problem": problem.to_dict()}]
        for event in found:
            self._position = event.position
            self._awaited.discard(event.id)
        if len(found) == PAGE:
            self._look_for_events = True
            self._wake.set()
        elif self._awaited:  # held back by a transaction that is still open; nobody tells us when it ends
            asyncio.get_running_loop().call_later(AGAIN_SECONDS, self._look_again)
        return [
            {
                "type": "event",
                "id": e.position,
                "name": e.name,
                "subject": e.subject,
                "data": e.data,
                "at": e.at.isoformat(),
            }
            for e in found
            if e.name in self._events and self._events[e.name] in scope.permissions
        ]

    def _look_again(self) -> None:
        self._look_for_events = True
        self._wake.set()

    async def _ping(self) -> None:
        while True:
            await asyncio.sleep(PING_SECONDS)
            await self._send({"type": "ping"})
            if time.monotonic() - self._checked_at > RECHECK_SECONDS:
                self._check()

    async def _send(self, message: dict[str, Any]) -> None:
        try:
            async with asyncio.timeout(SEND_SECONDS), self._sending:
                await self._socket.send_text(json.dumps(message, separators=(",", ":"), default=str))
        except TimeoutError:
            log.info("live.too_slow", org_id=str(self.reader.org_id))
            self.close(TOO_SLOW, "live.too_slow")
            raise WebSocketDisconnect(TOO_SLOW) from None

    async def _hang_up(self) -> None:
        if self._closing:
            try:
                async with asyncio.timeout(1):
                    await self._socket.close(*self._closing)
            except (RuntimeError, TimeoutError, WebSocketDisconnect):
                log.debug("live.gone_already")


def _parse(text: str) -> dict[str, Any]:
    if len(text) > LONGEST_MESSAGE:
        raise TooLarge("live.message.too_large", f"Messages have {LONGEST_MESSAGE} characters at most.")
    try:
        message = json.loads(text)
    except ValueError:
        message = None
    if not isinstance(message, dict):
        raise Invalid("live.message.invalid", "Messages are JSON objects.")
    return message
