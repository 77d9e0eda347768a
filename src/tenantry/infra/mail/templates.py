"""Mails as texts that anybody can edit. One file gives the subject, the plain text and the HTML.

`mails/invitation.txt` in a slice:

    Subject: {inviter} invites you to {organization}

    Hello {name},

    come and work with us.

    [Accept the invitation]({link})

A line that is a link alone becomes a button. What is filled in is escaped, and can never add a header, a link or markup.
"""

import html
import re
from functools import cache
from importlib import resources

from tenantry.infra.mail.message import Mail

LINK = re.compile(r"^\[(?P<words>[^\]]+)\]\((?P<address>[^)]+)\)$")
FIELD = re.compile(r"\{(\w+)\}")

PAGE = """<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>{title}</title></head>
<body style="margin:0;padding:32px 16px;background:#f5f6f8;color:#1d2026;font:15px/1.55 -apple-system,'Segoe UI',Roboto,sans-serif">
<div style="max-width:520px;margin:0 auto;padding:32px;background:#fff;border:1px solid #e4e6ea;border-radius:12px">
{body}</div></body></html>"""
PARAGRAPH = '<p style="margin:0 0 16px">{}</p>\n'
BUTTON = (
    '<p style="margin:24px 0"><a href="{}" style="display:inline-block;padding:10px 18px;border-radius:8px;background:#1d2026;'
    'color:#fff;text-decoration:none;font-weight:500">{}</a></p>\n'
)


def compose(package: str, template: str, /, *, to: str, **fields: object) -> Mail:
    """The mail of the template `mails/<name>.txt` in a package, with its fields filled in.

    Raises:
        FileNotFoundError: there is no such template.
        KeyError: a field of it is not given.
    """
    subject, blocks = _template(package, template)
    values = {key: " ".join(str(value).split()) for key, value in fields.items()}
    title = _fill(subject, values)
    text, body = [], []
    for block in blocks:
        if link := LINK.match(block):
            words, address = _fill(link["words"], values), _fill(link["address"], values)
            text.append(f"{words}:\n{address}")
            body.append(BUTTON.format(html.escape(_safe(address)), html.escape(words)))
        else:
            filled = _fill(block, values)
            text.append(filled)
            body.append(PARAGRAPH.format(html.escape(filled).replace("\n", "<br>")))
    return Mail(to, title, "\n\n".join(text) + "\n", PAGE.format(title=html.escape(title), body="".join(body)))


@cache
def _template(package: str, name: str) -> tuple[str, tuple[str, ...]]:
    source = (resources.files(package) / "mails" / f"{name}.txt").read_text()
    head, _, body = source.partition("\n\n")
    if not head.startswith("Subject: "):
        raise ValueError(f"The mail {name} of {package} must begin with its subject.")
    return head.removeprefix("Subject: ").strip(), tuple(block.strip() for block in body.split("\n\n") if block.strip())


def _fill(text: str, values: dict[str, str]) -> str:
    return FIELD.sub(lambda found: values[found[1]], text)


def _safe(address: str) -> str:
    if not address.startswith(("https://", "http://")):
        raise ValueError("A mail's links begin with https:// or http://.")
    return address
