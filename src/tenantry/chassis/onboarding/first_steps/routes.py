"""The first steps over HTTP."""

from typing import Annotated

from tenantry.chassis.access import signed_in
from tenantry.chassis.onboarding.first_steps.actions import go_to
from tenantry.chassis.onboarding.first_steps.schemas import StepChange
from tenantry.infra.database.scopes import UserScope
from tenantry.infra.http.routing import Router

router = Router(tags=["me"])


@router.put("/me/first-steps", status_code=204)
async def change_step(scope: Annotated[UserScope, signed_in()], change: StepChange) -> None:
    """Note at which of the first steps you are, or that you are done; `GET /me` tells it."""
    await go_to(scope, change.step)
