"""Which rows a transaction sees: the settings that policies read, sent in the same message as BEGIN."""

from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Tenancy:
    """One of the three is set, or none; a person may present a secret as well. What is not set is cleared, so that no
    transaction inherits another's view."""

    org_id: UUID | None = None
    user_id: UUID | None = None
    presented: bytes | None = None
    read_only: bool = False

    def __post_init__(self) -> None:
        # These values are written into SQL text, so their types are checked and not only hinted at.
        for value, kind in ((self.org_id, UUID), (self.user_id, UUID), (self.presented, bytes)):
            if value is not None and not isinstance(value, kind):
                raise TypeError(f"A {kind.__name__} is wanted here, not {value!r}.")

    def statement(self) -> str:
        """The settings, local to the transaction, as one message."""
        presented = self.presented.hex() if self.presented else ""
        return (
            f"SET LOCAL app.org_id = '{self.org_id or ''}'; "
            f"SET LOCAL app.user_id = '{self.user_id or ''}'; "
            f"SET LOCAL app.presented = '{presented}'"
        )

    def begin(self) -> str:
        """BEGIN and the settings in one round trip."""
        return f"BEGIN{' READ ONLY' if self.read_only else ''}; {self.statement()}"
