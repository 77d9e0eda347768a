"""System scopes."""

import sqlalchemy as sa
from alembic import op

revision = "database_0001"
down_revision = None
branch_labels = ("database",)
depends_on = None


def upgrade() -> None:
    """Forwards. The way back is the backup taken before."""
    op.create_table(
        "database_system_scopes",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("actor_kind", sa.Text(), nullable=False),
        sa.Column("actor_id", sa.Uuid(), nullable=True),
        sa.Column("actor_name", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_database_system_scopes")),
    )
    op.isolate("database_system_scopes", kind="global", app="", system="SELECT, INSERT")
    op.create_index(op.f("ix_database_system_scopes_at"), "database_system_scopes", ["at"], unique=False)
