"""The built interface: prerendered pages, the shell for everything else, and assets that never change."""

import hashlib
import mimetypes
from dataclasses import dataclass, field
from pathlib import Path

from starlette.datastructures import Headers
from starlette.responses import FileResponse, HTMLResponse, Response
from starlette.types import Receive, Scope, Send

from tenantry.infra.http.problems import no_such_address
from tenantry.infra.http.security_headers import page_policy, script_hashes

SHELL = "__spa-fallback.html"
_FOREVER = "public, max-age=31536000, immutable"
_ENCODINGS = (("br", ".br"), ("gzip", ".gz"))
_NOT_BUILT = """<!doctype html><html lang="en"><meta charset="utf-8"><title>Tenantry</title>
<body style="font:16px/1.6 system-ui;max-width:40rem;margin:4rem auto;padding:0 1rem">
<h1>Tenantry is running</h1><p>The interface is not built yet: run <code>bin/up</code>. The API is described at
<a href="/api/docs">/api/docs</a>.</p>"""


@dataclass
class Page:
    """One file of the interface, with the compressed forms that lie beside it."""

    path: Path
    digest: str
    headers: dict[str, str]
    encoded: dict[str, Path] = field(default_factory=dict)


class Interface:
    """Answers what no route does. Below `/api` and `/assets` what isn't there isn't there; elsewhere it is the shell's to say."""

    def __init__(self, folder: Path) -> None:
        self.pages = _read(folder) if folder.is_dir() else {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            raise no_such_address()
        await self._answer(scope)(scope, receive, send)

    def _answer(self, scope: Scope) -> Response:
        path: str = scope["path"].strip("/")
        if scope["method"] not in ("GET", "HEAD") or path == "api" or path.startswith("api/"):
            raise no_such_address()
        if not self.pages and not path:
            return HTMLResponse(_NOT_BUILT, headers={"Content-Security-Policy": page_policy()})
        page = self.pages.get(path) or (None if path.startswith("assets/") else self.pages.get(SHELL))
        if page is None:
            raise no_such_address()
        return _file(page, Headers(scope=scope))


def _file(page: Page, asked: Headers) -> Response:
    accepted = asked.get("accept-encoding", "")
    encoding = next((name for name, _ in _ENCODINGS if name in page.encoded and name in accepted), None)
    # Each form is a representation of its own; one tag for all would let a cache mix them up.
    headers = page.headers | {"ETag": f'"{page.digest}{"-" + encoding if encoding else ""}"'}
    if headers["ETag"] == asked.get("if-none-match"):
        return Response(status_code=304, headers={name: value for name, value in headers.items() if name in _ON_304})
    if encoding:
        headers["Content-Encoding"] = encoding
    return FileResponse(page.encoded[encoding] if encoding else page.path, headers=headers)


_ON_304 = ("ETag", "Cache-Control", "Vary", "Content-Security-Policy")


def _read(folder: Path) -> dict[str, Page]:
    pages: dict[str, Page] = {}
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.is_dir() or path.name.startswith(".") or path.suffix in (".br", ".gz"):
            continue
        content = path.read_bytes()
        page = Page(path, hashlib.sha256(content).hexdigest()[:32], _headers(name, path, content))
        page.encoded = {
            encoding: twin for encoding, suffix in _ENCODINGS if (twin := path.with_name(path.name + suffix)).is_file()
        }
        pages[name] = page
        if path.name == "index.html":
            pages[name.removesuffix("index.html").strip("/")] = page
    return pages


def _headers(name: str, path: Path, content: bytes) -> dict[str, str]:
    kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
    if kind in ("application/javascript", "application/json") or kind.startswith("text/"):
        kind += "; charset=utf-8"
    headers = {
        "Content-Type": kind,
        "Cache-Control": _FOREVER if name.startswith("assets/") else "no-cache",
        "Vary": "Accept-Encoding",
    }
    if path.suffix == ".html":
        headers["Content-Security-Policy"] = page_policy(script_hashes(content))
    return headers
