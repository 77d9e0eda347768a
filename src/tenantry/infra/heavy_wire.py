"""Messages between us and a heavy process: length-prefixed pickles over one socket. Both ends import this, so it stays light."""

import pickle
import socket
import struct
from dataclasses import dataclass
from typing import Any

HEADER = struct.Struct("!Q")


@dataclass(frozen=True, slots=True)
class Task:
    """A function by name, with what it is called with; `path` is the caller's `sys.path`, so that both find the same code."""

    module: str
    name: str
    arguments: tuple[Any, ...]
    reports: bool
    path: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Report:
    """How far the function is: whatever it gave to `report`."""

    value: Any


@dataclass(frozen=True, slots=True)
class Done:
    """What the function returned, and how much memory the process holds afterwards, in bytes."""

    value: Any
    rss: int


@dataclass(frozen=True, slots=True)
class Failed:
    """What the function raised, with the traceback as text, which does not survive pickling otherwise."""

    error: BaseException
    traceback: str
    rss: int


Message = Task | Report | Done | Failed


def pack(message: Message) -> bytes:
    """The message as it goes over the socket."""
    body = pickle.dumps(message, protocol=pickle.HIGHEST_PROTOCOL)
    return HEADER.pack(len(body)) + body


def receive(connection: socket.socket) -> Message | None:
    """The next message, or None once the other end is gone. Blocks."""
    header = _exactly(connection, HEADER.size)
    body = _exactly(connection, HEADER.unpack(header)[0]) if header else None
    return None if body is None else pickle.loads(body)  # noqa: S301 - between us and our own child


def _exactly(connection: socket.socket, size: int) -> bytes | None:
    parts = bytearray()
    while len(parts) < size:
        part = connection.recv(min(size - len(parts), 1 << 20))
        if not part:
            return None
        parts += part
    return bytes(parts)
