"""Second factors."""

import sqlalchemy as sa
from alembic import op

revision = "chassis_0003"
down_revision = "chassis_0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forwards. The way back is the backup taken before."""
    op.create_table(
        "identity_authenticator_apps",
        sa.Column(
            "user_id",
            sa.Uuid(),
            server_default=sa.text("(nullif(current_setting('app.user_id', true), ''))::uuid"),
            nullable=False,
        ),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("confirmed_at", sa.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("last_step", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("user_id", "id", name=op.f("pk_identity_authenticator_apps")),
        sa.UniqueConstraint("user_id", name=op.f("uq_identity_authenticator_apps_user_id")),
    )
    op.isolate("identity_authenticator_apps", kind="personal")
    op.create_table(
        "identity_pending_sign_ins",
        sa.Column(
            "user_id",
            sa.Uuid(),
            server_default=sa.text("(nullif(current_setting('app.user_id', true), ''))::uuid"),
            nullable=False,
        ),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("first", sa.Text(), nullable=False),
        sa.Column("attempts", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("expires_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("user_id", "id", name=op.f("pk_identity_pending_sign_ins")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_identity_pending_sign_ins_token_hash")),
    )
    op.isolate("identity_pending_sign_ins", kind="personal", presented="token_hash")
    op.create_index(
        op.f("ix_identity_pending_sign_ins_expires_at"), "identity_pending_sign_ins", ["expires_at"], unique=False
    )
    op.create_table(
        "identity_recovery_codes",
        sa.Column(
            "user_id",
            sa.Uuid(),
            server_default=sa.text("(nullif(current_setting('app.user_id', true), ''))::uuid"),
            nullable=False,
        ),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("signature", sa.Text(), nullable=False),
        sa.Column("created_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("user_id", "id", name=op.f("pk_identity_recovery_codes")),
        sa.UniqueConstraint("user_id", "signature", name=op.f("uq_identity_recovery_codes_user_id_signature")),
    )
    op.isolate("identity_recovery_codes", kind="personal")
    op.create_table(
        "identity_proofs",
        sa.Column(
            "user_id",
            sa.Uuid(),
            server_default=sa.text("(nullif(current_setting('app.user_id', true), ''))::uuid"),
            nullable=False,
        ),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("signed_in_by", sa.Text(), nullable=False),
        sa.Column("method", sa.Text(), nullable=False),
        sa.Column("at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id", "id"],
            ["identity_sessions.user_id", "identity_sessions.id"],
            name=op.f("fk_identity_proofs_user_id_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("user_id", "id", name=op.f("pk_identity_proofs")),
    )
    op.isolate("identity_proofs", kind="personal")
