"""Repositories, scans and findings."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "pinata_0001"
down_revision = None
branch_labels = ("pinata",)
depends_on = None


def upgrade() -> None:
    """Forwards. The way back is the backup taken before."""
    op.create_table(
        "pinata_uploads",
        sa.Column(
            "org_id",
            sa.Uuid(),
            server_default=sa.text("(nullif(current_setting('app.org_id', true), ''))::uuid"),
            nullable=False,
        ),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("filename", sa.Text(), nullable=False),
        sa.Column("bytes", sa.BigInteger(), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.Column("created_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("org_id", "id", name=op.f("pk_pinata_uploads")),
    )
    op.isolate("pinata_uploads", kind="tenant")
    op.create_index(
        op.f("ix_pinata_uploads_org_id_created_at"), "pinata_uploads", ["org_id", "created_at"], unique=False
    )
    op.create_table(
        "pinata_repositories",
        sa.Column(
            "org_id",
            sa.Uuid(),
            server_default=sa.text("(nullif(current_setting('app.org_id', true), ''))::uuid"),
            nullable=False,
        ),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("source_kind", sa.Text(), nullable=False),
        sa.Column("location", sa.Text(), nullable=False),
        sa.Column("branch", sa.Text(), nullable=True),
        sa.Column("upload_id", sa.Uuid(), nullable=True),
        sa.Column("credentials", sa.LargeBinary(), nullable=True),
        sa.Column("known_hosts", sa.Text(), nullable=False),
        sa.Column("languages", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("scans", sa.BigInteger(), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.Column("created_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["org_id", "upload_id"],
            ["pinata_uploads.org_id", "pinata_uploads.id"],
            name=op.f("fk_pinata_repositories_org_id_upload_id"),
            ondelete="SET NULL (upload_id)",
        ),
        sa.PrimaryKeyConstraint("org_id", "id", name=op.f("pk_pinata_repositories")),
    )
    op.isolate("pinata_repositories", kind="tenant")
    op.create_index(
        op.f("ix_pinata_repositories_org_id_created_at_id"),
        "pinata_repositories",
        ["org_id", "created_at", "id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_pinata_repositories_org_id_upload_id"), "pinata_repositories", ["org_id", "upload_id"], unique=False
    )
    op.create_table(
        "pinata_scans",
        sa.Column(
            "org_id",
            sa.Uuid(),
            server_default=sa.text("(nullif(current_setting('app.org_id', true), ''))::uuid"),
            nullable=False,
        ),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("repository_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("branch", sa.Text(), nullable=True),
        sa.Column("commit", sa.Text(), nullable=True),
        sa.Column("job_id", sa.BigInteger(), nullable=True),
        sa.Column("phase", sa.Text(), nullable=True),
        sa.Column("phases", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("progress", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("error", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("metrics", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("languages", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("found", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("baseline_id", sa.Uuid(), nullable=True),
        sa.Column("started_by", sa.Text(), nullable=False),
        sa.Column("created_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("started_at", sa.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("finished_at", sa.TIMESTAMP(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["org_id", "baseline_id"],
            ["pinata_scans.org_id", "pinata_scans.id"],
            name=op.f("fk_pinata_scans_org_id_baseline_id"),
            ondelete="SET NULL (baseline_id)",
        ),
        sa.ForeignKeyConstraint(
            ["org_id", "repository_id"],
            ["pinata_repositories.org_id", "pinata_repositories.id"],
            name=op.f("fk_pinata_scans_org_id_repository_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("org_id", "id", name=op.f("pk_pinata_scans")),
        sa.UniqueConstraint(
            "org_id", "repository_id", "number", name=op.f("uq_pinata_scans_org_id_repository_id_number")
        ),
    )
    op.isolate("pinata_scans", kind="tenant")
    op.create_index(op.f("ix_pinata_scans_org_id_baseline_id"), "pinata_scans", ["org_id", "baseline_id"], unique=False)
    op.create_index(
        op.f("ix_pinata_scans_org_id_created_at_id"), "pinata_scans", ["org_id", "created_at", "id"], unique=False
    )
    op.create_index(
        op.f("ix_pinata_scans_org_id_status_created_at_id"),
        "pinata_scans",
        ["org_id", "status", "created_at", "id"],
        unique=False,
    )
    op.create_index(
        "uq_pinata_scans_active",
        "pinata_scans",
        ["org_id", "repository_id"],
        unique=True,
        postgresql_where=sa.text("status IN ('queued', 'running')"),
    )
    op.create_table(
        "pinata_diagnostics",
        sa.Column(
            "org_id",
            sa.Uuid(),
            server_default=sa.text("(nullif(current_setting('app.org_id', true), ''))::uuid"),
            nullable=False,
        ),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("scan_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("file", sa.Text(), nullable=True),
        sa.Column("line", sa.BigInteger(), nullable=True),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["org_id", "scan_id"],
            ["pinata_scans.org_id", "pinata_scans.id"],
            name=op.f("fk_pinata_diagnostics_org_id_scan_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("org_id", "id", name=op.f("pk_pinata_diagnostics")),
    )
    op.isolate("pinata_diagnostics", kind="tenant")
    op.create_index(
        op.f("ix_pinata_diagnostics_org_id_scan_id_position"),
        "pinata_diagnostics",
        ["org_id", "scan_id", "position"],
        unique=False,
    )
    op.create_table(
        "pinata_edges",
        sa.Column(
            "org_id",
            sa.Uuid(),
            server_default=sa.text("(nullif(current_setting('app.org_id', true), ''))::uuid"),
            nullable=False,
        ),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("scan_id", sa.Uuid(), nullable=False),
        sa.Column("source", sa.BigInteger(), nullable=False),
        sa.Column("target", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("confidence", sa.Double(), nullable=False),
        sa.Column("evidence", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.ForeignKeyConstraint(
            ["org_id", "scan_id"],
            ["pinata_scans.org_id", "pinata_scans.id"],
            name=op.f("fk_pinata_edges_org_id_scan_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("org_id", "id", name=op.f("pk_pinata_edges")),
    )
    op.isolate("pinata_edges", kind="tenant")
    op.create_index(
        op.f("ix_pinata_edges_org_id_scan_id_source"), "pinata_edges", ["org_id", "scan_id", "source"], unique=False
    )
    op.create_index(
        op.f("ix_pinata_edges_org_id_scan_id_target"), "pinata_edges", ["org_id", "scan_id", "target"], unique=False
    )
    op.create_table(
        "pinata_nodes",
        sa.Column(
            "org_id",
            sa.Uuid(),
            server_default=sa.text("(nullif(current_setting('app.org_id', true), ''))::uuid"),
            nullable=False,
        ),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("scan_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("node", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("file", sa.Text(), nullable=True),
        sa.Column("line", sa.BigInteger(), nullable=True),
        sa.Column("end_line", sa.BigInteger(), nullable=True),
        sa.Column("service", sa.Text(), nullable=True),
        sa.Column("language", sa.Text(), nullable=True),
        sa.Column("confidence", sa.Double(), nullable=False),
        sa.Column("detail", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.ForeignKeyConstraint(
            ["org_id", "scan_id"],
            ["pinata_scans.org_id", "pinata_scans.id"],
            name=op.f("fk_pinata_nodes_org_id_scan_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("org_id", "id", name=op.f("pk_pinata_nodes")),
        sa.UniqueConstraint("org_id", "scan_id", "node", name=op.f("uq_pinata_nodes_org_id_scan_id_node")),
        sa.UniqueConstraint("org_id", "scan_id", "position", name=op.f("uq_pinata_nodes_org_id_scan_id_position")),
    )
    op.isolate("pinata_nodes", kind="tenant")
    op.create_index(
        op.f("ix_pinata_nodes_org_id_scan_id_file_position"),
        "pinata_nodes",
        ["org_id", "scan_id", "file", "position"],
        unique=False,
    )
    op.create_index(
        op.f("ix_pinata_nodes_org_id_scan_id_kind_position"),
        "pinata_nodes",
        ["org_id", "scan_id", "kind", "position"],
        unique=False,
    )
    op.create_index(
        op.f("ix_pinata_nodes_org_id_scan_id_service_position"),
        "pinata_nodes",
        ["org_id", "scan_id", "service", "position"],
        unique=False,
    )
    op.create_table(
        "pinata_scan_lines",
        sa.Column(
            "org_id",
            sa.Uuid(),
            server_default=sa.text("(nullif(current_setting('app.org_id', true), ''))::uuid"),
            nullable=False,
        ),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("scan_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("phase", sa.Text(), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["org_id", "scan_id"],
            ["pinata_scans.org_id", "pinata_scans.id"],
            name=op.f("fk_pinata_scan_lines_org_id_scan_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("org_id", "id", name=op.f("pk_pinata_scan_lines")),
    )
    op.isolate("pinata_scan_lines", kind="tenant")
    op.create_index(
        op.f("ix_pinata_scan_lines_org_id_scan_id_position"),
        "pinata_scan_lines",
        ["org_id", "scan_id", "position"],
        unique=False,
    )
    op.create_table(
        "pinata_tables",
        sa.Column(
            "org_id",
            sa.Uuid(),
            server_default=sa.text("(nullif(current_setting('app.org_id', true), ''))::uuid"),
            nullable=False,
        ),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("scan_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("file", sa.Text(), nullable=True),
        sa.Column("line", sa.BigInteger(), nullable=True),
        sa.Column("columns", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("readers", sa.BigInteger(), nullable=False),
        sa.Column("writers", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["org_id", "scan_id"],
            ["pinata_scans.org_id", "pinata_scans.id"],
            name=op.f("fk_pinata_tables_org_id_scan_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("org_id", "id", name=op.f("pk_pinata_tables")),
    )
    op.isolate("pinata_tables", kind="tenant")
    op.create_index(
        op.f("ix_pinata_tables_org_id_scan_id_position"),
        "pinata_tables",
        ["org_id", "scan_id", "position"],
        unique=False,
    )
