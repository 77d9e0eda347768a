"""The form of an API key: `tnt_live_`, 30 random characters, and 6 that check them.

Secret scanners find `tnt_live_[0-9A-Za-z]{36}` in any text, and the checksum (CRC-32, as GitHub's tokens have one) tells them and
us that it is a key and no accident, without asking anybody.
"""

import re
import secrets
import string
import zlib

PREFIX = "tnt_live_"
RANDOM, CHECK = 30, 6
"""30 characters out of 62 are 178 random bits."""

PATTERN = rf"{PREFIX}[0-9A-Za-z]{{{RANDOM + CHECK}}}"
_DIGITS = string.digits + string.ascii_uppercase + string.ascii_lowercase
_FORM = re.compile(PATTERN)


def new_token() -> str:
    """A new key."""
    random = "".join(secrets.choice(_DIGITS) for _ in range(RANDOM))
    return PREFIX + random + checksum(random)


def checksum(random: str) -> str:
    """CRC-32 of the random part, in base 62, six digits."""
    number, digits = zlib.crc32(random.encode()), ""
    for _ in range(CHECK):
        number, digit = divmod(number, 62)
        digits = _DIGITS[digit] + digits
    return digits


def is_token(text: str) -> bool:
    """Whether it has the form, and its checksum is right."""
    return bool(_FORM.fullmatch(text)) and checksum(text[len(PREFIX) : -CHECK]) == text[-CHECK:]


def shown(token: str) -> str:
    """What of a key may be shown again, so that people can tell theirs apart."""
    return token[: len(PREFIX) + 4]
