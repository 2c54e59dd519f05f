"""How a mail reads: as it goes out, and as administrators read it without a mail server."""

from typing import Protocol
from uuid import UUID

from cutwater import identity
from cutwater.kernel.reader import Reader
from cutwater.kernel.settings import Settings
from cutwater.notifications.core import letters
from cutwater.notifications.mail.ports import Letter


class Written(Protocol):
    """A mail with its text, or with the link that its text is made of."""

    @property
    def recipient(self) -> str: ...
    @property
    def subject(self) -> str: ...
    @property
    def text(self) -> str: ...
    @property
    def html(self) -> str: ...
    @property
    def link_kind(self) -> str | None: ...
    @property
    def link_id(self) -> UUID | None: ...
    @property
    def message_id(self) -> str: ...


async def letter_of(reader: Reader, settings: Settings, mail: Written) -> Letter | None:
    """The mail as it goes out; None when its link is no longer good for anything."""
    text, html = mail.text, mail.html
    if mail.link_kind and mail.link_id:
        link = await identity.mailed_link(reader, settings, mail.link_kind, mail.link_id)
        if not link.is_open:
            return None
        text = letters.plain(link.name, link.lines, link.url)
        html = letters.rich(link.name, link.lines, link.url, link.action)
    return Letter(
        recipient=mail.recipient, subject=mail.subject, text=text, html=html, message_id=mail.message_id
    )
