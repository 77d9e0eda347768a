"""The mails a test has caused, as they lie in the machine's mailbox."""

import email
import re
from email.message import EmailMessage
from email.policy import default
from typing import cast

from tests.service import Service


def empty_mailbox(service: Service) -> None:
    """Forget all mail."""
    for path in (service.settings.data_dir / "mailbox").glob("*.eml"):
        path.unlink()


async def mails_to(service: Service, address: str) -> list[EmailMessage]:
    """What has been sent to this address, the oldest first, once all jobs are done."""
    await service.work()
    paths = sorted((service.settings.data_dir / "mailbox").glob("*.eml"))
    mails = [cast(EmailMessage, email.message_from_bytes(path.read_bytes(), policy=default)) for path in paths]
    return [mail for mail in mails if mail["To"] == address]


async def last_mail(service: Service, address: str, subject: str = "") -> EmailMessage:
    """The latest mail to this address whose subject has these words."""
    found = [mail for mail in await mails_to(service, address) if subject in mail["Subject"]]
    assert found, f"no mail to {address} about “{subject}”: {[m['Subject'] for m in await mails_to(service, address)]}"
    return found[-1]


def text_of(mail: EmailMessage) -> str:
    """Its plain text."""
    body = mail.get_body(("plain",))
    assert body is not None
    return cast(str, body.get_content())


def token_in(mail: EmailMessage) -> str:
    """The secret behind the `#` of its link."""
    found = re.search(r"/(?:verify|reset)#(\S+)", text_of(mail))
    assert found, text_of(mail)
    return found[1]
