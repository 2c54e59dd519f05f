"""What the verbs are given: plain values, checked for meaning by the verbs and for shape at the edge."""

from datetime import date, datetime
from uuid import UUID

from cutwater.kernel.frozen import frozen
from cutwater.releases.facts import EnvironmentKind, Priority


@frozen
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


@frozen
class ItemDraft:
    """A new item: `reference` as typed or pasted; the rest counts when no imported issue has that key."""

    reference: str
    title: str = ""
    status: str = ""
    is_done: bool | None = None
    assignee: str = ""
    url: str = ""


@frozen
class ServiceDraft:
    """A new service; an empty slug is made from the name."""

    name: str
    slug: str = ""
    description: str = ""
    repository: str = ""
    jira_project: str = ""
    colour: str = "blue"


@frozen
class EnvironmentDraft:
    """A new environment; an empty slug is made from the name."""

    name: str
    kind: EnvironmentKind
    slug: str = ""
    position: int = 0


@frozen
class FreezeDraft:
    """A new freeze window; `environment` is a slug or id."""

    environment: str
    title: str
    starts_at: datetime
    ends_at: datetime
    reason: str = ""
