"""What is said at the front door."""

from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, Field

from tenantry.chassis.identity.profile.choices import known_time_zone
from tenantry.chassis.identity.profile.schemas import PersonName, Profile
from tenantry.chassis.identity.schemas import Credentials
from tenantry.chassis.onboarding.first_steps.schemas import Step
from tenantry.chassis.organizations.schemas import OrganizationCard
from tenantry.core.settings import Mode, SignUp


class Registration(Credentials):
    """A new account. `invitation` is the secret from the link, where one is needed."""

    name: PersonName
    invitation: str | None = Field(None, max_length=200)
    time_zone: Annotated[str | None, AfterValidator(known_time_zone)] = Field(
        None,
        max_length=64,
        description="Where the browser is, for times in mails. An unknown one is as if none were given.",
    )


class Me(Profile):
    """The person who is signed in."""

    organizations: list[OrganizationCard]
    first_step: Step | None = Field(None, description="The step after signing up that is still to be taken, if any.")


class Sample(BaseModel):
    """Where the sample can be looked at, in the interface."""

    path: str = Field(examples=["/ada-lovelace/pinata"])


class Resource(BaseModel):
    """One kind of thing a product has, described well enough to draw a table, a page and a form for it."""

    name: str
    title: str
    path: str = Field(description="Address of the list, with `{org}` in it.")
    schema_: dict[str, Any] = Field(alias="schema", description="JSON Schema of one item.")
    create: dict[str, Any] | None = Field(description="JSON Schema of what POST takes; null when nothing can be added.")
    update: dict[str, Any] | None = Field(
        description="JSON Schema of what PATCH takes; null when nothing can be changed."
    )
    delete: bool


class ProductOut(BaseModel):
    """A product as the interface needs it."""

    slug: str
    name: str
    summary: str
    hue: int = Field(description="Its colour: an OKLCH hue in degrees.")
    icon: str = Field(description="Name of a Lucide icon.")
    interface: bool = Field(description="Whether it brings pages of its own; if not, they are drawn from `resources`.")
    sample: bool = Field(description="Whether it has a sample to try.")
    resources: list[Resource]


class Meta(BaseModel):
    """What runs here."""

    version: str
    mode: Mode
    sign_up: SignUp
    products: list[ProductOut]
