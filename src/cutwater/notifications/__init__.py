"""Telling people: inbox, mail, background jobs."""

from cutwater.notifications.inbox.service import tell
from cutwater.notifications.mail.models import DeliveryState, LinkKind
from cutwater.notifications.mail.ports import Letter, Mailer, MailNotTaken
from cutwater.notifications.mail.service import erase_mail_to, send_link, send_mail
from cutwater.notifications.work.service import advance_work, begin_work, end_work

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
