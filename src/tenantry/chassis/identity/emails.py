"""E-mail addresses: one form for each, however it was typed."""

import hashlib

from email_validator import EmailNotValidError, validate_email

from tenantry.core.errors import Invalid


def normalized(email: str) -> str:
    """The address as it is stored and compared: in small letters, its domain in Unicode.

    Raises:
        Invalid: `email.invalid`.
    """
    try:
        return validate_email(email.strip(), check_deliverability=False).normalized.lower()
    except EmailNotValidError as error:
        raise Invalid(
            "email.invalid",
            "This is not an e-mail address.",
            hint="Check it for typing errors.",
            errors=[{"field": "email", "message": str(error)}],
        ) from None


def email_hash(email: str) -> bytes:
    """By what an account is found before anybody is known; of a normalized address."""
    return hashlib.sha256(email.encode()).digest()
