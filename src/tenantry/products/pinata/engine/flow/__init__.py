"""Questions that a finished graph answers: where something leads, what depends on it, what changed, what is not allowed."""

from tenantry.products.pinata.engine.flow.index import Flow
from tenantry.products.pinata.engine.flow.lookup import NotFoundError, find

__all__ = ["Flow", "NotFoundError", "find"]
