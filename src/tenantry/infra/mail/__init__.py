"""Mail: composed from texts in a slice's `mails/`, sent by a job in the caller's transaction.

await send(scope, compose(__package__, "invitation", to=address, inviter=name, link=link))
"""

from tenantry.infra.mail.mailbox_page import mailbox_router
from tenantry.infra.mail.message import Mail
from tenantry.infra.mail.send import deliver, send
from tenantry.infra.mail.templates import compose
from tenantry.infra.mail.transports import Mailbox, MailRefused, Smtp, Transport, transport_of

JOBS = (deliver,)

__all__ = [
    "JOBS",
    "Mail",
    "MailRefused",
    "Mailbox",
    "Smtp",
    "Transport",
    "compose",
    "mailbox_router",
    "send",
    "transport_of",
]
