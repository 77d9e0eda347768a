"""The providers of this installation."""

from dataclasses import dataclass
from typing import Literal

from tenantry.chassis.identity.federation.settings import SignInSettings

GOOGLE = "https://accounts.google.com"
GITHUB = "https://github.com"


@dataclass(frozen=True, slots=True)
class Provider:
    """Somebody who says who people are. With OpenID Connect all else is found by discovery."""

    id: str
    label: str
    issuer: str
    client_id: str
    client_secret: str | None = None
    kind: Literal["oidc", "github"] = "oidc"


def configured(settings: SignInSettings) -> dict[str, Provider]:
    """Those that the settings name, by their ids."""
    found: list[Provider] = []
    if settings.google_client_id and settings.google_client_secret:
        secret = settings.google_client_secret.get_secret_value()
        found.append(Provider("google", "Google", GOOGLE, settings.google_client_id, secret))
    if settings.github_client_id and settings.github_client_secret:
        secret = settings.github_client_secret.get_secret_value()
        found.append(Provider("github", "GitHub", GITHUB, settings.github_client_id, secret, "github"))
    for one in settings.providers:
        given = one.client_secret.get_secret_value() if one.client_secret else None
        found.append(Provider(one.id, one.label, one.issuer.rstrip("/"), one.client_id, given, one.kind))
    return {provider.id: provider for provider in found}
