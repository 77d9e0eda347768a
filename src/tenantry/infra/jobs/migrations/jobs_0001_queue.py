"""The queue: Procrastinate's tables as its package brings them, and what we add to them."""

from collections.abc import Sequence
from pathlib import Path

from alembic import op

from tenantry.infra.jobs import schema

revision: str = "jobs_0001"
down_revision: str | None = None
branch_labels: str | Sequence[str] | None = ("jobs",)
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Forwards."""
    connection = op.get_bind().connection.driver_connection
    schema.install(connection)
    connection.execute(Path(__file__).with_suffix(".sql").read_text())
    every = "SELECT, INSERT, UPDATE, DELETE"
    op.isolate("procrastinate_jobs", kind="tenant", app="SELECT, INSERT, UPDATE", queue=every)
    op.isolate("procrastinate_events", kind="tenant", app="SELECT, INSERT", queue=every)
    op.isolate("procrastinate_workers", kind="global", app="", queue=every)
    op.isolate("procrastinate_periodic_defers", kind="global", app="", queue=every)
    op.isolate("jobs_turns", kind="global", app="", queue=every)
    op.isolate("jobs_library_migrations", kind="global", app="", system="SELECT")


def downgrade() -> None:
    """Back again: every job is lost."""
    schema.uninstall(op.get_bind().connection.driver_connection)
