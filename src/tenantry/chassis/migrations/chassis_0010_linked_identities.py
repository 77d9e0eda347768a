"""Linked identities."""

import sqlalchemy as sa
from alembic import op

revision = "chassis_0010"
down_revision = "chassis_0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forwards. The way back is the backup taken before."""
    op.create_table(
        "identity_federation_attempts",
        sa.Column("state_hash", sa.LargeBinary(), nullable=False),
        sa.Column("browser_hash", sa.LargeBinary(), nullable=False),
        sa.Column("provider", sa.Text(), nullable=False),
        sa.Column("issuer", sa.Text(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=True),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("next", sa.Text(), nullable=False),
        sa.Column("expires_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("state_hash", name=op.f("pk_identity_federation_attempts")),
    )
    op.isolate("identity_federation_attempts", kind="secret", presented="state_hash")
    op.create_index(
        op.f("ix_identity_federation_attempts_expires_at"), "identity_federation_attempts", ["expires_at"], unique=False
    )
    op.create_table(
        "identity_linked_identities",
        sa.Column(
            "user_id",
            sa.Uuid(),
            server_default=sa.text("(nullif(current_setting('app.user_id', true), ''))::uuid"),
            nullable=False,
        ),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("identity_hash", sa.LargeBinary(), nullable=False),
        sa.Column("issuer", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("provider", sa.Text(), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("created_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("used_at", sa.TIMESTAMP(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("user_id", "id", name=op.f("pk_identity_linked_identities")),
        sa.UniqueConstraint("identity_hash", name=op.f("uq_identity_linked_identities_identity_hash")),
    )
    op.isolate("identity_linked_identities", kind="personal", presented="identity_hash")
    op.create_index(
        op.f("ix_identity_linked_identities_user_id_created_at"),
        "identity_linked_identities",
        ["user_id", "created_at"],
        unique=False,
    )
