"""Sealing what must be read again, and signing what goes out and comes back.

Keys rotate: the first seals and signs, every one opens and verifies. To rotate, put a new key in front; to finish, take the
old one away once nothing is left that it sealed.
"""

import base64
import fcntl
import hashlib
import hmac
import json
import os
import secrets
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from tenantry.core.settings import Settings, SettingsError

FILE = "secrets.json"
VERSION = b"\x01"
NONCE = 12


class SealBrokenError(Exception):
    """None of the keys opens it: it was changed, belongs to another context, or its key is gone."""


class Sealer:
    """AES-256-GCM, with a key of its own for each purpose and the context bound in.

    A context says what the sealed thing belongs to, such as `pinata.repository:<id>`: sealed bytes moved to another row
    do not open there.

    Raises:
        ValueError: no key is given.
    """

    def __init__(self, keys: Sequence[bytes]) -> None:
        if not keys:
            raise ValueError("At least one key is needed.")
        self._keys = [_derive(key, b"tenantry seal") for key in keys]

    def seal(self, plain: bytes, context: str) -> bytes:
        """One byte of version, the nonce, the ciphertext with its tag: 29 bytes longer than what went in."""
        nonce = os.urandom(NONCE)
        return VERSION + nonce + AESGCM(self._keys[0]).encrypt(nonce, plain, context.encode())

    def open(self, sealed: bytes, context: str) -> bytes:
        """What was sealed.

        Raises:
            SealBrokenError: no key opens it in this context.
        """
        if sealed[:1] == VERSION:
            nonce, ciphertext = sealed[1 : 1 + NONCE], sealed[1 + NONCE :]
            for key in self._keys:
                try:
                    return AESGCM(key).decrypt(nonce, ciphertext, context.encode())
                except (InvalidTag, ValueError):
                    continue
        raise SealBrokenError(f"This cannot be opened as {context}; was one of TENANTRY_SECRET_KEYS taken away?")

    def reseal(self, sealed: bytes, context: str) -> bytes | None:
        """The same, sealed by the first key; None where it is already.

        Raises:
            SealBrokenError: no key opens it in this context.
        """
        plain = self.open(sealed, context)
        try:
            AESGCM(self._keys[0]).decrypt(sealed[1 : 1 + NONCE], sealed[1 + NONCE :], context.encode())
        except InvalidTag:
            return self.seal(plain, context)
        return None


class Signer:
    """HMAC-SHA-256 for one purpose, as URL-safe text of 43 characters.

    Raises:
        ValueError: no key is given.
    """

    def __init__(self, keys: Sequence[bytes], purpose: str) -> None:
        if not keys:
            raise ValueError("At least one key is needed.")
        self._keys = [_derive(key, b"tenantry sign " + purpose.encode()) for key in keys]

    def sign(self, message: str) -> str:
        """The signature of a message."""
        return self._sign(self._keys[0], message)

    def verify(self, message: str, signature: str) -> bool:
        """Whether one of the keys made the signature."""
        return any(hmac.compare_digest(self._sign(key, message).encode(), signature.encode()) for key in self._keys)

    @staticmethod
    def _sign(key: bytes, message: str) -> str:
        digest = hmac.new(key, message.encode(), hashlib.sha256).digest()
        return base64.urlsafe_b64encode(digest).decode().rstrip("=")


def load_keys(settings: Settings) -> list[bytes]:
    """The keys of this installation. In local mode, when none is set, one is made once in the data directory.

    Raises:
        SettingsError: production without keys.
    """
    given = [key.get_secret_value().encode() for key in settings.secret_keys]
    if given:
        return given
    if not settings.local:
        raise SettingsError("TENANTRY_SECRET_KEYS is not set.")
    return [key.encode() for key in LocalSecrets(settings.data_dir).get("secret_keys", lambda: [new_secret()])]


def new_secret() -> str:
    """256 random bits as text."""
    return secrets.token_urlsafe(32)


class LocalSecrets:
    """Secrets made on this machine and kept in its data directory, readable by its owner alone."""

    def __init__(self, data_dir: Path) -> None:
        self.path = data_dir / FILE

    def read(self) -> dict[str, Any]:
        """All of them; empty when none was made yet."""
        try:
            content: dict[str, Any] = json.loads(self.path.read_text())
        except FileNotFoundError:
            return {}
        return content

    def get(self, name: str, make: Callable[[], Any]) -> Any:
        """The secret of that name, made now if there is none yet."""
        content = self.read()
        if name in content:
            return content[name]
        self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with self.path.with_suffix(".lock").open("w") as alone:
            fcntl.flock(alone, fcntl.LOCK_EX)  # two processes starting at once must not each make one
            content = self.read()
            if name not in content:
                content[name] = make()
                self.write(content)
        return content[name]

    def renew_keys(self, kept: int = 3) -> list[str]:
        """Put a new key in front of those of this machine; of the older ones the last few are kept, which still open and verify."""
        self.get("secret_keys", lambda: [new_secret()])
        content = self.read()
        content["secret_keys"] = [new_secret(), *content["secret_keys"]][:kept]
        self.write(content)
        keys: list[str] = content["secret_keys"]
        return keys

    def write(self, content: dict[str, Any]) -> None:
        """Replace all of them in one step, so that a crash leaves the old or the new ones."""
        handle, name = tempfile.mkstemp(dir=self.path.parent, prefix=".secrets-")  # born with mode 0600
        with os.fdopen(handle, "w") as file:
            json.dump(content, file, indent=2)
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(self.path)


def _derive(key: bytes, purpose: bytes) -> bytes:
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=purpose).derive(key)
