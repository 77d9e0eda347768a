"""Who acts."""

from dataclasses import dataclass
from typing import Literal, Self
from uuid import UUID

ActorKind = Literal["user", "api_key", "system", "anonymous"]


@dataclass(frozen=True, slots=True)
class Actor:
    """Somebody or something that acts: `id` is the user's or the key's, and is absent for the system and strangers."""

    kind: ActorKind
    id: UUID | None
    name: str

    @classmethod
    def user(cls, id: UUID, name: str) -> Self:
        """A signed-in person."""
        return cls("user", id, name)

    @classmethod
    def api_key(cls, id: UUID, name: str) -> Self:
        """A program holding an API key of an organization."""
        return cls("api_key", id, name)

    def __str__(self) -> str:
        return f"{self.kind}:{self.id}" if self.id else self.kind


SYSTEM = Actor("system", None, "Tenantry")
ANONYMOUS = Actor("anonymous", None, "Somebody")
