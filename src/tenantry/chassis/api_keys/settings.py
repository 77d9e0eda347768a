"""How long API keys may live, and what is kept of their use."""

from pydantic import Field

from tenantry.core.configuration import PackageSettings


class ApiKeySettings(PackageSettings, package="api_keys"):
    """API keys."""

    longest_days: int | None = Field(
        None,
        ge=1,
        le=3650,
        description="Days after which every new API key expires at the latest. Unset: a key may last.",
    )
    usage_days: int = Field(400, ge=1, le=3650, description="Days for which the usage of API keys is kept.")
