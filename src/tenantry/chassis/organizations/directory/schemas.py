"""The directory over the wire."""

from pydantic import BaseModel, Field

from tenantry.chassis.organizations.schemas import Name


class OrganizationNew(BaseModel):
    """An organization to be. Without a slug it gets one made from its name."""

    name: Name
    slug: str | None = Field(None, max_length=60, description="Its name in addresses: a–z, 0–9 and dashes, 2 to 40.")


class OrganizationChange(BaseModel):
    """What of an organization is to change; what is left out stays."""

    name: Name | None = None
    slug: str | None = Field(
        None, max_length=60, description="Its name in addresses: a–z, 0–9 and dashes, 2 to 40. The old one leads here."
    )
