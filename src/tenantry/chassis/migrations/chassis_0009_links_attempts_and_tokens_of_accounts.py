"""Links in mails, counted attempts, and tokens that were replaced."""

import sqlalchemy as sa
from alembic import op

revision = "chassis_0009"
down_revision = "chassis_0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forwards. The way back is the backup taken before."""
    op.create_table(
        "identity_attempts",
        sa.Column("key_hash", sa.LargeBinary(), nullable=False),
        sa.Column("failures", sa.BigInteger(), nullable=False),
        sa.Column("wait_until", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("expires_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("key_hash", name=op.f("pk_identity_attempts")),
    )
    op.isolate("identity_attempts", kind="secret", presented="key_hash")
    op.create_index(op.f("ix_identity_attempts_expires_at"), "identity_attempts", ["expires_at"], unique=False)
    op.create_table(
        "identity_email_changes",
        sa.Column(
            "user_id",
            sa.Uuid(),
            server_default=sa.text("(nullif(current_setting('app.user_id', true), ''))::uuid"),
            nullable=False,
        ),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("created_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("expires_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("confirmed_old_at", sa.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("confirmed_new_at", sa.TIMESTAMP(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("user_id", "id", name=op.f("pk_identity_email_changes")),
        sa.UniqueConstraint("user_id", name=op.f("uq_identity_email_changes_user_id")),
    )
    op.isolate("identity_email_changes", kind="personal")
    op.create_index(
        op.f("ix_identity_email_changes_expires_at"), "identity_email_changes", ["expires_at"], unique=False
    )
    op.create_table(
        "identity_links",
        sa.Column(
            "user_id",
            sa.Uuid(),
            server_default=sa.text("(nullif(current_setting('app.user_id', true), ''))::uuid"),
            nullable=False,
        ),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("created_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("expires_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("user_id", "id", name=op.f("pk_identity_links")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_identity_links_token_hash")),
    )
    op.isolate("identity_links", kind="personal", presented="token_hash")
    op.create_index(op.f("ix_identity_links_expires_at"), "identity_links", ["expires_at"], unique=False)
    op.create_index(op.f("ix_identity_links_user_id_purpose"), "identity_links", ["user_id", "purpose"], unique=False)
    op.create_table(
        "identity_retired_tokens",
        sa.Column(
            "user_id",
            sa.Uuid(),
            server_default=sa.text("(nullif(current_setting('app.user_id', true), ''))::uuid"),
            nullable=False,
        ),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("retired_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id", "session_id"],
            ["identity_sessions.user_id", "identity_sessions.id"],
            name=op.f("fk_identity_retired_tokens_user_id_session_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("user_id", "id", name=op.f("pk_identity_retired_tokens")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_identity_retired_tokens_token_hash")),
    )
    op.isolate("identity_retired_tokens", kind="personal", presented="token_hash")
    op.create_index(
        op.f("ix_identity_retired_tokens_user_id_session_id"),
        "identity_retired_tokens",
        ["user_id", "session_id"],
        unique=False,
    )
    op.add_column("identity_sessions", sa.Column("rotated_at", sa.TIMESTAMP(timezone=True), nullable=True))
    op.add_column("identity_sessions", sa.Column("used_at", sa.TIMESTAMP(timezone=True), nullable=True))
    op.add_column("identity_sessions", sa.Column("country", sa.Text(), nullable=True))
