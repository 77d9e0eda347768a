"""Api keys and their usage."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "chassis_0008"
down_revision = "chassis_0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forwards. The way back is the backup taken before."""
    op.create_table(
        "api_keys_keys",
        sa.Column(
            "org_id",
            sa.Uuid(),
            server_default=sa.text("(nullif(current_setting('app.org_id', true), ''))::uuid"),
            nullable=False,
        ),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("secret_hash", sa.LargeBinary(), nullable=False),
        sa.Column("prefix", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("permissions", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=True),
        sa.Column("made_by", sa.Uuid(), nullable=True),
        sa.Column("created_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("expires_at", sa.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("last_used_at", sa.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("rotated_at", sa.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("revoked_at", sa.TIMESTAMP(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("org_id", "id", name=op.f("pk_api_keys_keys")),
        sa.UniqueConstraint("secret_hash", name=op.f("uq_api_keys_keys_secret_hash")),
    )
    op.isolate("api_keys_keys", kind="tenant", member=True, presented="secret_hash")
    op.create_index(
        op.f("ix_api_keys_keys_org_id_created_at_id"), "api_keys_keys", ["org_id", "created_at", "id"], unique=False
    )
    op.create_index(
        op.f("ix_api_keys_keys_user_id_created_at"), "api_keys_keys", ["user_id", "created_at"], unique=False
    )
    op.create_table(
        "api_keys_usage",
        sa.Column(
            "org_id",
            sa.Uuid(),
            server_default=sa.text("(nullif(current_setting('app.org_id', true), ''))::uuid"),
            nullable=False,
        ),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("key_id", sa.Uuid(), nullable=False),
        sa.Column("hour", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("operation", sa.Text(), nullable=False),
        sa.Column("method", sa.Text(), nullable=False),
        sa.Column("status", sa.BigInteger(), nullable=False),
        sa.Column("count", sa.BigInteger(), nullable=False),
        sa.Column("total_ms", sa.BigInteger(), nullable=False),
        sa.Column("buckets", postgresql.ARRAY(sa.BigInteger()), nullable=False),
        sa.PrimaryKeyConstraint("org_id", "id", name=op.f("pk_api_keys_usage")),
        sa.UniqueConstraint(
            "org_id",
            "key_id",
            "hour",
            "operation",
            "method",
            "status",
            name=op.f("uq_api_keys_usage_org_id_key_id_hour_operation_method_status"),
        ),
    )
    op.isolate("api_keys_usage", kind="tenant")
    op.create_index(op.f("ix_api_keys_usage_org_id_hour"), "api_keys_usage", ["org_id", "hour"], unique=False)
    op.create_table(
        "api_keys_rotated_secrets",
        sa.Column(
            "org_id",
            sa.Uuid(),
            server_default=sa.text("(nullif(current_setting('app.org_id', true), ''))::uuid"),
            nullable=False,
        ),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("key_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=True),
        sa.Column("secret_hash", sa.LargeBinary(), nullable=False),
        sa.Column("expires_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["org_id", "key_id"],
            ["api_keys_keys.org_id", "api_keys_keys.id"],
            name=op.f("fk_api_keys_rotated_secrets_org_id_key_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("org_id", "id", name=op.f("pk_api_keys_rotated_secrets")),
        sa.UniqueConstraint("secret_hash", name=op.f("uq_api_keys_rotated_secrets_secret_hash")),
    )
    op.isolate("api_keys_rotated_secrets", kind="tenant", member=True, presented="secret_hash")
    op.create_index(
        op.f("ix_api_keys_rotated_secrets_org_id_key_id"),
        "api_keys_rotated_secrets",
        ["org_id", "key_id"],
        unique=False,
    )
    op.create_index(op.f("ix_api_keys_rotated_secrets_user_id"), "api_keys_rotated_secrets", ["user_id"], unique=False)
