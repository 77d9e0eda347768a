"""Sign in to organizations."""

import sqlalchemy as sa
from alembic import op

revision = "chassis_0011"
down_revision = "chassis_0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forwards. The way back is the backup taken before."""
    op.create_table(
        "organizations_connections",
        sa.Column(
            "org_id",
            sa.Uuid(),
            server_default=sa.text("(nullif(current_setting('app.org_id', true), ''))::uuid"),
            nullable=False,
        ),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("issuer", sa.Text(), nullable=False),
        sa.Column("client_id", sa.Text(), nullable=False),
        sa.Column("sealed_secret", sa.LargeBinary(), nullable=False),
        sa.Column("joins", sa.Boolean(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("created_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("org_id", "id", name=op.f("pk_organizations_connections")),
        sa.UniqueConstraint("org_id", name=op.f("uq_organizations_connections_org_id")),
    )
    op.isolate("organizations_connections", kind="tenant")
    op.create_table(
        "organizations_email_domains",
        sa.Column(
            "org_id",
            sa.Uuid(),
            server_default=sa.text("(nullif(current_setting('app.org_id', true), ''))::uuid"),
            nullable=False,
        ),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("domain", sa.Text(), nullable=False),
        sa.Column("domain_hash", sa.LargeBinary(), nullable=False),
        sa.Column("token", sa.Text(), nullable=False),
        sa.Column("verified_at", sa.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("created_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("org_id", "id", name=op.f("pk_organizations_email_domains")),
        sa.UniqueConstraint("org_id", "domain", name=op.f("uq_organizations_email_domains_org_id_domain")),
    )
    op.isolate("organizations_email_domains", kind="tenant", presented="domain_hash")
    op.create_index(
        op.f("ix_organizations_email_domains_domain_hash"),
        "organizations_email_domains",
        ["domain_hash"],
        unique=True,
        postgresql_where=sa.text("verified_at IS NOT NULL"),
    )
    op.add_column(
        "organizations_directory",
        sa.Column("second_factor_required", sa.Boolean(), server_default=sa.text("false"), nullable=False),
    )
    op.add_column(
        "organizations_directory",
        sa.Column("single_sign_on_required", sa.Boolean(), server_default=sa.text("false"), nullable=False),
    )
