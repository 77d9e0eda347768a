"""Jobs of people: work for somebody in no organization, such as a mail about their account."""

from pathlib import Path
from typing import Any

from alembic import op

revision = "jobs_0002"
down_revision = "jobs_0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forwards. The way back is the backup taken before."""
    connection: Any = op.get_bind().connection.driver_connection
    connection.execute(Path(__file__).with_suffix(".sql").read_text())
    every = "SELECT, INSERT, UPDATE, DELETE"
    op.isolate("procrastinate_jobs", kind="tenant", shared=True, app="SELECT, INSERT, UPDATE", queue=every)
    op.isolate("procrastinate_events", kind="tenant", shared=True, app="SELECT, INSERT", queue=every)
