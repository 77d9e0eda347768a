"""The four roles. None is a superuser and none has BYPASSRLS: nobody passes row-level security but by a named policy."""

from typing import Literal

RoleName = Literal["tenantry_owner", "tenantry_app", "tenantry_queue", "tenantry_system"]

OWNER: RoleName = "tenantry_owner"
"""Owns the tables: migrations and backups."""
APP: RoleName = "tenantry_app"
"""Serves every request and every job; sees one organization, one person or one secret's row at a time."""
QUEUE: RoleName = "tenantry_queue"
"""Claims jobs, whosever they are, and sees nothing else."""
SYSTEM: RoleName = "tenantry_system"
"""Crosses organizations, only through an audited `SystemScope`, never on the request path."""

ROLES: tuple[RoleName, ...] = (OWNER, APP, QUEUE, SYSTEM)
