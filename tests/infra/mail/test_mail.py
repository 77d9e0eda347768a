"""Mail: composed safely, sent by a job, kept in a mailbox or handed to a real SMTP server."""

import asyncio
import email
import socket
import ssl
from collections.abc import AsyncIterator
from email.message import EmailMessage
from email.policy import default
from pathlib import Path

import httpx
import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from fastapi import FastAPI

from tenantry.core.clock import system_clock
from tenantry.core.errors import Invalid
from tenantry.core.settings import Settings, SettingsError
from tenantry.infra.database.database import Database
from tenantry.infra.database.scopes import OrganizationRef
from tenantry.infra.http.problems import add_problem_handlers
from tenantry.infra.jobs import dead_letters, job
from tenantry.infra.jobs.worker import Worker
from tenantry.infra.mail import (
    JOBS,
    Mail,
    Mailbox,
    MailRefused,
    Smtp,
    Transport,
    compose,
    mailbox_router,
    send,
    transport_of,
)
from tests.conftest import OpenScope

WELCOME = {"name": "Ada", "organization": "Analytical Engines", "link": "https://example.org/a?b=1&c=2"}


def message(mail: Mail) -> EmailMessage:
    return mail.message(sender="Us <us@example.org>", message_id="<1@example.org>", at=system_clock())


def test_one_text_gives_subject_text_and_html() -> None:
    mail = compose(__package__ or "tests.infra.mail", "welcome", to="ada@example.org", **WELCOME)
    assert mail.subject == "Welcome to Analytical Engines"
    assert mail.text == (
        "Hello Ada,\ngood that you are here.\n\nOpen Analytical Engines:\nhttps://example.org/a?b=1&c=2\n\n"
        "The link works for a week.\n"
    )
    assert mail.html is not None
    assert 'href="https://example.org/a?b=1&amp;c=2"' in mail.html
    assert "Hello Ada,<br>good that you are here." in mail.html


def test_what_is_filled_in_stays_text() -> None:
    nasty = {"name": "<script>{link}", "organization": "X\r\nBcc: all@example.org", "link": "https://example.org"}
    mail = compose("tests.infra.mail", "welcome", to="ada@example.org", **nasty)
    assert mail.subject == "Welcome to X Bcc: all@example.org"
    assert mail.html is not None
    assert "<script>" not in mail.html
    assert "&lt;script&gt;{link}" in mail.html
    with pytest.raises(ValueError, match="https://"):
        compose("tests.infra.mail", "welcome", to="ada@example.org", **WELCOME | {"link": "javascript:alert(1)"})
    with pytest.raises(KeyError):
        compose("tests.infra.mail", "welcome", to="ada@example.org", name="Ada")


@pytest.mark.parametrize(
    "to", ["", "ada", "a@b@c", "ada@example.org, eve@example.org", "ada@example.org\r\nBcc: eve@example.org"]
)
def test_one_address_and_no_more(to: str) -> None:
    with pytest.raises(Invalid, match="one e-mail address"):
        Mail(to, "Subject", "Text")
    with pytest.raises(Invalid, match="one line"):
        Mail("ada@example.org", "Subject\nBcc: eve@example.org", "Text")


@pytest.fixture
def local(tmp_path: Path) -> Settings:
    return Settings(_env_file=None, data_dir=tmp_path, mail_from="Tenantry <hello@example.org>")


@pytest.fixture
async def pages(local: Settings) -> AsyncIterator[httpx.AsyncClient]:
    app = FastAPI()
    add_problem_handlers(app)
    app.include_router(mailbox_router(local.data_dir / "mailbox"))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test") as client:
        yield client


