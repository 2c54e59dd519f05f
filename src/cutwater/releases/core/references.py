"""What people type or paste for an item: an issue key, `acme/api#12`, `acme/api!12`, or an address of one."""

import re

from cutwater.kernel.frozen import frozen
from cutwater.releases.core.facts import ItemKind

_NAME = r"(?!\.{1,2}[/#!])[\w.-]+"
_NUMBER = r"(?P<number>\d{1,9})"
_ISSUE = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,19}-\d{1,9}", re.ASCII)
_PULL = re.compile(rf"(?P<repository>{_NAME}(?:/{_NAME})+)(?P<sign>[#!]){_NUMBER}", re.ASCII)
_GITHUB = re.compile(
    rf"https?://[^/\s]+/(?P<repository>{_NAME}/{_NAME})/pull/{_NUMBER}(?:[/?#].*)?", re.ASCII
)
_GITLAB = re.compile(
    rf"https?://[^/\s]+/(?P<repository>{_NAME}(?:/{_NAME})+?)(?:/-)?/merge_requests/{_NUMBER}(?:[/?#].*)?",
    re.ASCII,
)
_JIRA = re.compile(
    r"https?://[^/\s]+/(?:.*/)?browse/(?P<key>[A-Za-z][A-Za-z0-9_]*-\d{1,9})(?:[?#].*)?", re.ASCII
)

# What `parse` understands, as the API's schema says it.
PATTERN = (
    r"^ *([A-Za-z][A-Za-z0-9_]{0,19}-[0-9]{1,9}"
    r"|[A-Za-z0-9_.-]+(/[A-Za-z0-9_.-]+)+[#!][1-9][0-9]{0,8}"
    r"|https?://[!-~]+) *$"
)
EXPECTED = "Use an issue key such as PAY-12, acme/api#12, acme/api!12, or paste its address."
SIGNS = {ItemKind.GITHUB_PR: "#", ItemKind.GITLAB_MR: "!"}
DONE_WORDS = {
    ItemKind.JIRA_TICKET: frozenset({"done", "closed", "resolved", "released"}),
    ItemKind.GITHUB_PR: frozenset({"merged", "done"}),
    ItemKind.GITLAB_MR: frozenset({"merged", "done"}),
}


@frozen
class Reference:
    """What an item points at; `text` is the one spelling of it."""

    kind: ItemKind
    text: str
    repository: str = ""
    number: int | None = None
    url: str = ""


def parse(text: str) -> Reference | None:
    """Read what was typed or pasted; None when it is no reference we know."""
    text = text.strip()
    if _ISSUE.fullmatch(text):
        return Reference(kind=ItemKind.JIRA_TICKET, text=text.upper())
    if found := _JIRA.fullmatch(text):
        return Reference(kind=ItemKind.JIRA_TICKET, text=found["key"].upper(), url=text)
    if found := _PULL.fullmatch(text):
        kind = ItemKind.GITHUB_PR if found["sign"] == "#" else ItemKind.GITLAB_MR
        return pull_request(kind, found["repository"], int(found["number"]))
    if found := _GITHUB.fullmatch(text):
        return pull_request(ItemKind.GITHUB_PR, found["repository"], int(found["number"]), text)
    if found := _GITLAB.fullmatch(text):
        return pull_request(ItemKind.GITLAB_MR, found["repository"], int(found["number"]), text)
    return None


def pull_request(kind: ItemKind, repository: str, number: int, url: str = "") -> Reference | None:
    """A pull or merge request by repository and number; None for a number that cannot be one."""
    if not 0 < number <= 2_147_483_647:
        return None
    text = f"{repository}{SIGNS[kind]}{number}"
    return Reference(kind=kind, text=text, repository=repository, number=number, url=url)


def is_done(kind: ItemKind, status: str) -> bool:
    """Whether a typed status means merged or done."""
    return status.strip().lower() in DONE_WORDS[kind]
