"""Callers in a process of their own: `python -m benchmarks.load HOST PORT PATH CONNECTIONS SECONDS HEADERS` (headers as JSON).

Each connection asks again as soon as it has its answer. The first third of the time is for all to arrive; what is asked from then
on is timed. Prints what came of it as one line of JSON, times in milliseconds.
"""

import asyncio
import json
import sys
import time
from typing import cast

import httptools
import uvloop


class Caller(asyncio.Protocol):
    """One kept-alive connection."""

    def __init__(self, request: bytes, start: float, until: float, times: list[float], failures: list[str]) -> None:
        self.answers, self._from = 0, start
        self._request, self._until, self._times, self._failures = request, until, times, failures
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.WriteTransport, transport)
        self._ask()

    def _ask(self) -> None:
        self._parser = httptools.HttpResponseParser(self)
        self._began = time.perf_counter()
        self._transport.write(self._request)

    def data_received(self, data: bytes) -> None:
        self._parser.feed_data(data)

    def on_message_complete(self) -> None:
        now = time.perf_counter()
        if self._began >= self._from:
            self._times.append((now - self._began) * 1000)
        self.answers += 1
        if (status := self._parser.get_status_code()) != 200:
            self._failures.append(str(status))
        if now < self._until:
            # Never from inside the parser that is still at work.
            asyncio.get_running_loop().call_soon(self._ask)
        else:
            self._transport.close()

    def connection_lost(self, error: Exception | None) -> None:
        if error or time.perf_counter() < self._until:
            self._failures.append(f"closed: {error}")
        if not self.done.done():
            self.done.set_result(None)


async def load(
    host: str, port: int, path: str, connections: int, seconds: float, headers: dict[str, str]
) -> dict[str, float]:
    lines = "".join(f"{name}: {value}\r\n" for name, value in {"Host": f"{host}:{port}", **headers}.items())
    request = f"GET {path} HTTP/1.1\r\n{lines}\r\n".encode()
    times: list[float] = []
    failures: list[str] = []
    began = time.perf_counter()
    loop = asyncio.get_running_loop()
    callers = [
        (
            await loop.create_connection(
                lambda: Caller(request, began + seconds / 3, began + seconds, times, failures), host, port
            )
        )[1]
        for _ in range(connections)
    ]
    _, late = await asyncio.wait([caller.done for caller in callers], timeout=seconds + 15)
    took = time.perf_counter() - began
    if not times:
        raise SystemExit(f"No answers at all; {failures[:3]}")
    times.sort()
    return {
        "requests": (answers := sum(caller.answers for caller in callers)),
        "failures": len(failures) + len(late),
        "p50": times[len(times) // 2],
        "p99": times[int(len(times) * 0.99)],
        "slowest": times[-1],
        "per_second": answers / took,
    }


if __name__ == "__main__":
    host, port, path, connections, seconds, headers = sys.argv[1:]
    found = uvloop.run(load(host, int(port), path, int(connections), float(seconds), json.loads(headers)))
    print(json.dumps(found))
