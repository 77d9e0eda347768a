"""Slugs: how an organization is named in addresses."""

import re
import secrets
import unicodedata

from tenantry.core.errors import Invalid

LONGEST = 40
_SLUG = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])")
_LETTERS = str.maketrans(
    {
        "ß": "ss",
        "æ": "ae",
        "œ": "oe",
        "ø": "o",
        "ł": "l",
        "đ": "d",
        "ð": "d",
        "þ": "th",
        "ı": "i",
        "&": " and ",
        "’": "",
        "'": "",
    }
)

RESERVED = frozenset(
    """about account accounts admin api app assets auth billing blog changelog contact dashboard dev docs download
    error errors favicon features files forgot health help home index integrations invitations invite invites join jobs legal live
    login logout mail me meta new notifications null onboarding orgs organizations press pricing privacy public register reset
    robots root search security settings sign-in sign-out sign-up signin signout signup sitemap static status support
    system tenantry terms undefined user users verify webhooks welcome www""".split()
)
"""Addresses which the interface and the API need for themselves."""


def slug_of(name: str) -> str:
    """A slug for a name in any script; a made-up one where nothing of it can be written in a–z and 0–9."""
    plain = unicodedata.normalize("NFKD", name.lower().translate(_LETTERS))
    words = re.findall(r"[a-z0-9]+", "".join(mark for mark in plain if not unicodedata.combining(mark)))
    slug = "-".join(words)[:LONGEST].strip("-")
    return slug if _SLUG.fullmatch(slug) else made_up()


def made_up() -> str:
    """A slug that nobody has."""
    return f"org-{secrets.token_hex(4)}"


def numbered(slug: str, number: int) -> str:
    """The same slug with a number behind it: `acme-2`."""
    tail = f"-{number}"
    return slug[: LONGEST - len(tail)].rstrip("-") + tail


def is_reserved(slug: str) -> bool:
    """Whether the address is needed for something else."""
    return slug in RESERVED


def checked(slug: str) -> str:
    """A slug somebody chose, in small letters.

    Raises:
        Invalid: `slug.invalid`, `slug.reserved`.
    """
    slug = slug.strip().lower()
    if not _SLUG.fullmatch(slug):
        message = f"Use 2 to {LONGEST} letters (a–z), digits and dashes, with no dash at either end."
        raise Invalid(
            "slug.invalid", "This can’t be an address.", hint=message, errors=[{"field": "slug", "message": message}]
        )
    if is_reserved(slug):
        message = "This address is needed for something else; choose another."
        raise Invalid("slug.reserved", message, errors=[{"field": "slug", "message": message}])
    return slug
