"""How much one caller may ask for, and who may read the figures."""

import re

from pydantic import Field, SecretStr, field_validator

from tenantry.core.configuration import PackageSettings


class RateSettings(PackageSettings, package="rate"):
    """Requests per span of time for each class of endpoint, as `100/minute`; `0` switches one off."""

    authentication: str | None = Field(
        None,
        description="Sign-up and sign-in, for each address. Unset: 5/minute in production, 60/minute in local mode.",
    )
    general: str | None = Field(
        None, description="Everything else, for each caller. Unset: 100/minute in production, none in local mode."
    )

    imports: str | None = Field(
        None, description="What brings much in, for each caller. Unset: 10/hour in production, none in local mode."
    )
    reports: str | None = Field(
        None,
        description="Exports and figures that take some reading, for each caller. Unset: 60/minute in production, none in local mode.",
    )

    @field_validator("authentication", "general", "imports", "reports")
    @classmethod
    def _rate(cls, value: str | None) -> str | None:
        if value is not None and value != "0" and not re.fullmatch(r"[1-9]\d*/(second|minute|hour|day)", value):
            raise ValueError("give a number and a span, such as 100/minute, or 0 for no limit")
        return value


class MetricsSettings(PackageSettings, package="metrics"):
    """Who may read the figures."""

    token: SecretStr | None = Field(
        None,
        description="What a reader of /health/metrics sends as `Authorization: Bearer …`. Unset: loopback in local mode only.",
    )
