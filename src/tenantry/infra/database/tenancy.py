"""Which rows a transaction sees: the settings that policies read, sent in the same message as BEGIN."""

from dataclasses import dataclass
from uuid import UUID

from tenantry.infra.database.wire import Message

_BEGIN, _BEGIN_READ_ONLY = Message(b"BEGIN"), Message(b"BEGIN READ ONLY")
_SET = (
    b"SELECT set_config('app.org_id', $1::text, true), set_config('app.user_id', $2::text, true), "
    b"set_config('app.presented', $3::text, true)"
)


@dataclass(frozen=True, slots=True)
class Tenancy:
    """One of the three is set, or none; a person may present a secret as well. What is not set is cleared, so that no
    transaction inherits another's view."""

    org_id: UUID | None = None
    user_id: UUID | None = None
    presented: bytes | None = None
    read_only: bool = False

    def __post_init__(self) -> None:
        # What `statement` writes is SQL text, so their types are checked and not only hinted at.
        for value, kind in ((self.org_id, UUID), (self.user_id, UUID), (self.presented, bytes)):
            if value is not None and not isinstance(value, kind):
                raise TypeError(f"A {kind.__name__} is wanted here, not {value!r}.")

    def statement(self) -> str:
        """The settings as SQL text, local to the transaction: what `psql` would be given."""
        org, user, presented = self._values()
        return (
            f"SET LOCAL app.org_id = '{org}'; SET LOCAL app.user_id = '{user}'; SET LOCAL app.presented = '{presented}'"
        )

    def setting(self) -> Message:
        """The settings, local to the transaction."""
        return Message(_SET, self._values())

    def begin(self) -> Message:
        """The beginning of a transaction; `setting` follows it in the same round trip."""
        return _BEGIN_READ_ONLY if self.read_only else _BEGIN

    def _values(self) -> tuple[str, str, str]:
        return (
            str(self.org_id) if self.org_id else "",
            str(self.user_id) if self.user_id else "",
            self.presented.hex() if self.presented else "",
        )
