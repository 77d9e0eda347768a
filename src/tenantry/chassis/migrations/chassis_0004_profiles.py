"""Profiles."""

import sqlalchemy as sa
from alembic import op

revision = "chassis_0004"
down_revision = "chassis_0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forwards. The way back is the backup taken before."""
    op.add_column("identity_people", sa.Column("verified_at", sa.TIMESTAMP(timezone=True), nullable=True))
    op.add_column("identity_people", sa.Column("avatar", sa.Text(), nullable=True))
    op.add_column("identity_users", sa.Column("time_zone", sa.Text(), nullable=True))
    op.add_column("identity_users", sa.Column("locale", sa.Text(), nullable=True))
    op.add_column("identity_users", sa.Column("currency", sa.Text(), nullable=True))
    op.add_column("identity_users", sa.Column("theme", sa.Text(), server_default="system", nullable=False))
