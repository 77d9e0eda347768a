"""Live updates: one socket per tab, told by NOTIFY which ids changed, and reading them under the reader's own scope."""

from tenantry.infra.live.hub import Hub
from tenantry.infra.live.routes import live_router
from tenantry.infra.live.topics import Reader, Topic

__all__ = ["Hub", "Reader", "Topic", "live_router"]
