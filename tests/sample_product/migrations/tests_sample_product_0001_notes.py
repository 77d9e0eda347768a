"""Notes."""

import sqlalchemy as sa
from alembic import op

revision = "tests_sample_product_0001"
down_revision = None
branch_labels = ("tests_sample_product",)
depends_on = None


def upgrade() -> None:
    """Forwards. The way back is the backup taken before."""
    op.create_table(
        "notes_notes",
        sa.Column(
            "org_id",
            sa.Uuid(),
            server_default=sa.text("(nullif(current_setting('app.org_id', true), ''))::uuid"),
            nullable=False,
        ),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("words", sa.BigInteger(), nullable=True),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.Column("created_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("org_id", "id", name=op.f("pk_notes_notes")),
    )
    op.isolate("notes_notes", kind="tenant")
    op.create_index(
        op.f("ix_notes_notes_org_id_created_at_id"), "notes_notes", ["org_id", "created_at", "id"], unique=False
    )
