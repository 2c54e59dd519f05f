"""How mail looks, and how its text is shown safely. Pure."""

import re
from collections.abc import Sequence
from email.utils import parseaddr
from html import escape
from uuid import UUID

_ADDRESS = re.compile(r"[^\s@<>,;:\"()\[\]\\\x00-\x1f]+@[^\s@<>,;:\"()\[\]\\\x00-\x1f]+")
_LINK = re.compile(r"https?://[^\s<>\"'\x00-\x1f]+")
_AFTER_A_LINK = ".,;:!?)]}"
_BUTTON = (
    "display:inline-block;padding:10px 16px;border-radius:6px;background:#2f5bd7;color:#ffffff;"
    "text-decoration:none;font-weight:600"
)
_PAGE = "font-family:Inter,Segoe UI,Helvetica,Arial,sans-serif;font-size:15px;line-height:1.5;color:#1c2230"


def is_address(text: str) -> bool:
    """Whether this is one plain mail address: no name, no list, nothing that could start a header."""
    return len(text) <= 320 and _ADDRESS.fullmatch(text) is not None


def one_line(subject: str) -> str:
    """A subject without line breaks or other control characters, at most 300 long."""
    return " ".join("".join(c if c.isprintable() else " " for c in subject).split())[:300]


def message_id(id: UUID, sender: str) -> str:
    """The Message-ID of a delivery, in the sender's domain."""
    _, at, domain = parseaddr(sender)[1].rpartition("@")
    return f"<{id.hex}@{domain if at else 'localhost'}>"


def plain(name: str, lines: Sequence[str], url: str = "") -> str:
    """The plain text of a mail: greeting, paragraphs, link."""
    greeting = [f"Hello {name}," if name else "Hello,"]
    return "\n\n".join([*greeting, *lines, *([url] if url else [])]) + "\n"


def rich(name: str, lines: Sequence[str], url: str = "", action: str = "Open Cutwater") -> str:
    """The same as HTML; everything given is escaped."""
    greeting = f"Hello {name}," if name else "Hello,"
    paragraphs = "".join(f"<p>{escape(line)}</p>" for line in [greeting, *lines])
    button = f'<p><a href="{escape(url)}" style="{_BUTTON}">{escape(action)}</a></p>' if url else ""
    shown = f'<p style="color:#5b6475;font-size:13px">{escape(url)}</p>' if url else ""
    return f'<!doctype html><html><body style="{_PAGE}">{paragraphs}{button}{shown}</body></html>'


def linked(text: str) -> list[tuple[str, str]]:
    """A text in pieces, each with the address it leads to or "". Only http and https become links."""
    pieces: list[tuple[str, str]] = []
    after = 0
    for link in _LINK.finditer(text):
        address = link.group().rstrip(_AFTER_A_LINK)
        pieces += [(text[after : link.start()], ""), (address, address)]
        after = link.start() + len(address)
    pieces.append((text[after:], ""))
    return [piece for piece in pieces if piece[0]]
