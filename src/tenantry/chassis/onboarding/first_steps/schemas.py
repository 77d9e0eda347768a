"""The first steps over the wire."""

from typing import Literal

from pydantic import BaseModel

Step = Literal["organization", "people", "product"]


class StepChange(BaseModel):
    """Where to go on."""

    step: Literal["organization", "people", "product", "done"]