async def test_sent_with_the_transaction_and_shown_in_the_mailbox(
    database: Database, open_scope: OpenScope, org_a: OrganizationRef, local: Settings, pages: httpx.AsyncClient
) -> None:
    assert "No mail yet" in (await pages.get("/dev/mail")).text
    mail = compose("tests.infra.mail", "welcome", to="Ada <ada@example.org>", **WELCOME | {"name": "A & <b>"})
    with pytest.raises(RuntimeError):
        async with open_scope(org_a) as scope:
            await send(scope, Mail("ada@example.org", "Never", "Rolled back"))
            raise RuntimeError
    async with open_scope(org_a) as scope:
        await send(scope, mail)
    await Worker(database, JOBS, parts=[local, transport_of(local)]).run_until_idle()
    [path] = (local.data_dir / "mailbox").glob("*.eml")
    kept = email.message_from_bytes(path.read_bytes(), policy=default)
    assert (kept["From"], kept["To"]) == ("Tenantry <hello@example.org>", "Ada <ada@example.org>")
    assert kept["Message-ID"].endswith("@example.org>")
    listed = await pages.get("/dev/mail")
    assert "Welcome to Analytical Engines" in listed.text
    shown = await pages.get(f"/dev/mail/{path.stem}")
    assert "Hello A &amp; &lt;b&gt;" in shown.text
    assert 'sandbox="allow-popups' in shown.text
    assert "script-src" not in shown.headers["content-security-policy"]
    framed = await pages.get(f"/dev/mail/{path.stem}/html")
    assert "Open Analytical Engines" in framed.text
    assert framed.headers["content-security-policy"].startswith("sandbox ")
    missing = await pages.get("/dev/mail/00000000-0000-7000-8000-000000000000")
    assert (missing.status_code, missing.json()["code"]) == (404, "mail.not_found")
    assert (await pages.get("/dev/mail/..%2f..%2fsecrets")).status_code in (404, 422)


async def test_the_mailbox_keeps_the_latest(local: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Mailbox, "KEPT", 3)
    mailbox = Mailbox(local.data_dir / "mailbox")
    for number in range(5):
        await mailbox.deliver(message(Mail("ada@example.org", str(number), "Text")))
    kept = [email.message_from_bytes(path.read_bytes())["Subject"] for path in sorted(mailbox.folder.glob("*"))]
    assert kept == ["2", "3", "4"]


class Inbox:
    """What a mail server does: takes mails, or refuses them."""

    def __init__(self, answer: str = "250 OK") -> None:
        self.answers = [answer]
        self.mails: list[tuple[Envelope, Session]] = []

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: object
    ) -> str:
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        self.mails.append((envelope, session))
        return "250 OK"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@pytest.fixture
def inbox() -> Inbox:
    return Inbox()


@pytest.fixture
async def plain(inbox: Inbox) -> AsyncIterator[str]:
    controller = Controller(inbox, hostname="127.0.0.1", port=free_port())
    await asyncio.to_thread(controller.start)
    assert controller.server is not None
    yield f"smtp://127.0.0.1:{controller.server.sockets[0].getsockname()[1]}"
    await asyncio.to_thread(controller.stop)


async def test_smtp_delivers_text_and_html(plain: str, inbox: Inbox) -> None:
    await Smtp(plain).deliver(message(Mail("ada@example.org", "Grüße", "Text", "<p>HTML</p>")))
    [(envelope, _)] = inbox.mails
    assert isinstance(envelope.content, bytes)
    arrived = email.message_from_bytes(envelope.content, policy=default)
    assert (envelope.rcpt_tos, arrived["Subject"]) == (["ada@example.org"], "Grüße")
    assert [part.get_content_type() for part in arrived.iter_parts()] == ["text/plain", "text/html"]


async def test_a_password_never_goes_over_an_open_line(plain: str, inbox: Inbox) -> None:
    with pytest.raises(Exception, match="STARTTLS"):
        await Smtp(plain.replace("smtp://", "smtp://me:secret@")).deliver(message(Mail("ada@example.org", "S", "T")))
    with pytest.raises(Exception, match="STARTTLS"):
        await Smtp(f"{plain}?starttls=required").deliver(message(Mail("ada@example.org", "S", "T")))
    assert inbox.mails == []


