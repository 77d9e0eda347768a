"""Addresses and domains as they are typed into an invitation."""

from collections.abc import Sequence

from tenantry.chassis.identity.emails import normalized
from tenantry.core.errors import FieldError, Invalid


def addresses(typed: Sequence[str]) -> dict[int, str]:
    """The addresses in one form each, by where they stood; one that was typed twice stands where it came first.

    Raises:
        Invalid: `email.invalid`, naming each place (`emails.2`).
    """
    found: dict[int, str] = {}
    errors: list[FieldError] = []
    for place, text in enumerate(typed):
        try:
            email = normalized(text)
        except Invalid as problem:
            errors.append({"field": f"emails.{place}", "message": problem.errors[0]["message"]})
            continue
        if email not in found.values():
            found[place] = email
    if errors:
        wrong = ", ".join(typed[int(error["field"].partition(".")[2])].strip()[:80] or "nothing" for error in errors)
        raise Invalid(
            "email.invalid", f"Not an e-mail address: {wrong}.", hint="Check for typing errors.", errors=errors
        )
    return found


def domain(typed: str | None) -> str | None:
    """A domain in one form, as it stands behind the @ of a normalized address; none when nothing was typed.

    Raises:
        Invalid: `domain.invalid`.
    """
    text = (typed or "").strip().lower().removeprefix("@")
    if not text:
        return None
    try:
        return normalized(f"x@{text}").partition("@")[2]
    except Invalid:
        message = "Give a domain such as example.com."
        raise Invalid(
            "domain.invalid", "This is no domain.", errors=[{"field": "domain", "message": message}]
        ) from None
