"""The one door through which products take from below: what is here may be used, and nothing else.

from tenantry.sdk import OrgScope, Router, needs
"""

from tenantry.chassis.access import needs, signed_in
from tenantry.chassis.audit.actions import personal, record
from tenantry.chassis.identity.queries import names_of
from tenantry.chassis.manifest import Product
from tenantry.core.actors import Actor
from tenantry.core.errors import (
    Conflict,
    FieldError,
    Forbidden,
    Invalid,
    NotFound,
    Problem,
    TooLarge,
    TooMany,
    Unauthenticated,
    Unavailable,
)
from tenantry.core.ids import new_id
from tenantry.core.pages import Cursor, Page, PageParams
from tenantry.core.roles import Role
from tenantry.core.settings import Settings
from tenantry.infra.database.models import TenantModel, sealed_as, tenant_key
from tenantry.infra.database.scopes import OrganizationRef, OrgScope, Scope, SystemScope, UserScope
from tenantry.infra.events import Subscriber, emit, touch
from tenantry.infra.heavy import HeavyCancelled, HeavyDied, run_heavy
from tenantry.infra.http.body_limit import takes_at_most
from tenantry.infra.http.conditions import Conditional
from tenantry.infra.http.paging import Paging
from tenantry.infra.http.rates import rated
from tenantry.infra.http.routing import Router
from tenantry.infra.jobs import Job, JobContext, NoRetry, Schedule, SystemJobContext, cancel, defer, defer_once, job
from tenantry.infra.live import Topic
from tenantry.infra.mail import Mail, compose, send
from tenantry.infra.secrets import SealBrokenError, Sealer
from tenantry.infra.storage import Files, Storage, Stored

__all__ = [
    "Actor",
    "Conditional",
    "Conflict",
    "Cursor",
    "FieldError",
    "Files",
    "Forbidden",
    "HeavyCancelled",
    "HeavyDied",
    "Invalid",
    "Job",
    "JobContext",
    "Mail",
    "NoRetry",
    "NotFound",
    "OrgScope",
    "OrganizationRef",
    "Page",
    "PageParams",
    "Paging",
    "Problem",
    "Product",
    "Role",
    "Router",
    "Schedule",
    "Scope",
    "SealBrokenError",
    "Sealer",
    "Settings",
    "Storage",
    "Stored",
    "Subscriber",
    "SystemJobContext",
    "SystemScope",
    "TenantModel",
    "TooLarge",
    "TooMany",
    "Topic",
    "Unauthenticated",
    "Unavailable",
    "UserScope",
    "cancel",
    "compose",
    "defer",
    "defer_once",
    "emit",
    "job",
    "names_of",
    "needs",
    "new_id",
    "personal",
    "rated",
    "record",
    "run_heavy",
    "sealed_as",
    "send",
    "signed_in",
    "takes_at_most",
    "tenant_key",
    "touch",
]
