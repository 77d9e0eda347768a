"""Members and addresses of organizations."""

import sqlalchemy as sa
from alembic import op

revision = "chassis_0005"
down_revision = "chassis_0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forwards. The way back is the backup taken before."""
    op.create_table(
        "organizations_addresses",
        sa.Column("slug", sa.Text(), nullable=False),
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("since", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("slug", name=op.f("pk_organizations_addresses")),
    )
    op.isolate("organizations_addresses", kind="global", app="SELECT, INSERT, UPDATE")
    op.create_index(
        op.f("ix_organizations_addresses_organization_id"), "organizations_addresses", ["organization_id"], unique=False
    )
    op.add_column("organizations_directory", sa.Column("logo", sa.Text(), nullable=True))
    op.add_column(
        "organizations_directory", sa.Column("members", sa.BigInteger(), server_default=sa.text("0"), nullable=False)
    )
    op.add_column("organizations_directory", sa.Column("deleted_at", sa.TIMESTAMP(timezone=True), nullable=True))
    op.add_column("organizations_directory", sa.Column("erase_at", sa.TIMESTAMP(timezone=True), nullable=True))
    op.create_index(
        op.f("ix_organizations_directory_erase_at"),
        "organizations_directory",
        ["erase_at"],
        unique=False,
        postgresql_where=sa.text("erase_at IS NOT NULL"),
    )
    op.add_column("organizations_memberships", sa.Column("email", sa.Text(), nullable=True))
    op.add_column("organizations_memberships", sa.Column("second_factor", sa.Boolean(), nullable=True))
    op.add_column("organizations_memberships", sa.Column("seen_at", sa.TIMESTAMP(timezone=True), nullable=True))
    op.create_index(
        op.f("ix_organizations_memberships_org_id_role"), "organizations_memberships", ["org_id", "role"], unique=False
    )
    # What there is already: each organization has its address and its members, whose e-mail addresses stand on their accounts.
    op.execute("INSERT INTO organizations_addresses SELECT slug, id, created_at FROM organizations_directory")
    op.execute(
        "UPDATE organizations_directory d"
        " SET members = (SELECT count(*) FROM organizations_memberships m WHERE m.org_id = d.id)"
    )
    op.execute(
        "UPDATE organizations_memberships m SET email = u.email FROM identity_users u WHERE u.user_id = m.user_id"
    )
