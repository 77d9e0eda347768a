"""What can be asked about proofs."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select

from tenantry.chassis.identity.proofs.models import Proof
from tenantry.chassis.identity.second_factors.queries import proof_methods
from tenantry.core.errors import Forbidden
from tenantry.infra.database.scopes import UserScope

RECENT = timedelta(minutes=15)


async def proved_until(scope: UserScope, session_id: UUID | None) -> datetime | None:
    """Until when this session may do what needs a recent proof; none when it may not."""
    if session_id is None:
        return None
    at = await scope.session.scalar(select(Proof.at).where(Proof.id == session_id))
    return at + RECENT if at is not None and at + RECENT > scope.now() else None


async def require_recent_proof(scope: UserScope, session_id: UUID | None) -> None:
    """Go on only if the person has shown within the last minutes who they are.

    Raises:
        Forbidden: `proof.required`, with the `methods` by which it can be shown.
    """
    if await proved_until(scope, session_id) is None:
        raise Forbidden(
            "proof.required",
            "This needs a recent proof that it is you.",
            hint="Enter your password or a second factor again (POST /api/v1/me/proof), then repeat the request.",
            methods=await proof_methods(scope) if session_id else [],
        )


async def signed_in_by(scope: UserScope, session_id: UUID | None) -> str | None:
    """How the session began: `password`, `passkey`, or a provider."""
    if session_id is None:
        return None
    return await scope.session.scalar(select(Proof.signed_in_by).where(Proof.id == session_id))
