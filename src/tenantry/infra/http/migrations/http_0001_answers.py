"""Answers."""

import sqlalchemy as sa
from alembic import op

revision = "http_0001"
down_revision = None
branch_labels = ("http",)
depends_on = None


def upgrade() -> None:
    """Forwards. The way back is the backup taken before."""
    op.create_table(
        "http_answers",
        sa.Column("key_hash", sa.LargeBinary(), nullable=False),
        sa.Column("request_hash", sa.LargeBinary(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("expires_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("key_hash", name=op.f("pk_http_answers")),
    )
    op.isolate("http_answers", kind="secret", presented="key_hash")
    op.create_index(op.f("ix_http_answers_expires_at"), "http_answers", ["expires_at"], unique=False)
