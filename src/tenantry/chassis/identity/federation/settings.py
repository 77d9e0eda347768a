"""Where people may sign in beside here."""

from typing import Literal

from pydantic import BaseModel, Field, SecretStr, field_validator

from tenantry.core.configuration import PackageSettings


class ProviderSetting(BaseModel):
    """One issuer of OpenID Connect: Clerk, Auth0, Keycloak, or any other that can be discovered."""

    id: str = Field(pattern=r"^[a-z][a-z0-9-]{0,30}$")
    label: str = Field(min_length=1, max_length=60)
    issuer: str = Field(pattern=r"^https?://")
    client_id: str = Field(min_length=1)
    client_secret: SecretStr | None = None
    kind: Literal["oidc", "github"] = "oidc"


class BearerIssuer(BaseModel):
    """An issuer whose signed tokens the API accepts, when they are meant for this audience."""

    issuer: str = Field(pattern=r"^https?://")
    audience: str = Field(min_length=1)


class SignInSettings(PackageSettings, package="sign_in"):
    """Where people may sign in beside here, and whose tokens programs may bring."""

    google_client_id: str | None = Field(
        None, description="Client id at Google; with its secret, “Continue with Google”."
    )
    google_client_secret: SecretStr | None = Field(None, description="Client secret at Google.")
    github_client_id: str | None = Field(
        None, description="Client id at GitHub; with its secret, “Continue with GitHub”."
    )
    github_client_secret: SecretStr | None = Field(None, description="Client secret at GitHub.")
    providers: tuple[ProviderSetting, ...] = Field(
        (),
        description="Other issuers of OpenID Connect, as JSON: "
        '[{"id": "auth0", "label": "Auth0", "issuer": "https://…", "client_id": "…", "client_secret": "…"}].',
    )
    bearer_issuers: tuple[BearerIssuer, ...] = Field(
        (),
        description='Issuers whose JWTs the API accepts, as JSON: [{"issuer": "https://…", "audience": "tenantry"}]. '
        "The subject must be linked to an account.",
    )

    @field_validator("providers")
    @classmethod
    def _distinct(cls, value: tuple[ProviderSetting, ...]) -> tuple[ProviderSetting, ...]:
        ids = [provider.id for provider in value]
        if len(set(ids)) < len(ids) or {"google", "github"} & set(ids):
            raise ValueError("each id stands once, and “google” and “github” have settings of their own")
        return value
