"""Who may call a route. Routes say what they need in their types:

    async def list_notes(scope: Annotated[OrgScope, needs("notes.read")]) -> Page[NoteOut]: ...

`access` knows nobody: how a cookie becomes a person and a slug a membership is handed to it by `app.py`.
"""

from tenantry.chassis.access.entrance import Access, Authenticator, Identity, Membership
from tenantry.chassis.access.guards import Visitor, access_of, needs, signed_in, stranger
from tenantry.chassis.access.permissions import Permissions

__all__ = [
    "Access",
    "Authenticator",
    "Identity",
    "Membership",
    "Permissions",
    "Visitor",
    "access_of",
    "needs",
    "signed_in",
    "stranger",
]
