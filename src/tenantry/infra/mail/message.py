"""A mail, before it is on its way."""

from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime, parseaddr

from tenantry.core.errors import Invalid


@dataclass(frozen=True, slots=True)
class Mail:
    """To one person; `html` says the same as `text`, for those who see it.

    Raises:
        Invalid: `mail.address.invalid` or `mail.subject.invalid`; nobody adds headers or recipients of their own.
    """

    to: str
    subject: str
    text: str
    html: str | None = None

    def __post_init__(self) -> None:
        address = parseaddr(self.to)[1]
        if not address or address.count("@") != 1 or any(c in self.to for c in "\r\n,"):
            raise Invalid("mail.address.invalid", "This is not one e-mail address.")
        if "\r" in self.subject or "\n" in self.subject or not self.subject:
            raise Invalid("mail.subject.invalid", "A subject is one line.")

    def message(self, *, sender: str, message_id: str, at: datetime) -> EmailMessage:
        """It, as it goes over the wire. The same `message_id` lets a mailbox see that a mail sent twice is one."""
        message = EmailMessage()
        message["From"], message["To"], message["Subject"] = sender, self.to, self.subject
        message["Date"], message["Message-ID"] = format_datetime(at), message_id
        message["Auto-Submitted"] = "auto-generated"  # keeps out-of-office robots from answering
        message.set_content(self.text)
        if self.html:
            message.add_alternative(self.html, subtype="html")
        return message
