"""`cutwater doctor`: what it finds on this machine, and what it says when something is missing."""

import socket
from pathlib import Path

import pytest
from pydantic import SecretStr

from cutwater import doctor
from cutwater.doctor import Check
from cutwater.kernel.embedded import OWNER, EmbeddedServer
from cutwater.kernel.settings import Settings


def named(checks: list[Check], name: str) -> Check:
    return next(check for check in checks if check.name == name)


@pytest.fixture
def plain(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.delenv("DATABASE_URL", raising=False)
    return Settings(data_folder=tmp_path / "data", port=0)


def test_every_check_that_fails_says_what_to_do(plain: Settings) -> None:
    for check in doctor.report(plain):
        assert check.found
        assert check.ok or check.fix


def test_the_machine_that_runs_these_tests_can_run_cutwater(plain: Settings) -> None:
    missing = [check for check in doctor.report(plain) if check.needed and not check.ok]
    assert [check.name for check in missing if check.name not in ("front-end files", "data folder")] == []


def test_the_embedded_server_is_named_with_its_version(plain: Settings) -> None:
    found = named(doctor.report(plain), "PostgreSQL")
    assert found.ok
    assert found.found.startswith("embedded, postgres (PostgreSQL) ")


def test_a_database_that_does_not_answer_is_a_finding(plain: Settings) -> None:
    given = plain.model_copy(update={"database_url": "postgresql://nobody@127.0.0.1:1/none"})
    found = named(doctor.report(given), "PostgreSQL")
    assert not found.ok
    assert "DATABASE_URL" in found.fix


def test_an_invalid_setting_is_a_finding_and_the_rest_is_still_looked_at(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("CUTWATER_PORT", "many")
    checks = doctor.report()
    assert not named(checks, "settings").ok
    assert "port" in named(checks, "settings").found.lower()
    assert named(checks, "Python").ok


def test_a_taken_port_is_found_and_the_setting_named() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        found = doctor.port("127.0.0.1", taken.getsockname()[1])
    assert not found.ok
    assert "CUTWATER_PORT" in found.fix
    assert not found.needed


def test_a_free_port_is_good() -> None:
    assert doctor.port("127.0.0.1", 0).ok


def test_it_says_where_the_secret_comes_from(plain: Settings) -> None:
    assert "made on first start" in doctor.secret(plain).found
    given = Settings.model_validate({"secret_key": "x" * 32, "data_folder": plain.data_folder})
    assert doctor.secret(given).found == "given"


def test_a_variable_that_is_no_setting_is_named(plain: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    assert named(doctor.report(plain), "settings").found == "valid"
    monkeypatch.setenv("CUTWATER_PROT", "8001")
    assert named(doctor.report(plain), "settings").found == "unknown: CUTWATER_PROT"


def test_a_wrong_mail_address_is_found(plain: Settings) -> None:
    wrong = plain.model_copy(update={"smtp_url": SecretStr("smtp+plain://mail.example.com")})
    assert not doctor.mail(wrong).ok
    assert "localhost" in doctor.mail(wrong).fix


@pytest.mark.parametrize(
    ("smtp", "public", "ok"),
    [
        ("", "", True),
        ("", "https://cutwater.example.com", False),
        ("smtp://user:word@mail.example.com:587", "https://cutwater.example.com", True),
    ],
)
def test_a_public_site_without_a_mail_server_is_pointed_out(smtp: str, public: str, ok: bool) -> None:
    found = doctor.mail(Settings.model_validate({"smtp_url": smtp, "public_url": public}))
    assert found.ok is ok
    assert "word" not in found.found


def test_a_program_that_is_not_there_says_nothing() -> None:
    assert doctor._said(["a-program-that-nobody-has"]) == ""


def test_room_is_measured_at_the_nearest_folder_that_exists(tmp_path: Path) -> None:
    found = doctor.room(tmp_path / "not" / "yet" / "there")
    assert "MB free" in found.found


def test_the_report_for_people_names_what_is_missing_and_its_remedy(
    capsys: pytest.CaptureFixture[str],
) -> None:
    doctor.show(
        [
            Check(name="Python", ok=True, found="3.11", fix="never shown"),
            Check(name="disk", ok=False, found="[1] MB", fix="Free some."),
            Check(name="make", ok=False, found="none", fix="Install it.", needed=False),
        ]
    )
    said = capsys.readouterr().out
    assert "never shown" not in said
    assert "[1] MB" in said
    assert "Free some." in said
    assert said.rstrip().endswith("Missing: disk")


def test_nothing_missing_is_said_in_so_many_words(capsys: pytest.CaptureFixture[str]) -> None:
    doctor.show([Check(name="Python", ok=True, found="3.11")])
    assert "This machine can run Cutwater." in capsys.readouterr().out


def test_a_closed_parent_folder_is_found_for_the_user_that_postgres_runs_as(tmp_path: Path) -> None:
    user = doctor.embedded_host.ServerUser(name="nobody", uid=65534, gid=65534, switch=True)
    (tmp_path / "closed").mkdir(mode=0o700)
    found = doctor.reachable(tmp_path / "closed" / "postgres", user)
    assert not found.ok
    assert "closed to the user nobody" in found.found
    assert "CUTWATER_DATA_FOLDER" in found.fix


def test_packages_that_are_not_installed_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    def declared(_name: str) -> list[str]:
        return ["fastapi>=0.1", "a-package-that-nobody-has>=1", "not-wanted>=1; extra == 'dev'"]

    monkeypatch.setattr(doctor, "requires", declared)
    found = doctor.packages()
    assert not found.ok
    assert found.found == "missing: a-package-that-nobody-has"


def test_a_database_is_named_with_its_version(cluster: EmbeddedServer) -> None:
    found = doctor.given_database(cluster.conninfo("cutwater_app"))
    assert found.ok
    assert found.found.startswith("given, version ")


def test_a_log_in_that_row_level_security_would_not_bind_is_found(cluster: EmbeddedServer) -> None:
    found = doctor.given_database(cluster.conninfo(OWNER))
    assert not found.ok
    assert OWNER in found.found
