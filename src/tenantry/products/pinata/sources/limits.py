"""How much a source may bring."""

from dataclasses import dataclass

MEBIBYTE = 1 << 20


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds on one source. Sizes in bytes, times in seconds."""

    download_bytes: int = 1024 * MEBIBYTE
    """What may come over the wire, and lie in the fetched pack."""

    tree_bytes: int = 2048 * MEBIBYTE
    """What the files may weigh once they are unpacked."""

    files: int = 200_000
    depth: int = 64
    """How many folders deep a file may lie."""

    seconds: float = 900
    """How long fetching may take in all."""

    answer_seconds: float = 30
    """How long a server may take to list its branches."""

    ratio: int = 200
    """How many times its own size an archive may unpack to, once it is past `ratio_from` bytes."""

    ratio_from: int = 64 * MEBIBYTE


def in_words(size: int) -> str:
    """A size for people: `1.5 GB`."""
    value = float(size)
    for unit in ("bytes", "kB", "MB"):
        if value < 1000:
            return f"{value:.0f} {unit}" if unit == "bytes" or value >= 10 else f"{value:.1f} {unit}"
        value /= 1000
    return f"{value:.1f} GB"
