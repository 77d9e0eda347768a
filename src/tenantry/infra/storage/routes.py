"""Reading and writing files by signed addresses."""

from typing import Annotated
from urllib.parse import quote
from uuid import UUID

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response, StreamingResponse

from tenantry.core.errors import Invalid
from tenantry.infra.http.body_limit import takes_at_most
from tenantry.infra.http.routing import Guard
from tenantry.infra.storage.signatures import PATH, Grant
from tenantry.infra.storage.storage import Storage

LARGEST_UPLOAD = 50_000_000_000
"""No limit of its own: each address carries one."""

HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "sandbox; default-src 'none'; frame-ancestors 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "private, no-store",
}


class _Signed(Guard):
    """Anybody who holds a genuine address; it says what it allows."""

    public = True

    def __init__(self, storage: Storage) -> None:
        self._storage = storage

    async def __call__(self, request: Request, org_id: UUID, name: str) -> Grant:
        return Grant.of(self._storage.signer, request.method, org_id, name, request.query_params)


def files_router(storage: Storage) -> APIRouter:
    """`GET` and `PUT /api/v1/files/{org_id}/{name}?…&signature=…`, to be included without a prefix."""
    router = APIRouter(tags=["files"])
    signed = Annotated[Grant, Depends(_Signed(storage))]

    async def read_file(grant: signed) -> StreamingResponse:
        """The file, as an attachment."""
        stored, chunks = await storage.of_organization(grant.org_id).open(grant.name)
        filename = grant.filename or grant.name.rpartition("/")[2]
        headers = HEADERS | {
            "Content-Length": str(stored.size),
            "Content-Disposition": f"attachment; filename*=UTF-8''{quote(filename, safe='')}",
        }
        return StreamingResponse(chunks, media_type=grant.content_type or "application/octet-stream", headers=headers)

    @takes_at_most(LARGEST_UPLOAD)
    async def write_file(request: Request, grant: signed) -> Response:
        """Store the request's body as the file. Answers 413 when it is larger than the address allows, with nothing stored."""
        if grant.content_type and request.headers.get("content-type") != grant.content_type:
            raise Invalid("storage.content_type", f"This address takes {grant.content_type} only.")
        await storage.of_organization(grant.org_id).put(grant.name, request.stream(), max_bytes=grant.max_bytes)
        return Response(status_code=204)

    path = f"{PATH}/{{org_id}}/{{name:path}}"
    router.add_api_route(path, read_file, methods=["GET"], response_class=StreamingResponse)
    router.add_api_route(path, write_file, methods=["PUT"], status_code=204)
    return router
