"""The mail client: one connection per letter, every failure told as a reason a person can act on."""

import ssl
from collections.abc import Mapping
from email.message import EmailMessage
from email.utils import formatdate
from ipaddress import ip_address
from urllib.parse import unquote, urlsplit

import aiosmtplib

from cutwater.kernel.frozen import frozen
from cutwater.kernel.settings import Settings
from cutwater.notifications import Letter, MailNotTaken

TIMEOUT_SECONDS = 20
DEFAULT_PORTS: Mapping[str, int] = {"smtp": 587, "smtps": 465, "smtp+plain": 25}
FIX = "Set CUTWATER_SMTP_URL to something like smtp://user:password@mail.example.com:587"


@frozen
class SmtpServer:
    """Where mail goes and how: `smtp` is STARTTLS, `smtps` TLS from the start, `smtp+plain` neither."""

    scheme: str
    host: str
    port: int
    user: str
    password: str


def server_of(url: str) -> SmtpServer:
    """The server an address names; ValueError, with the fix, for none or one that would leak the mail."""
    parts = urlsplit(url)
    try:
        port = parts.port or DEFAULT_PORTS.get(parts.scheme, 0)
    except ValueError:
        port = 0
    if parts.scheme not in DEFAULT_PORTS or not parts.hostname or not port:
        raise ValueError(f"This is no address of a mail server. {FIX}")
    if parts.scheme == "smtp+plain" and not _is_this_machine(parts.hostname):
        raise ValueError(f"smtp+plain sends in the clear, which only localhost may get. {FIX}")
    return SmtpServer(
        scheme=parts.scheme,
        host=parts.hostname,
        port=port,
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
    )


def _is_this_machine(host: str) -> bool:
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def mailer(settings: Settings) -> "SmtpMailer | None":
    """The mailer the settings ask for; None without a mail server, and then mail is kept."""
    url = settings.smtp_url.get_secret_value()
    return SmtpMailer(server_of(url), sender=settings.mail_from) if url else None


class SmtpMailer:
    """Sends letters by one SMTP server; fulfils the Mailer port."""

    def __init__(self, server: SmtpServer, *, sender: str, trust: ssl.SSLContext | None = None) -> None:
        self.server = server
        self.sender = sender
        self.trust = trust or ssl.create_default_context()

    async def send(self, letter: Letter) -> None:
        """Hand one letter over; MailNotTaken with the reason otherwise."""
        server = self.server
        try:
            await aiosmtplib.send(
                message_of(letter, self.sender),
                hostname=server.host,
                port=server.port,
                username=server.user or None,
                password=server.password or None,
                use_tls=server.scheme == "smtps",
                start_tls=server.scheme == "smtp",
                tls_context=self.trust,
                timeout=TIMEOUT_SECONDS,
            )
        except aiosmtplib.SMTPRecipientsRefused as refusal:
            first = refusal.recipients[0]
            raise MailNotTaken(_said(first.code, first.message), is_final=first.code >= 500) from refusal
        except aiosmtplib.SMTPAuthenticationError as refusal:
            said = _said(refusal.code, refusal.message)
            raise MailNotTaken(f"The mail server refuses the user or password. {said}") from refusal
        except aiosmtplib.SMTPResponseException as refusal:
            raise MailNotTaken(_said(refusal.code, refusal.message)) from refusal
        except ValueError as failure:
            raise MailNotTaken(f"This mail cannot be written: {failure}", is_final=True) from failure
        except (aiosmtplib.SMTPException, OSError) as failure:
            why = str(failure) or type(failure).__name__
            raise MailNotTaken(f"{server.host}:{server.port} could not be used: {why}") from failure


def message_of(letter: Letter, sender: str) -> EmailMessage:
    """The letter as RFC 5322 has it: text, and HTML as its alternative."""
    message = EmailMessage()
    message["From"] = sender
    message["To"] = letter.recipient
    message["Subject"] = letter.subject
    message["Message-ID"] = letter.message_id
    message["Date"] = formatdate(usegmt=True)
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(letter.text)
    if letter.html:
        message.add_alternative(letter.html, subtype="html")
    return message


def _said(code: int, message: str) -> str:
    return f"The mail server said: {code} {' '.join(message.split())}"
