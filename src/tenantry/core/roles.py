"""What a member of an organization is to it."""

from enum import IntEnum
from typing import Self


class Role(IntEnum):
    """From the least to the most: whoever holds a role may do all that the lower ones may."""

    VIEWER = 10
    MEMBER = 20
    ADMIN = 30
    OWNER = 40

    @property
    def word(self) -> str:
        """The role as it is stored and sent: `viewer`, `member`, `admin`, `owner`."""
        return self.name.lower()

    @classmethod
    def of(cls, word: str) -> Self:
        """The role of that word.

        Raises:
            ValueError: there is no such role.
        """
        try:
            return cls[word.upper()]
        except KeyError:
            raise ValueError(
                f"There is no role “{word}”; the roles are {', '.join(role.word for role in cls)}."
            ) from None
