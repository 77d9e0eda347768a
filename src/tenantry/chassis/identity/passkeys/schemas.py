"""Passkeys over the wire."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import AfterValidator, BaseModel, Field


def _plain(name: str) -> str:
    name = " ".join(name.split())
    if not name or not name.isprintable():
        raise ValueError("Give a name of visible characters.")
    return name


PasskeyName = Annotated[str, Field(min_length=1, max_length=80, examples=["MacBook"]), AfterValidator(_plain)]


class PasskeyOptions(BaseModel):
    """What the browser is asked: for `PublicKeyCredential.parseCreationOptionsFromJSON` or `parseRequestOptionsFromJSON`."""

    options: dict[str, Any]


class PasskeyGiven(BaseModel):
    """What the browser answered: the credential's own `toJSON()`."""

    credential: dict[str, Any] = Field(examples=[{"id": "AAAA", "rawId": "AAAA", "type": "public-key", "response": {}}])


class PasskeyNew(PasskeyGiven):
    """A passkey that was made, and what to call it."""

    name: PasskeyName


class PasskeyChange(BaseModel):
    """What can be changed about a passkey."""

    name: PasskeyName


class PasskeyOut(BaseModel):
    """One of your passkeys."""

    id: UUID
    name: str
    created_at: datetime
    used_at: datetime | None
    synced: bool = Field(description="Whether it lives in more than one device.")
    verifies: bool = Field(description="Whether it makes sure that it is you, and so can be the only factor.")


class PasskeyList(BaseModel):
    """Your passkeys, the oldest first."""

    items: list[PasskeyOut]
