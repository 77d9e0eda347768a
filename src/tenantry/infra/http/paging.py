"""How a list is asked for."""

from typing import Annotated

from fastapi import Depends, Query

from tenantry.core.pages import PageParams


def _paging(
    limit: Annotated[int, Query(ge=1, le=200, description="How many items at most.")] = 50,
    after: Annotated[str | None, Query(max_length=1000, description="The `next` of the previous page.")] = None,
) -> PageParams:
    return PageParams(limit=limit, after=after)


Paging = Annotated[PageParams, Depends(_paging)]
"""What a list route takes: `limit` and `after`."""
