"""What a mailed link says, what people are called, and where somebody goes who names no place."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from cutwater.identity.accounts import queries
from cutwater.identity.core import tokens
from cutwater.kernel import clock
from cutwater.kernel.errors import NotFound
from cutwater.kernel.frozen import frozen
from cutwater.kernel.reader import Reader
from cutwater.kernel.settings import Settings


@frozen
class MailedLink:
    """One mail with one button. `is_open` is False when following the link could no longer do anything."""

    to: str
    name: str
    subject: str
    lines: Sequence[str]
    action: str
    url: str
    expires_at: datetime
    is_open: bool


async def mailed_link(reader: Reader, settings: Settings, kind: str, id: UUID) -> MailedLink:
    """The mail of an `invitation`, a `reset` or a `confirm` link, by the id that its event names."""
    statement = queries.invitation_facts(id) if kind == "invitation" else queries.account_link_facts(id)
    facts = await reader.first(statement)
    if facts is None:
        raise NotFound("This link")
    token = tokens.link_token(settings.secrets, kind, facts.id, facts.nonce)
    return _MAILS[kind](facts, f"{settings.base_url}{_PATHS[kind]}/{token}")


_PATHS = {"invitation": "/invite", "reset": "/reset", "confirm": "/confirm"}


def _invitation(facts: Any, url: str) -> MailedLink:
    who = facts.inviter or "Somebody"
    return MailedLink(
        to=facts.email,
        name="",
        subject=f"{who} invites you to {facts.organization_name} on Cutwater",
        lines=(
            f"{who} invites you to join {facts.organization_name} as {facts.role.lower()}.",
            "Cutwater is where sprints are planned, releases coordinated and cutovers run.",
            "The link works once, within seven days, for this address only.",
        ),
        action="Accept the invitation",
        url=url,
        expires_at=facts.expires_at,
        is_open=facts.accepted_at is None and facts.revoked_at is None and facts.expires_at > clock.now(),
    )


def _account(facts: Any, url: str, *, subject: str, lines: Sequence[str], action: str) -> MailedLink:
    return MailedLink(
        to=facts.email,
        name=facts.name,
        subject=subject,
        lines=lines,
        action=action,
        url=url,
        expires_at=facts.expires_at,
        is_open=facts.used_at is None and facts.is_active and facts.expires_at > clock.now(),
    )


def _reset(facts: Any, url: str) -> MailedLink:
    lines = (
        "Somebody, probably you, asked to set a new password for your Cutwater account.",
        "The link works once, within an hour. If it was not you, ignore this mail: nothing has changed.",
    )
    return _account(facts, url, subject="Set a new password", lines=lines, action="Set a new password")


def _confirm(facts: Any, url: str) -> MailedLink:
    lines = (
        "Welcome to Cutwater. Please confirm that this address is yours.",
        "The link works once, within three days. If you did not sign up, ignore this mail.",
    )
    return _account(facts, url, subject="Confirm your address", lines=lines, action="Confirm my address")


_MAILS = {"invitation": _invitation, "reset": _reset, "confirm": _confirm}


async def names(reader: Reader, ids: Iterable[UUID | None]) -> dict[UUID, str]:
    """Names of people, API keys, teams and invitations by id; what may not be seen here is left out."""
    wanted = {id for id in ids if id is not None}
    if not wanted:
        return {}
    return {row.id: row.name for row in await reader.all(queries.names_of(wanted))}


async def way_in(reader: Reader, user_id: UUID) -> str:
    """Where somebody goes who names no place: where they were last, their only organization, the chooser."""
    account, rows = await reader.batch(queries.account(user_id), queries.organizations_of(user_id))
    own = [row for row in rows if row.role]
    last = account[0].last_organization_id if account else None
    for row in own:
        if row.id == last or len(own) == 1:
            return f"/o/{row.slug}/"
    return "/organizations"
