"""Sealing, signing, and where the keys come from."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenantry.core.settings import Settings, SettingsError
from tenantry.infra.secrets import LocalSecrets, SealBrokenError, Sealer, Signer, load_keys

OLD, NEW = b"o" * 32, b"n" * 32


@given(st.binary(max_size=2000), st.text(st.characters(codec="utf-8"), max_size=50))
def test_what_was_sealed_opens_in_its_own_context_alone(plain: bytes, context: str) -> None:
    sealer = Sealer([OLD])
    sealed = sealer.seal(plain, context)
    assert len(sealed) == len(plain) + 29
    assert sealer.open(sealed, context) == plain
    with pytest.raises(SealBrokenError):
        sealer.open(sealed, context + "!")


def test_every_changed_byte_is_noticed() -> None:
    sealer = Sealer([OLD])
    sealed = sealer.seal(b"secret", "here")
    for place in range(len(sealed)):
        changed = sealed[:place] + bytes([sealed[place] ^ 1]) + sealed[place + 1 :]
        with pytest.raises(SealBrokenError):
            sealer.open(changed, "here")
        with pytest.raises(SealBrokenError):
            sealer.open(sealed[:place], "here")


def test_keys_rotate() -> None:
    sealed = Sealer([OLD]).seal(b"secret", "here")
    both = Sealer([NEW, OLD])
    assert both.open(sealed, "here") == b"secret"
    again = both.seal(b"secret", "here")
    assert Sealer([NEW]).open(again, "here") == b"secret"
    for key, message in ((NEW, sealed), (OLD, again)):
        with pytest.raises(SealBrokenError, match="TENANTRY_SECRET_KEYS"):
            Sealer([key]).open(message, "here")
    with pytest.raises(ValueError, match="key"):
        Sealer([])


def test_signatures() -> None:
    signature = Signer([OLD], "files").sign("GET /a 17")
    assert len(signature) == 43
    assert Signer([NEW, OLD], "files").verify("GET /a 17", signature)
    assert not Signer([NEW, OLD], "files").verify("GET /b 17", signature)
    assert not Signer([OLD], "mails").verify("GET /a 17", signature)
    assert not Signer([NEW], "files").verify("GET /a 17", signature)
    assert not Signer([NEW], "files").verify("GET /a 17", "é")
    with pytest.raises(ValueError, match="key"):
        Signer([], "files")


def test_local_keys_are_made_once_and_kept_private(settings: Settings, tmp_path: Path) -> None:
    here = settings.model_copy(update={"data_dir": tmp_path / "data"})
    keys = load_keys(here)
    assert load_keys(here) == keys
    assert len(keys[0]) >= 32
    assert LocalSecrets(here.data_dir).path.stat().st_mode & 0o777 == 0o600
    with pytest.raises(SettingsError):
        load_keys(here.model_copy(update={"mode": "production"}))


def test_two_that_start_at_once_share_one_key(settings: Settings, tmp_path: Path) -> None:
    here = settings.model_copy(update={"data_dir": tmp_path / "data"})
    with ThreadPoolExecutor(8) as pool:
        found = set(map(tuple, pool.map(lambda _: load_keys(here), range(40))))
    assert len(found) == 1


def test_keys_that_are_set_win() -> None:
    given = Settings(_env_file=None, secret_keys=f"{'n' * 32},{'o' * 32}")
    assert load_keys(given) == [NEW, OLD]
