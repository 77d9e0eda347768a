"""What opens a repository, sealed so that only this installation can read it, and only for that repository."""

import json
from uuid import UUID

from tenantry.products.pinata.sources import Credentials
from tenantry.sdk import Invalid, Sealer


def seal(sealer: Sealer, repository_id: UUID, secrets: Credentials) -> bytes:
    """The secrets as they are stored."""
    plain = json.dumps([secrets.username, secrets.token, secrets.private_key]).encode()
    return sealer.seal(plain, f"pinata.repository:{repository_id}")


def unseal(sealer: Sealer, repository_id: UUID, sealed: bytes | None) -> Credentials:
    """The secrets again; none for a repository that has none.

    Raises:
        SealBrokenError: the key that sealed them is gone.
    """
    if sealed is None:
        return Credentials()
    return Credentials(*json.loads(sealer.open(sealed, f"pinata.repository:{repository_id}")))


def check(scheme: str, secrets: Credentials) -> None:
    """Refuse what could never open the repository.

    Raises:
        Invalid: `pinata.source.credentials_invalid`.
    """
    if secrets.private_key and scheme != "ssh":
        raise _invalid("source.private_key", "A private key opens ssh addresses only.")
    if secrets.private_key and "PRIVATE KEY-----" not in secrets.private_key:
        raise _invalid("source.private_key", "That is not a private key.")
    if secrets.token and scheme != "https":
        raise _invalid("source.token", "A token opens https addresses only.")
    if any(ord(letter) < 32 for text in (secrets.username, secrets.token) for letter in text or ""):
        raise _invalid("source.token", "There is a line break or another control character in it.")


def _invalid(field: str, message: str) -> Invalid:
    return Invalid(
        "pinata.source.credentials_invalid",
        message,
        hint="Give a token for an https address, or a private key (the whole text, from BEGIN to END) for an ssh one.",
        errors=[{"field": field, "message": message}],
    )
