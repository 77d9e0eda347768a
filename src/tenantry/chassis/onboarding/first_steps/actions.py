"""Going through the first steps."""

from typing import Literal

from sqlalchemy import delete, update

from tenantry.chassis.audit.actions import record
from tenantry.chassis.onboarding.first_steps.models import FirstSteps
from tenantry.chassis.onboarding.first_steps.schemas import Step
from tenantry.infra.database.scopes import UserScope


async def begin(scope: UserScope) -> None:
    """Somebody new is at the first step."""
    scope.session.add(FirstSteps(id=scope.user_id, step="organization"))
    await scope.session.flush()


async def go_to(scope: UserScope, step: Step | Literal["done"]) -> None:
    """Note where somebody is. Who is done is asked no more, and nobody begins again."""
    own = FirstSteps.user_id == scope.user_id
    changing = delete(FirstSteps) if step == "done" else update(FirstSteps).values(step=step)
    await scope.session.execute(changing.where(own))
    await record(scope, "onboarding.step.changed", after={"step": step})
