"""What can be asked about the first steps."""

from typing import cast

from sqlalchemy import select

from tenantry.chassis.onboarding.first_steps.models import FirstSteps
from tenantry.chassis.onboarding.first_steps.schemas import Step
from tenantry.infra.database.scopes import UserScope


async def present_step(scope: UserScope) -> Step | None:
    """The step the person is at; none once they are done."""
    step = await scope.session.scalar(select(FirstSteps.step).where(FirstSteps.user_id == scope.user_id))
    return cast(Step | None, step)
