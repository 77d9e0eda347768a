"""Who acts."""

from dataclasses import dataclass
from typing import Literal, Self
from uuid import UUID

ActorKind = Literal["user", "api_key", "system", "anonymous"]


@dataclass(frozen=True, slots=True)
class Actor:
    """Somebody or something that acts: `id` is the user's or the key's, and is absent for the system and strangers.
    `owner` is the person whose own key it is."""

    kind: ActorKind
    id: UUID | None
    name: str
    owner: UUID | None = None

    @classmethod
    def user(cls, id: UUID, name: str) -> Self:
        """A signed-in person."""
        return cls("user", id, name)

    @classmethod
    def api_key(cls, id: UUID, name: str, owner: UUID | None = None) -> Self:
        """A program holding an API key of an organization, or a person's own."""
        return cls("api_key", id, name, owner)

    @property
    def person(self) -> UUID | None:
        """The person who acts, by themselves or through a key of their own."""
        return self.id if self.kind == "user" else self.owner

    def __str__(self) -> str:
        return f"{self.kind}:{self.id}" if self.id else self.kind


SYSTEM = Actor("system", None, "Tenantry")
ANONYMOUS = Actor("anonymous", None, "Somebody")
