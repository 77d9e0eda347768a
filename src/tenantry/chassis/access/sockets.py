"""Who holds a live socket: asked when it opens, and again each time something is read for it."""

from starlette.websockets import WebSocket

from tenantry.chassis.access.guards import access_of
from tenantry.infra.live import Reader


async def reader_of(socket: WebSocket, slug: str) -> Reader:
    """The member of the organization who opens this socket.

    Raises:
        Unauthenticated: nobody is signed in.
        NotFound: the caller doesn't belong to such an organization.
    """
    access = access_of(socket)
    async with access.as_member(socket, slug) as scope:
        actor = scope.actor
        return Reader(scope.org_id, actor.id, open=lambda: access.as_member(socket, slug), owner_id=actor.owner)
