"""`/dev/mail`: the mails this machine would have sent. In local mode only."""

import email
import html
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import cast
from uuid import UUID

from fastapi import APIRouter
from starlette.responses import HTMLResponse

from tenantry.core.errors import NotFound

STYLE = (Path(__file__).parent / "mailbox_page.css").read_text()
PAGE_POLICY = "default-src 'none'; style-src 'unsafe-inline'; frame-src 'self'; base-uri 'none'; frame-ancestors 'none'"
LETTER_POLICY = (
    "sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; "
    "base-uri 'none'; frame-ancestors 'self'"
)


def mailbox_router(folder: Path) -> APIRouter:
    """The pages, over the folder in which `Mailbox` keeps mails."""
    router = APIRouter(prefix="/dev/mail", include_in_schema=False)

    @router.get("")
    async def mailbox() -> HTMLResponse:
        """The list, newest first."""
        letters = [(path.stem, _read(path)) for path in sorted(folder.glob("*.eml"), reverse=True)]
        return _page("Mailbox", _list(letters))

    @router.get("/{letter}")
    async def letter(letter: UUID) -> HTMLResponse:
        """One mail: its heads, its HTML in a frame that can do nothing, and its text."""
        return _page("Mail", _letter(str(letter), _read(folder / f"{letter}.eml")))

    @router.get("/{letter}/html")
    async def letter_html(letter: UUID) -> HTMLResponse:
        """The HTML of one mail, for the frame."""
        content = _part(_read(folder / f"{letter}.eml"), "html") or "<p>This mail has no HTML.</p>"
        content = content.replace("<head>", '<head><base target="_blank">', 1)
        return HTMLResponse(
            content, headers={"Content-Security-Policy": LETTER_POLICY, "X-Frame-Options": "SAMEORIGIN"}
        )

    return router


def _read(path: Path) -> EmailMessage:
    try:
        return email.message_from_bytes(path.read_bytes(), policy=default)
    except FileNotFoundError:
        raise NotFound(
            "mail.not_found", "This mail is no longer here.", hint="Look at /dev/mail for those that are."
        ) from None


def _part(message: EmailMessage, subtype: str) -> str | None:
    part = message.get_body((subtype,))
    return cast(str, part.get_content()) if part is not None else None


def _list(letters: list[tuple[str, EmailMessage]]) -> str:
    if not letters:
        return '<p class="empty">No mail yet. What Tenantry would send from this machine appears here, and goes nowhere else.</p>'
    rows = "".join(
        f'<li><a href="/dev/mail/{name}"><b>{_e(mail["Subject"])}</b><span>{_e(mail["To"])}</span>'
        f"<time>{_e(mail['Date'])}</time></a></li>"
        for name, mail in letters
    )
    return f"<ul>{rows}</ul>"


def _letter(name: str, mail: EmailMessage) -> str:
    heads = "".join(f"<dt>{head}</dt><dd>{_e(mail[head])}</dd>" for head in ("From", "To", "Date"))
    frame = (
        f'<iframe title="The mail as HTML" src="/dev/mail/{name}/html"'
        ' sandbox="allow-popups allow-popups-to-escape-sandbox"></iframe>'
        if _part(mail, "html")
        else ""
    )
    return (
        f'<p><a class="back" href="/dev/mail">← All mail</a></p><h2>{_e(mail["Subject"])}</h2><dl>{heads}</dl>'
        f"{frame}<h3>Text</h3><pre>{_e(_part(mail, 'plain'))}</pre>"
    )


def _page(title: str, body: str) -> HTMLResponse:
    content = (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{title} · Tenantry</title>'
        f'<meta name="viewport" content="width=device-width"><meta name="color-scheme" content="light dark">'
        f"<style>{STYLE}</style></head><body><main><header><h1>Mailbox</h1>"
        f"<p>Mail of this machine. Nothing leaves it.</p></header><section>{body}</section></main></body></html>"
    )
    return HTMLResponse(content, headers={"Content-Security-Policy": PAGE_POLICY, "Cache-Control": "no-store"})


def _e(value: object) -> str:
    return html.escape(str(value or ""))
