"""Settings: what is wrong is told by the name of its variable, and the kept secret is whole."""

import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from pydantic import ValidationError

from cutwater.kernel.kept_secret import kept_secret
from cutwater.kernel.settings import Settings, SettingsError, settings, wrong_settings


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("CUTWATER_PORT", "65536"),
        ("CUTWATER_SECRET_KEY", "short"),
        ("CUTWATER_SECRET_KEY", "x" * 32 + ",short"),
        ("CUTWATER_SIGN_UP", "everybody"),
        ("CUTWATER_PUBLIC_URL", "cutwater.example.com"),
        ("CUTWATER_PUBLIC_URL", "https://example.com/cutwater"),
        ("CUTWATER_TRUSTED_PROXIES", "10.0.0.0/8, proxy"),
        ("CUTWATER_MAIL_FROM", "Cutwater"),
        ("CUTWATER_MAIL_FROM", "Cutwater <a@b.example>\nBcc: c@d.example"),
        ("CUTWATER_REDIS_URL", "cache:6379"),
        ("CUTWATER_WORKER", "perhaps"),
        ("DATABASE_URL", "mysql://db/cutwater"),
        ("DATABASE_OWNER_URL", "db"),
    ],
)
def test_a_wrong_value_is_refused_by_the_name_of_its_variable(
    variable: str, value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(variable, value)
    with pytest.raises(ValidationError) as failed:
        Settings()
    (said,) = wrong_settings(failed.value)
    assert said.startswith(f"{variable}: ")
    assert "SECRET" not in variable or value not in said


def test_sign_up_by_domain_needs_the_domains(monkeypatch: pytest.MonkeyPatch) -> None:
    settings.cache_clear()
    monkeypatch.setenv("CUTWATER_SIGN_UP", "domain")
    with pytest.raises(SettingsError, match="CUTWATER_SIGN_UP_DOMAINS"):
        settings()
    monkeypatch.setenv("CUTWATER_SIGN_UP_DOMAINS", "bank.example")
    assert settings().sign_up == "domain"
    settings.cache_clear()


def test_proxies_are_addresses_and_networks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CUTWATER_TRUSTED_PROXIES", "10.0.0.0/8, 192.0.2.7, 2001:db8::/32")
    assert Settings().trusted_proxies


def test_the_kept_secret_is_made_once_for_all_who_ask_and_closed_to_others(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        found = set(pool.map(lambda _: kept_secret.__wrapped__(tmp_path / "data"), range(8)))
    assert len(found) == 1
    assert stat.S_IMODE((tmp_path / "data" / "secret").stat().st_mode) == 0o600


def test_half_a_secret_is_refused_instead_of_signing_with_it(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("")
    with pytest.raises(RuntimeError, match="damaged"):
        kept_secret(tmp_path)
