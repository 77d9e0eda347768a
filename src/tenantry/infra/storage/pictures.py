"""Pictures that people upload: what they are, by their content and never by what they are called."""

from typing import Literal

from tenantry.core.errors import Invalid

Kind = Literal["png", "jpeg", "webp"]

LARGEST = 1_000_000
MEDIA_TYPES: dict[Kind, str] = {"png": "image/png", "jpeg": "image/jpeg", "webp": "image/webp"}


def kind_of_picture(content: bytes) -> Kind:
    """What kind of picture it is. Nothing else is accepted, above all nothing in which a script could stand (SVG, HTML).

    Raises:
        Invalid: `picture.unknown`.
    """
    if content.startswith(b"\x89PNG\r\n\x1a\n") and content[12:16] == b"IHDR":
        return "png"
    if content.startswith(b"\xff\xd8\xff"):
        return "jpeg"
    if content.startswith(b"RIFF") and content[8:12] == b"WEBP":
        return "webp"
    message = "This is no picture we can show; use a PNG, JPEG or WebP."
    raise Invalid("picture.unknown", message, hint=message, errors=[{"field": "upload", "message": message}])
