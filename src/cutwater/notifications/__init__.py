"""Telling people: inbox, mail, long work."""

from cutwater.notifications.models import DeliveryState, LinkKind
from cutwater.notifications.ports import Letter, Mailer, MailNotTaken
from cutwater.notifications.service import (
    advance_work,
    begin_work,
    end_work,
    erase_mail_to,
    send_link,
    send_mail,
    tell,
)

__all__ = [
    "DeliveryState",
    "Letter",
    "LinkKind",
    "MailNotTaken",
    "Mailer",
    "advance_work",
    "begin_work",
    "end_work",
    "erase_mail_to",
    "send_link",
    "send_mail",
    "tell",
]