async def test_refusals_for_good_and_for_now(plain: str, inbox: Inbox) -> None:
    inbox.answers = ["550 No such person"]
    with pytest.raises(MailRefused, match="No such person"):
        await Smtp(plain).deliver(message(Mail("ada@example.org", "S", "T")))
    inbox.answers = ["451 Try later"]
    with pytest.raises(Exception, match="Try later") as caught:
        await Smtp(plain).deliver(message(Mail("ada@example.org", "S", "T")))
    assert not isinstance(caught.value, MailRefused)


async def test_a_server_that_is_busy_gets_it_later_and_a_refusal_is_a_dead_letter(
    database: Database, open_scope: OpenScope, org_a: OrganizationRef, local: Settings, plain: str, inbox: Inbox
) -> None:
    quick = job("mail.deliver", retries=3, backoff=0.01)(JOBS[0].function)
    inbox.answers = ["451 Try later", "451 Try later", "250 OK"]
    async with open_scope(org_a) as scope:
        await send(scope, Mail("ada@example.org", "Once", "Text"))
    worker = Worker(database, [quick], parts=[local, Smtp(plain)])
    running = asyncio.create_task(worker.run())
    async with asyncio.timeout(15):
        while not inbox.mails:
            await asyncio.sleep(0.02)
        inbox.answers = ["550 Never"]
        async with open_scope(org_a) as scope:
            await send(scope, Mail("ada@example.org", "Twice", "Text"))
        letters = []
        while not letters:
            await asyncio.sleep(0.02)
            async with open_scope(org_a) as scope:
                letters = await dead_letters(scope)
    worker.stop()
    await running
    assert [envelope.rcpt_tos for envelope, _ in inbox.mails] == [["ada@example.org"]]
    assert (letters[0].attempts, letters[0].error.split(":")[0]) == (1, "MailRefused")


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """A key and a certificate for localhost, signed by itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    now = system_clock()
    built = (
        x509.CertificateBuilder(
            name, name, key.public_key(), x509.random_serial_number(), now, now.replace(year=now.year + 1)
        )
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path = tmp_path / "localhost.pem"
    path.write_bytes(private + built.public_bytes(serialization.Encoding.PEM))
    return path


async def test_starttls_and_a_password(inbox: Inbox, certificate: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def check(server: object, session: object, envelope: object, mechanism: str, data: LoginPassword) -> AuthResult:
        return AuthResult(success=(data.login, data.password) == (b"me", b"s@cret"), handled=False)

    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate)
    controller = Controller(
        inbox,
        hostname="localhost",
        port=free_port(),
        tls_context=context,
        require_starttls=True,
        authenticator=check,
        auth_required=True,
    )
    await asyncio.to_thread(controller.start)
    try:
        assert controller.server is not None
        port = controller.server.sockets[0].getsockname()[1]
        await Smtp(f"smtp://me:s%40cret@localhost:{port}").deliver(message(Mail("ada@example.org", "S", "T")))
        with pytest.raises(Exception, match="uthentication") as caught:
            await Smtp(f"smtp://me:wrong@localhost:{port}").deliver(message(Mail("ada@example.org", "S", "T")))
        assert not isinstance(caught.value, MailRefused)
    finally:
        await asyncio.to_thread(controller.stop)
    [(_, session)] = inbox.mails
    assert session.ssl is not None
    assert session.authenticated


def test_the_settings_choose_the_transport(tmp_path: Path) -> None:
    assert isinstance(transport_of(Settings(_env_file=None, data_dir=tmp_path)), Mailbox)
    assert isinstance(transport_of(Settings(_env_file=None, data_dir=tmp_path, smtp_url="smtps://host")), Smtp)
    assert isinstance(Smtp("smtps://host"), Transport)
    with pytest.raises(SettingsError):
        Smtp("https://host")
