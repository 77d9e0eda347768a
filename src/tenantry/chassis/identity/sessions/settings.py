"""How long a session lasts."""

from datetime import timedelta

from pydantic import Field

from tenantry.core.configuration import PackageSettings


class SessionSettings(PackageSettings, package="session"):
    """When sessions end by themselves, and how often their tokens change."""

    idle_days: int = Field(14, ge=1, le=365, description="A session that is not used for so many days ends.")
    longest_days: int = Field(30, ge=1, le=365, description="Every session ends after so many days, used or not.")
    rotation_minutes: int = Field(
        360,
        ge=1,
        le=10_080,
        description="After so many minutes a session gets a new token; a copy of an old one is found out when it is used.",
    )

    @property
    def idle(self) -> timedelta:
        """How long it may lie unused."""
        return timedelta(days=self.idle_days)

    @property
    def longest(self) -> timedelta:
        """How long it lasts at most."""
        return timedelta(days=self.longest_days)

    @property
    def rotation(self) -> timedelta:
        """How long one token is used."""
        return timedelta(minutes=self.rotation_minutes)
