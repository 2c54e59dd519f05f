"""What identity gives to the shell: settings, people in search, and how roles look."""

from urllib.parse import quote

from cutwater.identity.core.roles import Role
from cutwater.identity.organizations.views import people
from cutwater.kernel.grants import Grant
from cutwater.kernel.reader import Reader
from cutwater.web import Hit, Look, NavItem, SearchSource

NAV = (NavItem(section="settings", label="Settings", path="/settings", icon="settings", key="e", place=80),)
TOPICS = {"team": Grant.PEOPLE_READ}
"""What reads the events about each kind of thing; those about members, accounts and keys are the log's."""
ACCESS = ("organization", "member", "account", "api_key")
"""The kinds of things whose events may end somebody's access."""


async def people_called(reader: Reader, text: str) -> list[Hit]:
    """People by their names, which live with their accounts and not in an organization's index."""
    members = await people(reader, called=text, most=5) if text.strip() else []
    return [Hit("person", p.username, p.name, f"/settings/people?q={quote(p.username)}") for p in members]


SEARCH_SOURCES = (SearchSource(grant=Grant.PEOPLE_READ, find=people_called),)
LOOKS = {
    "role": {
        Role.OWNER: Look(word="Owner", icon="crown", tone="violet"),
        Role.ADMIN: Look(word="Admin", icon="shield-check", tone="violet"),
        Role.MANAGER: Look(word="Manager", icon="compass", tone="accent"),
        Role.MEMBER: Look(word="Member", icon="user"),
        Role.VIEWER: Look(word="Viewer", icon="eye"),
    }
}
