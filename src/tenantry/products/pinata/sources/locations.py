"""Git addresses as people paste them, taken apart; passwords in them become credentials and leave the address."""

import ipaddress
import re
from dataclasses import dataclass, field
from typing import Literal
from urllib.parse import quote, unquote, urlsplit

from tenantry.core.errors import Invalid

Scheme = Literal["https", "ssh", "file"]

SCP_LIKE = re.compile(r"^(?:(?P<user>[^@/:\s]+)@)?(?P<host>[^@/:\s\[\]]+|\[[0-9a-fA-F:.]+\]):(?P<path>[^\s].*)$")
USER = re.compile(r"^[A-Za-z0-9_.][A-Za-z0-9_.-]*$")
LABEL = re.compile(r"^[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?$")
PORTS: dict[Scheme, int] = {"https": 443, "ssh": 22, "file": 0}


@dataclass(frozen=True, slots=True)
class Credentials:
    """What opens a repository: a name with a password or token for https, or a private key (PEM text) for ssh."""

    username: str | None = None
    token: str | None = field(default=None, repr=False)
    private_key: str | None = field(default=None, repr=False)

    def secrets(self) -> list[str]:
        """Every text that must not be seen anywhere."""
        return [text for text in (self.token, self.private_key) if text]


@dataclass(frozen=True, slots=True)
class Location:
    """An address without secrets. `path` begins with `/`, or not for an ssh path below the account's home."""

    scheme: Scheme
    host: str
    port: int
    path: str
    user: str | None = None

    @property
    def url(self) -> str:
        """The address as git takes it. It holds no password."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        if self.scheme == "file":
            return "file://" + quote(self.path)
        if self.scheme == "https":
            return f"https://{host}{self._port}{self.path}"
        user = f"{self.user}@" if self.user else ""
        if self.path.startswith("/"):
            return f"ssh://{user}{host}{self._port}{self.path}"
        # Hosts that know no homes take `git@host:team/shop.git` for what it says, and `/~/team/shop.git` for nothing.
        return f"ssh://{user}{host}{self._port}/~/{self.path}" if self._port else f"{user}{host}:{self.path}"

    @property
    def name(self) -> str:
        """What to call a repository from here: the last part of its path."""
        return self.path.rstrip("/").rsplit("/", 1)[-1].removesuffix(".git") or self.host or "repository"

    @property
    def _port(self) -> str:
        return "" if self.port == PORTS[self.scheme] else f":{self.port}"


def parse_location(text: str, *, local: bool) -> tuple[Location, Credentials]:
    """Take an address apart: `https://…`, `ssh://…`, `git@host:path`, and `file://…` in local mode.

    Raises:
        Invalid: `pinata.source.address_invalid` or `pinata.source.scheme_refused`.
    """
    text = text.strip()
    if not text or len(text) > 2000 or re.search(r"[\x00-\x20\x7f]", text):
        raise _invalid("That is not an address git can fetch from.")
    if "://" not in text and (match := SCP_LIKE.match(text)):
        user, host, path = match["user"], match["host"].strip("[]"), match["path"]
        return Location("ssh", _host(host), PORTS["ssh"], _path(path), _user(user) or "git"), Credentials()
    return _parse_url(text, local=local)


def _parse_url(text: str, *, local: bool) -> tuple[Location, Credentials]:
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        raise _invalid("That is not an address git can fetch from.") from None
    if parts.query or parts.fragment:
        raise _invalid("The address has a question mark or a # in it, which clone addresses don't have.")
    match parts.scheme:
        case "https":
            username = unquote(parts.username) if parts.username else None
            token = unquote(parts.password) if parts.password else None
            if username and token is None and len(username) >= 20:
                username, token = None, username  # `https://TOKEN@host/…`, as some servers show it
            _no_control(username, token)
            path = _path(parts.path)
            return Location("https", _host(parts.hostname), port or 443, path), Credentials(username, token)
        case "ssh" | "git+ssh" | "ssh+git":
            path = _path(parts.path)
            path = path.removeprefix("/~/") if path.startswith("/~/") else path
            return Location("ssh", _host(parts.hostname), port or 22, path, _user(parts.username)), Credentials()
        case "file" if local:
            if parts.netloc not in ("", "localhost"):
                raise _invalid("A file address names no machine: file:///home/me/shop.")
            return Location("file", "", 0, _path(unquote(parts.path))), Credentials()
    raise Invalid(
        "pinata.source.scheme_refused",
        f"Addresses beginning with {parts.scheme}:// are not fetched from here."
        if parts.scheme
        else "That is no address.",
        hint="Use the https:// or ssh address which your git server shows under “Clone”.",
        errors=[{"field": "source.url", "message": "Use https:// or ssh."}],
    )


def _host(host: str | None) -> str:
    """The host in the one spelling that we resolve, pin and hand to git alike."""
    if not host:
        raise _invalid("The address names no host.")
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return _host_name(host)
    if address.version == 6 and address.scope_id:
        raise _invalid("The address names a network card of some machine.")
    return str(address)


def _host_name(host: str) -> str:
    try:
        name = host.rstrip(".").encode("idna").decode("ascii").lower()
    except UnicodeError:
        raise _invalid("The address names no host we could look up.") from None
    labels = name.split(".")
    if len(name) > 253 or not all(map(LABEL.match, labels)) or re.fullmatch(r"(0x[0-9a-f]*|[0-9]+)", labels[-1]):
        # A last label of digits is a number in disguise (`127.1`, `2130706433`), which git's library would read as one.
        raise _invalid("The address names no host we could look up.")
    return name


def _path(path: str) -> str:
    if not path.strip("/") or path.startswith("-") or any(part == ".." for part in unquote(path).split("/")):
        raise _invalid("The address names no repository on that host.")
    return path


def _user(user: str | None) -> str | None:
    if user is not None and not USER.match(user):
        raise _invalid("The name before the @ is not one that ssh accepts.")
    return user


def _no_control(*texts: str | None) -> None:
    if any(text and re.search(r"[\x00-\x1f\x7f]", text) for text in texts):
        raise _invalid("The name or password in the address has a line break or another control character in it.")


def _invalid(detail: str) -> Invalid:
    return Invalid(
        "pinata.source.address_invalid",
        detail,
        hint="Paste the address which your git server shows under “Clone”, such as https://example.org/team/shop.git.",
        errors=[{"field": "source.url", "message": detail}],
    )
