"""What the verbs are given: plain values, checked for meaning by the verbs and for shape at the edge."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from cutwater.releases.facts import EnvironmentKind, Priority


@dataclass(frozen=True, kw_only=True, slots=True)
class ReleaseDraft:
    """A new release; `service` is a slug or id, `sprint` a key."""

    service: str
    title: str
    description: str = ""
    version: str = ""
    priority: Priority = Priority.MEDIUM
    hotfix: bool = False
    owner_id: UUID | None = None
    sprint: str = ""
    target_date: date | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class ItemDraft:
    """A new item: `reference` as typed or pasted; the rest counts when no imported issue has that key."""

    reference: str
    title: str = ""
    status: str = ""
    is_done: bool | None = None
    assignee: str = ""
    url: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class ServiceDraft:
    """A new service; an empty slug is made from the name."""

    name: str
    slug: str = ""
    description: str = ""
    repository: str = ""
    jira_project: str = ""
    colour: str = "blue"


@dataclass(frozen=True, kw_only=True, slots=True)
class EnvironmentDraft:
    """A new environment; an empty slug is made from the name."""

    name: str
    kind: EnvironmentKind
    slug: str = ""
    position: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class FreezeDraft:
    """A new freeze window; `environment` is a slug or id."""

    environment: str
    title: str
    starts_at: datetime
    ends_at: datetime
    reason: str = ""
