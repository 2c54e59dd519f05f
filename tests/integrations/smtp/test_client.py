import ssl
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from cutwater.integrations.smtp import SmtpMailer, SmtpServer, mailer, server_of
from cutwater.kernel.settings import Settings
from cutwater.notifications import Letter, MailNotTaken
from tests.integrations.mail_server import MailServer, accept_only, certificate, serving

LETTER = Letter(
    recipient="ada@example.com",
    subject="Étape prête – 準備",
    text="Hello Ada,\n\nStep A-5 is ready.\n",
    html="<p>Step A-5 is ready.</p>",
    message_id="<0190@cutwater.example>",
)
SENDER = "Cutwater <cutwater@cutwater.example>"


@pytest.fixture(scope="module")
def contexts(tmp_path_factory: pytest.TempPathFactory) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    return certificate(tmp_path_factory.mktemp("tls"))


def client(scheme: str, port: int, trust: ssl.SSLContext | None = None, login: str = "") -> SmtpMailer:
    return SmtpMailer(server_of(f"{scheme}://{login}localhost:{port}"), sender=SENDER, trust=trust)


async def test_a_letter_arrives_whole_under_its_message_id() -> None:
    async with serving(MailServer()) as server:
        await client("smtp+plain", server.port).send(LETTER)
    [arrived] = server.letters
    assert arrived["Message-ID"] == LETTER.message_id
    assert arrived["From"] == SENDER
    assert arrived["To"] == "ada@example.com"
    assert arrived["Subject"] == LETTER.subject
    assert arrived["Auto-Submitted"] == "auto-generated"
    plain, html = arrived.get_body(("plain",)), arrived.get_body(("html",))
    assert plain is not None
    assert plain.get_content().replace("\r\n", "\n") == LETTER.text
    assert html is not None
    assert html.get_content().strip() == LETTER.html


async def test_starttls_with_a_password(contexts: tuple[ssl.SSLContext, ssl.SSLContext]) -> None:
    ours, theirs = contexts
    options: dict[str, Any] = {"tls_context": ours, "require_starttls": True, "auth_required": True}
    login = accept_only("bot@example.com", "p@ss:word/1")
    async with serving(MailServer(), authenticator=login, **options) as server:
        address = "bot%40example.com:p%40ss%3Aword%2F1@"
        await client("smtp", server.port, theirs, address).send(LETTER)
        assert len(server.letters) == 1
        with pytest.raises(MailNotTaken, match=r"refuses the user or password.*535") as wrong:
            await client("smtp", server.port, theirs, "bot%40example.com:wrong@").send(LETTER)
    assert not wrong.value.is_final
    assert "wrong" not in wrong.value.reason
    assert len(server.letters) == 1


async def test_tls_from_the_first_byte(contexts: tuple[ssl.SSLContext, ssl.SSLContext]) -> None:
    ours, theirs = contexts
    async with serving(MailServer(), tls=ours) as server:
        await client("smtps", server.port, theirs).send(LETTER)
    assert len(server.letters) == 1


async def test_a_certificate_nobody_vouches_for_is_refused(
    contexts: tuple[ssl.SSLContext, ssl.SSLContext],
) -> None:
    async with serving(MailServer(), tls=contexts[0]) as server:
        with pytest.raises(MailNotTaken, match="certificate verify failed"):
            await client("smtps", server.port).send(LETTER)
    assert server.letters == []


async def test_a_server_without_starttls_never_gets_the_letter() -> None:
    async with serving(MailServer()) as server:
        with pytest.raises(MailNotTaken, match="STARTTLS"):
            await client("smtp", server.port).send(LETTER)
    assert server.letters == []


async def test_a_busy_server_is_a_reason_to_try_again() -> None:
    async with serving(MailServer(refusal="451 4.3.0 try later")) as server:
        with pytest.raises(MailNotTaken, match=r"451 4\.3\.0 try later") as refused:
            await client("smtp+plain", server.port).send(LETTER)
    assert not refused.value.is_final


async def test_an_unknown_recipient_is_final() -> None:
    async with serving(MailServer(no_such={"ada@example.com"})) as server:
        with pytest.raises(MailNotTaken, match=r"550 5\.1\.1 no such user") as refused:
            await client("smtp+plain", server.port).send(LETTER)
    assert refused.value.is_final


async def test_a_letter_that_cannot_be_written_is_final() -> None:
    broken = replace(LETTER, subject="Ready\nBcc: eve@example.com")
    async with serving(MailServer()) as server:
        with pytest.raises(MailNotTaken, match="cannot be written") as refused:
            await client("smtp+plain", server.port).send(broken)
    assert refused.value.is_final
    assert server.letters == []


async def test_nobody_listening_is_told_with_the_address() -> None:
    async with serving(MailServer()) as server:
        port = server.port
    with pytest.raises(MailNotTaken, match=rf"localhost:{port} could not be used") as refused:
        await client("smtp+plain", port).send(LETTER)
    assert not refused.value.is_final


@pytest.mark.parametrize(
    ("url", "scheme", "port"),
    [
        ("smtp://mail.example.com", "smtp", 587),
        ("smtps://mail.example.com", "smtps", 465),
        ("smtp+plain://127.0.0.1", "smtp+plain", 25),
        ("smtp+plain://[::1]:2525", "smtp+plain", 2525),
    ],
)
def test_schemes_have_their_ports(url: str, scheme: str, port: int) -> None:
    found = server_of(url)
    assert (found.scheme, found.port) == (scheme, port)


@pytest.mark.parametrize(
    "url", ["mail.example.com", "http://mail.example.com", "smtp://", "smtp://mail:port", "smtp://mail:99999"]
)
def test_other_addresses_are_refused_with_an_example(url: str) -> None:
    with pytest.raises(ValueError, match="CUTWATER_SMTP_URL"):
        server_of(url)


@pytest.mark.parametrize("host", ["mail.example.com", "10.0.0.7", "localhost.example.com"])
def test_mail_in_the_clear_never_leaves_the_machine(host: str) -> None:
    with pytest.raises(ValueError, match="in the clear"):
        server_of(f"smtp+plain://{host}:25")


def test_the_settings_decide_whether_there_is_a_mailer(tmp_path: Path) -> None:
    assert mailer(Settings(data_folder=tmp_path, smtp_url=SecretStr(""))) is None
    found = mailer(Settings(smtp_url=SecretStr("smtp://me:secret@mail.example.com"), mail_from=SENDER))
    assert found is not None
    assert found.sender == SENDER
    assert found.server == SmtpServer(
        scheme="smtp", host="mail.example.com", port=587, user="me", password="secret"
    )
