"""Audit log."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "chassis_0002"
down_revision = "chassis_0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forwards. The way back is the backup taken before."""
    op.create_table(
        "audit_entries",
        sa.Column(
            "org_id",
            sa.Uuid(),
            server_default=sa.text("(nullif(current_setting('app.org_id', true), ''))::uuid"),
            nullable=False,
        ),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("action", sa.Text(collation="C"), nullable=False),
        sa.Column("actor_kind", sa.Text(), nullable=False),
        sa.Column("actor_id", sa.Uuid(), nullable=True),
        sa.Column("actor_name", sa.Text(), nullable=True),
        sa.Column("subject", sa.Text(collation="C"), nullable=True),
        sa.Column("address", sa.Text(), nullable=True),
        sa.Column("address_hash", sa.LargeBinary(), nullable=True),
        sa.Column("user_agent", sa.Text(), nullable=True),
        sa.Column("request_id", sa.Text(), nullable=True),
        sa.Column("before", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("after", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("sealed", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.PrimaryKeyConstraint("org_id", "id", name=op.f("pk_audit_entries")),
    )
    op.isolate("audit_entries", kind="tenant", app="SELECT, INSERT", system="SELECT, INSERT, DELETE")
    op.create_index(
        op.f("ix_audit_entries_org_id_action_at_id"), "audit_entries", ["org_id", "action", "at", "id"], unique=False
    )
    op.create_index(
        op.f("ix_audit_entries_org_id_actor_id_at_id"),
        "audit_entries",
        ["org_id", "actor_id", "at", "id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_audit_entries_org_id_address_hash_at_id"),
        "audit_entries",
        ["org_id", "address_hash", "at", "id"],
        unique=False,
    )
    op.create_index(op.f("ix_audit_entries_org_id_at_id"), "audit_entries", ["org_id", "at", "id"], unique=False)
    op.create_index(
        op.f("ix_audit_entries_org_id_subject_at_id"), "audit_entries", ["org_id", "subject", "at", "id"], unique=False
    )
    op.create_table(
        "audit_installation_entries",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("action", sa.Text(collation="C"), nullable=False),
        sa.Column("actor_kind", sa.Text(), nullable=False),
        sa.Column("actor_id", sa.Uuid(), nullable=True),
        sa.Column("actor_name", sa.Text(), nullable=True),
        sa.Column("subject", sa.Text(collation="C"), nullable=True),
        sa.Column("address", sa.Text(), nullable=True),
        sa.Column("address_hash", sa.LargeBinary(), nullable=True),
        sa.Column("user_agent", sa.Text(), nullable=True),
        sa.Column("request_id", sa.Text(), nullable=True),
        sa.Column("before", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("after", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("sealed", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_installation_entries")),
    )
    op.isolate("audit_installation_entries", kind="global", app="INSERT", system="SELECT, INSERT, DELETE")
    op.create_index(
        op.f("ix_audit_installation_entries_at_id"), "audit_installation_entries", ["at", "id"], unique=False
    )
    op.create_table(
        "audit_own_entries",
        sa.Column(
            "user_id",
            sa.Uuid(),
            server_default=sa.text("(nullif(current_setting('app.user_id', true), ''))::uuid"),
            nullable=False,
        ),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("action", sa.Text(collation="C"), nullable=False),
        sa.Column("actor_kind", sa.Text(), nullable=False),
        sa.Column("actor_id", sa.Uuid(), nullable=True),
        sa.Column("actor_name", sa.Text(), nullable=True),
        sa.Column("subject", sa.Text(collation="C"), nullable=True),
        sa.Column("address", sa.Text(), nullable=True),
        sa.Column("address_hash", sa.LargeBinary(), nullable=True),
        sa.Column("user_agent", sa.Text(), nullable=True),
        sa.Column("request_id", sa.Text(), nullable=True),
        sa.Column("before", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("after", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("sealed", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.PrimaryKeyConstraint("user_id", "id", name=op.f("pk_audit_own_entries")),
    )
    op.isolate("audit_own_entries", kind="personal", app="SELECT, INSERT", system="SELECT, INSERT, DELETE")
    op.create_index(
        op.f("ix_audit_own_entries_user_id_at_id"), "audit_own_entries", ["user_id", "at", "id"], unique=False
    )
    op.create_table(
        "audit_own_keys",
        sa.Column(
            "user_id",
            sa.Uuid(),
            server_default=sa.text("(nullif(current_setting('app.user_id', true), ''))::uuid"),
            nullable=False,
        ),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("user_id", "id", name=op.f("pk_audit_own_keys")),
    )
    op.isolate("audit_own_keys", kind="personal", app="SELECT, INSERT")
    op.create_table(
        "audit_person_keys",
        sa.Column(
            "org_id",
            sa.Uuid(),
            server_default=sa.text("(nullif(current_setting('app.org_id', true), ''))::uuid"),
            nullable=False,
        ),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("org_id", "id", name=op.f("pk_audit_person_keys")),
    )
    op.isolate("audit_person_keys", kind="tenant", app="SELECT, INSERT")
