"""What a mailed link says, what people are called, who one is, and where somebody goes who names no place."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

from cutwater.identity.accounts import queries
from cutwater.identity.accounts.queries import InvitationFacts, LinkFacts
from cutwater.identity.accounts.schemas import MeRead
from cutwater.identity.core import tokens
from cutwater.kernel import clock
from cutwater.kernel.actor import Actor
from cutwater.kernel.errors import NotFound
from cutwater.kernel.frozen import frozen
from cutwater.kernel.reader import Reader
from cutwater.kernel.settings import Settings

NOBODY = UUID(int=0)


async def me(reader: Reader, actor: Actor) -> MeRead:
    """The person or key that acts, and what they may do here."""
    account = await reader.first(queries.account(actor.user_id or NOBODY))
    # a key has a name of its own; a person may have changed theirs in this very transaction
    person = account if actor.kind == "user" else None
    return MeRead(
        kind=actor.kind,
        id=actor.id or NOBODY,
        name=person.name if person else actor.name,
        email=account.email if account else None,
        username=account.username if account else None,
        zone=person.zone if person else actor.zone,
        locale=person.locale if person else actor.locale,
        organization=actor.organization,
        role=actor.role,
        grants=sorted(actor.grants),
        team_ids=sorted(actor.team_ids),
        revision=account.revision if account else None,
    )


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


# ---------------------------------------------------------------- mailed links


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
    """The mail of an `invitation`, a `reset` or a `confirm` link, by the id that its event names.

    It is derived when the mail is written: no secret waits in a table or in the queue.
    """
    if kind == "invitation":
        invitation = await reader.first(queries.invitation_facts(id))
        if invitation is None:
            raise NotFound("This link")
        token = tokens.link_token(settings.secrets, kind, invitation.id, invitation.nonce)
        return _invitation(invitation, f"{settings.base_url}/invite/{token}")
    facts = await reader.first(queries.account_link_facts(id))
    if facts is None:
        raise NotFound("This link")
    token = tokens.link_token(settings.secrets, kind, facts.id, facts.nonce)
    return _account(facts, f"{settings.base_url}/{kind}/{token}", _WORDS[kind])


def _invitation(facts: InvitationFacts, url: str) -> MailedLink:
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


@frozen
class Words:
    """What a mail to the owner of an account says."""

    subject: str
    lines: Sequence[str]
    action: str


_WORDS = {
    "reset": Words(
        subject="Set a new password",
        lines=(
            "Somebody, probably you, asked to set a new password for your Cutwater account.",
            "The link works once, within an hour. If it was not you, ignore this mail: nothing has changed.",
        ),
        action="Set a new password",
    ),
    "confirm": Words(
        subject="Confirm your address",
        lines=(
            "Welcome to Cutwater. Please confirm that this address is yours.",
            "The link works once, within three days. If you did not sign up, ignore this mail.",
        ),
        action="Confirm my address",
    ),
}


def _account(facts: LinkFacts, url: str, words: Words) -> MailedLink:
    return MailedLink(
        to=facts.email,
        name=facts.name,
        subject=words.subject,
        lines=words.lines,
        action=words.action,
        url=url,
        expires_at=facts.expires_at,
        is_open=facts.used_at is None and facts.is_active and facts.expires_at > clock.now(),
    )
