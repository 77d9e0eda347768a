"""How far somebody has come."""

from sqlalchemy.orm import Mapped

from tenantry.infra.database.models import PersonalModel


class FirstSteps(PersonalModel):
    """The step somebody new is at; its `id` is the person's. Who is done, or never began, has no row."""

    __tablename__ = "onboarding_first_steps"

    step: Mapped[str]
