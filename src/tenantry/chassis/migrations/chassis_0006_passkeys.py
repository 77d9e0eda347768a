"""Passkeys."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "chassis_0006"
down_revision = "chassis_0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forwards. The way back is the backup taken before."""
    op.create_table(
        "identity_challenges",
        sa.Column("challenge_hash", sa.LargeBinary(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=True),
        sa.Column("expires_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("challenge_hash", name=op.f("pk_identity_challenges")),
    )
    op.isolate("identity_challenges", kind="secret", presented="challenge_hash")
    op.create_index(op.f("ix_identity_challenges_expires_at"), "identity_challenges", ["expires_at"], unique=False)
    op.create_table(
        "identity_passkeys",
        sa.Column(
            "user_id",
            sa.Uuid(),
            server_default=sa.text("(nullif(current_setting('app.user_id', true), ''))::uuid"),
            nullable=False,
        ),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("credential_hash", sa.LargeBinary(), nullable=False),
        sa.Column("credential_id", sa.LargeBinary(), nullable=False),
        sa.Column("public_key", sa.LargeBinary(), nullable=False),
        sa.Column("sign_count", sa.BigInteger(), nullable=False),
        sa.Column("verifies", sa.Boolean(), nullable=False),
        sa.Column("synced", sa.Boolean(), nullable=False),
        sa.Column("transports", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("created_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("used_at", sa.TIMESTAMP(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("user_id", "id", name=op.f("pk_identity_passkeys")),
        sa.UniqueConstraint("credential_hash", name=op.f("uq_identity_passkeys_credential_hash")),
    )
    op.isolate("identity_passkeys", kind="personal", presented="credential_hash")
    op.create_index(
        op.f("ix_identity_passkeys_user_id_created_at"), "identity_passkeys", ["user_id", "created_at"], unique=False
    )
    op.alter_column("identity_users", "password_hash", existing_type=sa.TEXT(), nullable=True)
