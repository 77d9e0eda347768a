"""Verification over the wire."""

from typing import Literal

from pydantic import BaseModel, Field

Change = Literal["half", "done"]


class LinkToken(BaseModel):
    """The secret from a link: what stands behind its `#`."""

    token: str = Field(min_length=20, max_length=200, examples=["hY2Zr0pJq1m3Xn7bK5vTtQ8sWd4uEeLcAaGgIiOoPp0"])


class Verified(BaseModel):
    """What following a link did."""

    email: str = Field(description="The address that is verified, or that the account will have.")
    change: Change | None = Field(
        description="For a change of address: `half` when the other mailbox must confirm it too, `done` when it is made."
    )
