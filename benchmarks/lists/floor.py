"""The least that could do it: Starlette, raw psycopg, and the statements that our own list sends. `create` is the application.

BENCH_DATABASE is libpq's connection string of the role that serves requests.
"""

import asyncio
import hashlib
import json
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import psycopg
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from benchmarks.lists.rows import PAGE

POOL = 10
SESSION = """SELECT identity_sessions.id, identity_sessions.user_id, seen_at, expires_at, name
FROM identity_sessions JOIN identity_people ON identity_people.id = identity_sessions.user_id"""
MEMBERSHIP = """SELECT d.id, d.slug, d.name, m.role FROM organizations_directory d
JOIN organizations_memberships m ON m.org_id = d.id WHERE d.slug = %s"""
NOTES = """SELECT id, title, body, words, created_at FROM notes_notes ORDER BY created_at DESC, id DESC LIMIT %s"""


def see(org: Any = "", user: Any = "", presented: str = "") -> bytes:
    return f"SET LOCAL app.org_id = '{org}'; SET LOCAL app.user_id = '{user}'; SET LOCAL app.presented = '{presented}'".encode()


def create() -> Starlette:
    connections: asyncio.Queue[psycopg.AsyncConnection[Any]] = asyncio.Queue()

    async def notes(request: Request) -> Response:
        token = next(value for name, value in request.cookies.items() if name.endswith("tenantry_session"))
        connection = await connections.get()
        try:
            await connection.execute(b"BEGIN; " + see(presented=hashlib.sha256(token.encode()).hexdigest()))
            session = await (await connection.execute(SESSION)).fetchone()
            if session is None:
                return Response(status_code=401)
            await connection.execute(see(user=session[1]))
            membership = await (await connection.execute(MEMBERSHIP, [request.path_params["org"]])).fetchone()
            if membership is None:
                return Response(status_code=404)
            await connection.execute(see(org=membership[0]))
            found = await (await connection.execute(NOTES, [PAGE])).fetchall()
            await connection.execute(b"COMMIT")
        finally:
            connections.put_nowait(connection)
        items = [
            {"id": str(id), "title": title, "body": body, "words": words, "created_at": at.isoformat()}
            for id, title, body, words, at in found
        ]
        return Response(json.dumps({"items": items, "next": None}), media_type="application/json")

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        opened = [
            await psycopg.AsyncConnection.connect(os.environ["BENCH_DATABASE"], autocommit=True) for _ in range(POOL)
        ]
        for connection in opened:
            connections.put_nowait(connection)
        yield
        for connection in opened:
            await connection.close()

    return Starlette(routes=[Route("/api/v1/orgs/{org}/bench/rows", notes)], lifespan=lifespan)
