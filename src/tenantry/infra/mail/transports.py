"""Ways for a mail to leave."""

import asyncio
from email.message import EmailMessage
from pathlib import Path
from typing import Protocol, runtime_checkable
from urllib.parse import parse_qs, unquote, urlsplit

import aiosmtplib

from tenantry.core.ids import new_id
from tenantry.core.settings import Settings, SettingsError
from tenantry.infra.jobs import NoRetry

SECONDS = 30


class MailRefused(NoRetry):
    """The mail server will not take this mail, however often it is asked."""


@runtime_checkable
class Transport(Protocol):
    """Takes one message and hands it on."""

    async def deliver(self, message: EmailMessage) -> None:
        """Hand it on.

        Raises:
            MailRefused: it is of no use to try again.
            Exception: anything else; it is tried again later.
        """


class Mailbox:
    """Keeps mails in a folder, for `/dev/mail`: on one person's machine nothing is sent anywhere."""

    KEPT = 200

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    async def deliver(self, message: EmailMessage) -> None:
        """Keep it; the oldest go when there are too many."""
        await asyncio.to_thread(self._keep, bytes(message))

    def _keep(self, content: bytes) -> None:
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        path = self.folder / f"{new_id()}.eml"
        aside = path.with_suffix(".new")
        aside.write_bytes(content)
        aside.replace(path)
        for old in sorted(self.folder.glob("*.eml"))[: -self.KEPT]:
            old.unlink(missing_ok=True)


class Smtp:
    """A mail server, by `smtps://user:password@host:465` or `smtp://host:587`.

    `smtp://` uses STARTTLS where the server offers it, and insists on it when there is a password or `?starttls=required`.
    """

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        if parts.scheme not in ("smtp", "smtps") or not parts.hostname:
            raise SettingsError("TENANTRY_SMTP_URL must look like smtps://user:password@host:465.")
        self._host = parts.hostname
        self._tls = parts.scheme == "smtps"
        self._port = parts.port or (465 if self._tls else 587)
        self._user = unquote(parts.username) if parts.username else None
        self._password = unquote(parts.password) if parts.password else None
        required = parse_qs(parts.query).get("starttls") == ["required"] or self._password is not None
        self._starttls = None if self._tls or not required else True

    async def deliver(self, message: EmailMessage) -> None:
        """Send it now."""
        try:
            await aiosmtplib.send(
                message,
                hostname=self._host,
                port=self._port,
                username=self._user,
                password=self._password,
                use_tls=self._tls,
                start_tls=False if self._tls else self._starttls,
                timeout=SECONDS,
            )
        except aiosmtplib.SMTPRecipientsRefused as error:
            if all(refused.code >= 500 for refused in error.recipients):
                raise MailRefused(f"The mail server refuses the recipient: {error.recipients[0].message}") from error
            raise
        except aiosmtplib.SMTPAuthenticationError:
            raise  # our settings are wrong, not the mail: it goes once they are right
        except aiosmtplib.SMTPResponseException as error:
            if error.code >= 500:
                raise MailRefused(f"The mail server refuses the mail: {error.message}") from error
            raise


def transport_of(settings: Settings) -> Transport:
    """The transport which the settings name."""
    if settings.smtp_url:
        return Smtp(settings.smtp_url.get_secret_value())
    return Mailbox(settings.data_dir / "mailbox")
