"""How long the audit log is kept."""

from pydantic import Field

from tenantry.core.configuration import PackageSettings


class AuditSettings(PackageSettings, package="audit"):
    """The audit log."""

    retention_days: int = Field(
        400,
        ge=1,
        le=36_500,
        description="Days after which rows of the audit log are removed; nothing else removes one.",
    )
