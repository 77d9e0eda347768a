"""What people send to say who they are."""

from pydantic import BaseModel, Field

from tenantry.chassis.identity.passwords import LONGEST


class Credentials(BaseModel):
    """Who signs in."""

    email: str = Field(max_length=320, examples=["ada@example.com"])
    password: str = Field(max_length=LONGEST, json_schema_extra={"format": "password"})
