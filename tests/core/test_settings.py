"""Settings are typed, complete in `.env.example`, and say plainly what is wrong with them."""

import os
from pathlib import Path

import pytest

from tenantry.core.configuration import PackageSettings, SettingsError, Words, example, unknown_variables
from tenantry.core.settings import Settings, default_data_dir, load_settings
from tenantry.packages import setting_kinds

ROOT = Path(__file__).parents[2]
GOOD_KEY = "k" * 40


class SampleSettings(PackageSettings, package="sample"):
    """Settings of a package."""

    size: int = 3
    names: Words = ()


@pytest.fixture(autouse=True)
def bare(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Nothing is read from this machine's environment or its `.env`."""
    for name in list(os.environ):
        if name.startswith("TENANTRY_"):
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)


def test_the_example_is_complete() -> None:
    """When this fails: python -m tests.core.test_settings"""
    assert (ROOT / ".env.example").read_text() == example(setting_kinds(["pinata"]))


def test_every_setting_says_what_it_is() -> None:
    silent = [
        name for kind in setting_kinds(["pinata"]) for name, field in kind.model_fields.items() if not field.description
    ]
    assert silent == []


def test_defaults_start_on_one_machine() -> None:
    settings = load_settings()
    assert (settings.mode, settings.local, settings.host, settings.port) == ("local", True, "127.0.0.1", 8000)
    assert settings.base_url == "http://127.0.0.1:8000"
    assert settings.data_dir == default_data_dir()
    assert settings.database_url is None


def test_values_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {
        "PORT": "9000",
        "HOST": "::1",
        "PRODUCTS": "pinata, my_package.product:product",
        "SIGN_UP": "invited",
        "DATA_DIR": "~/here",
        "TRUSTED_PROXIES": "",
    }.items():
        monkeypatch.setenv(f"TENANTRY_{name}", value)
    settings = load_settings(sign_up="closed")
    assert settings.base_url == "http://[::1]:9000"
    assert settings.products == ("pinata", "my_package.product:product")
    assert settings.sign_up == "closed"  # what is given wins
    assert settings.data_dir == Path.home() / "here"
    assert settings.trusted_proxies == ()


def test_values_from_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / ".env").write_text("TENANTRY_PORT=9001\nTENANTRY_HOST=0.0.0.0\nTENANTRY_SAMPLE_SIZE=4\n")
    monkeypatch.setenv("TENANTRY_HOST", "127.0.0.2")
    settings = load_settings()
    assert (settings.port, settings.host) == (9001, "127.0.0.2")
    assert SampleSettings.load().size == 4


def test_a_package_has_settings_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TENANTRY_SAMPLE_NAMES", "a,b")
    monkeypatch.setenv("TENANTRY_SIZE", "9")
    assert SampleSettings.load() == SampleSettings(size=3, names=("a", "b"))
    monkeypatch.setenv("TENANTRY_SAMPLE_SIZE", "large")
    with pytest.raises(SettingsError, match="TENANTRY_SAMPLE_SIZE: Input should be a valid integer"):
        SampleSettings.load()


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("PORT", "many", "TENANTRY_PORT: Input should be a valid integer"),
        ("MODE", "test", "TENANTRY_MODE: Input should be 'local' or 'production'"),
        ("PUBLIC_URL", "tenantry.example", "TENANTRY_PUBLIC_URL: .*https://tenantry.example"),
        ("PUBLIC_URL", "https://tenantry.example/app", "TENANTRY_PUBLIC_URL"),
        ("SECRET_KEYS", f"{GOOD_KEY},short", "TENANTRY_SECRET_KEYS: .*32 characters"),
    ],
)
def test_what_is_wrong_is_named(monkeypatch: pytest.MonkeyPatch, name: str, value: str, said: str) -> None:
    monkeypatch.setenv(f"TENANTRY_{name}", value)
    with pytest.raises(SettingsError, match=said):
        load_settings()


def test_production_wants_its_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TENANTRY_MODE", "production")
    wanted = {
        "TENANTRY_SECRET_KEYS": GOOD_KEY,
        "TENANTRY_PUBLIC_URL": "https://tenantry.example",
        "TENANTRY_SMTP_URL": "smtps://user:hidden@mail.example",
        "TENANTRY_MAIL_FROM": "Tenantry <hello@tenantry.example>",
    }
    missing = list(wanted)
    for name, value in wanted.items():
        with pytest.raises(SettingsError, match=f"before these are set: {', '.join(missing)}$"):
            load_settings()
        monkeypatch.setenv(name, value)
        missing.remove(name)
    settings = load_settings()
    assert settings.base_url == "https://tenantry.example"
    assert not settings.local
    assert GOOD_KEY not in repr(settings)
    assert "hidden" not in repr(settings)


def test_secrets_stay_out_of_error_messages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TENANTRY_SECRET_KEYS", "very-secret")
    with pytest.raises(SettingsError) as caught:
        load_settings()
    assert "very-secret" not in str(caught.value)


def test_misspelt_variables_are_pointed_out(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("PROT", "PORT", "SAMPLE_SIZ", "ACCEPTANCE_DATA"):
        monkeypatch.setenv(f"TENANTRY_{name}", "1")
    (tmp_path / ".env").write_text("TENANTRY_SING_UP=open\nELSEWHERE=1\n")
    assert list(unknown_variables([Settings, SampleSettings])) == [
        "TENANTRY_PROT is not a setting and has no effect. Did you mean TENANTRY_PORT?",
        "TENANTRY_SAMPLE_SIZ is not a setting and has no effect. Did you mean TENANTRY_SAMPLE_SIZE?",
        "TENANTRY_SING_UP is not a setting and has no effect. Did you mean TENANTRY_SIGN_UP?",
    ]


if __name__ == "__main__":
    (ROOT / ".env.example").write_text(example(setting_kinds(["pinata"])))
