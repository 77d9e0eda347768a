"""Sending: a job in the caller's own transaction, so that no mail speaks of what was rolled back."""

from email.utils import parseaddr

import structlog

from tenantry.core.settings import Settings
from tenantry.infra.database.scopes import OrgScope, UserScope
from tenantry.infra.jobs import JobContext, PersonalJobContext, defer, job
from tenantry.infra.mail.message import Mail
from tenantry.infra.mail.transports import Transport

log = structlog.get_logger(__name__)
FALLBACK = "Tenantry <tenantry@localhost>"


async def send(scope: OrgScope | UserScope, mail: Mail) -> int:
    """Have the mail sent once this transaction is committed. Returns the job's id."""
    return await defer(scope, deliver, mail=mail)


@job("mail.deliver", retries=8, backoff=20.0, timeout=120.0, personal=True)
async def deliver(context: JobContext | PersonalJobContext, *, mail: Mail) -> None:
    """Send one mail. Tried again for about a day; a second try has the same Message-ID."""
    settings = context.part(Settings)
    sender = settings.mail_from or FALLBACK
    domain = parseaddr(sender)[1].rpartition("@")[2]
    owner = context.organization.id if isinstance(context, JobContext) else context.actor.id
    message = mail.message(
        sender=sender,
        message_id=f"<{owner}.{context.job_id}@{domain}>",
        at=context.database.clock(),
    )
    await context.part(Transport).deliver(message)  # type: ignore[type-abstract]
    log.info("mail.delivered", job_id=context.job_id, to=mail.to)
