"""The queue: Procrastinate's tables as its package brings them, and what we add to them."""

from pathlib import Path
from typing import Any

from alembic import op

from tenantry.infra.jobs import schema

revision = "jobs_0001"
down_revision = None
branch_labels = ("jobs",)
depends_on = None


def upgrade() -> None:
    """Forwards. The way back is the backup taken before."""
    connection: Any = op.get_bind().connection.driver_connection
    schema.install(connection)
    connection.execute(Path(__file__).with_suffix(".sql").read_text())
    every = "SELECT, INSERT, UPDATE, DELETE"
    op.isolate("procrastinate_jobs", kind="tenant", app="SELECT, INSERT, UPDATE", queue=every)
    op.isolate("procrastinate_events", kind="tenant", app="SELECT, INSERT", queue=every)
    op.isolate("procrastinate_workers", kind="global", app="", queue=every)
    op.isolate("procrastinate_periodic_defers", kind="global", app="", queue=every)
    op.isolate("jobs_turns", kind="global", app="", queue=every)
    op.isolate("jobs_library_migrations", kind="global", app="", system="SELECT")
