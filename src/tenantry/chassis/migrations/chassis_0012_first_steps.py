"""First steps."""

import sqlalchemy as sa
from alembic import op

revision = "chassis_0012"
down_revision = "chassis_0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forwards. The way back is the backup taken before."""
    op.create_table(
        "onboarding_first_steps",
        sa.Column(
            "user_id",
            sa.Uuid(),
            server_default=sa.text("(nullif(current_setting('app.user_id', true), ''))::uuid"),
            nullable=False,
        ),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("step", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("user_id", "id", name=op.f("pk_onboarding_first_steps")),
    )
    op.isolate("onboarding_first_steps", kind="personal")
