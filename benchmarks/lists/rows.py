"""What all of them list: the same texts at the same times."""

from datetime import UTC, datetime, timedelta

PAGE = 20
ROWS = 20
FIRST = datetime(2026, 1, 1, tzinfo=UTC)


def rows() -> list[tuple[str, str, datetime]]:
    """Title, text and time of each."""
    return [
        (f"Note {number} of the week", f"{number}: what is worth remembering, in a sentence or two. " * 3, at)
        for number in range(ROWS)
        for at in [FIRST + timedelta(minutes=number)]
    ]
