"""People and organizations."""

import sqlalchemy as sa
from alembic import op

revision = "chassis_0001"
down_revision = None
branch_labels = ("chassis",)
depends_on = None


def upgrade() -> None:
    """Forwards. The way back is the backup taken before."""
    op.create_table(
        "identity_invitations",
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("created_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("expires_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_identity_invitations")),
    )
    op.isolate("identity_invitations", kind="secret", presented="token_hash")
    op.create_index(op.f("ix_identity_invitations_expires_at"), "identity_invitations", ["expires_at"], unique=False)
    op.create_table(
        "identity_people",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_identity_people")),
    )
    op.isolate("identity_people", kind="global", app="SELECT, INSERT, UPDATE")
    op.create_table(
        "identity_sessions",
        sa.Column(
            "user_id",
            sa.Uuid(),
            server_default=sa.text("(nullif(current_setting('app.user_id', true), ''))::uuid"),
            nullable=False,
        ),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("seen_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("expires_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("device", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("user_id", "id", name=op.f("pk_identity_sessions")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_identity_sessions_token_hash")),
    )
    op.isolate("identity_sessions", kind="personal", presented="token_hash")
    op.create_index(op.f("ix_identity_sessions_expires_at"), "identity_sessions", ["expires_at"], unique=False)
    op.create_index(
        op.f("ix_identity_sessions_user_id_created_at"), "identity_sessions", ["user_id", "created_at"], unique=False
    )
    op.create_table(
        "identity_users",
        sa.Column(
            "user_id",
            sa.Uuid(),
            server_default=sa.text("(nullif(current_setting('app.user_id', true), ''))::uuid"),
            nullable=False,
        ),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("email_hash", sa.LargeBinary(), nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=False),
        sa.Column("created_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("user_id", "id", name=op.f("pk_identity_users")),
        sa.UniqueConstraint("email_hash", name=op.f("uq_identity_users_email_hash")),
        sa.UniqueConstraint("user_id", name=op.f("uq_identity_users_user_id")),
    )
    op.isolate("identity_users", kind="personal", presented="email_hash")
    op.create_table(
        "organizations_directory",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("slug", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("created_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_organizations_directory")),
        sa.UniqueConstraint("slug", name=op.f("uq_organizations_directory_slug")),
    )
    op.isolate("organizations_directory", kind="global", app="SELECT, INSERT, UPDATE")
    op.create_table(
        "organizations_memberships",
        sa.Column(
            "org_id",
            sa.Uuid(),
            server_default=sa.text("(nullif(current_setting('app.org_id', true), ''))::uuid"),
            nullable=False,
        ),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("created_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("org_id", "id", name=op.f("pk_organizations_memberships")),
        sa.UniqueConstraint("org_id", "user_id", name=op.f("uq_organizations_memberships_org_id_user_id")),
    )
    op.isolate("organizations_memberships", kind="tenant", member=True)
    op.create_index(
        op.f("ix_organizations_memberships_user_id"), "organizations_memberships", ["user_id"], unique=False
    )
