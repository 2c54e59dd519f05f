"""What the files of an import say, in neutral words: what every importer hands over, whatever the vendor."""

from collections.abc import Mapping
from dataclasses import field
from datetime import datetime

from cutwater.kernel.frozen import frozen
from cutwater.sprints.core.facts import Category, Content, Severity, SprintState


@frozen
class Oddity:
    """Something in a file that a person should know: where it is, and what is odd about it."""

    code: str
    severity: Severity
    text: str
    file: str = ""
    row: int | None = None
    field: str = ""
    key: str = ""


@frozen
class SourceFile:
    """One uploaded file: its name as the person knows it, and its bytes."""

    name: str
    content: bytes


@frozen
class PersonRecord:
    """A person as the source names them; never an account of ours."""

    account_id: str
    name: str


@frozen
class SprintRecord:
    """A sprint as the source describes it; what it does not say stays empty."""

    external_id: str | None
    name: str
    state: SprintState | None = None
    goal: str | None = None
    board_id: str | None = None
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    completed_at: datetime | None = None


@frozen
class ChangeRecord:
    """One field of one entry of an issue's changelog; `position` tells the items of an entry apart."""

    external_id: str
    position: int
    at: datetime
    author: PersonRecord | None
    field: str
    field_id: str
    was: str | None
    was_id: str | None
    now: str | None
    now_id: str | None


@frozen
class LinkRecord:
    """A link as read from one issue: `label` is the phrase seen from it ("is blocked by")."""

    type_name: str
    label: str
    is_inward: bool
    other_key: str
    other_title: str = ""
    other_category: Category = Category.UNKNOWN

    @property
    def is_blocker(self) -> bool:
        """Whether the other issue blocks this one."""
        return self.is_inward and (
            self.label.casefold() == "is blocked by" or self.type_name.casefold() in ("blocks", "blocker")
        )


@frozen
class IssueRecord:
    """An issue as the source gives it; `fields` are the values a field mapping may use, in neutral shapes.

    `absent` names the attributes the file says nothing about, which is not the same as empty: an import
    leaves those of a known issue as they are. Neutral shapes: a text, a number, true/false,
    {"option": text}, {"person": {"id", "name"}}, {"sprint": {...}}, or a list of these.
    """

    key: str
    external_id: str | None
    title: str
    file: str
    row: int
    project_key: str = ""
    description: str = ""
    type_name: str = ""
    is_subtask: bool = False
    status: str = ""
    status_id: str = ""
    category: Category = Category.UNKNOWN
    priority: str | None = None
    reporter: PersonRecord | None = None
    assignee: PersonRecord | None = None
    parent_key: str | None = None
    labels: tuple[str, ...] = ()
    created_at: datetime | None = None
    updated_at: datetime | None = None
    resolved_at: datetime | None = None
    changes: tuple[ChangeRecord, ...] = ()
    links: tuple[LinkRecord, ...] = ()
    remote_links: int = 0
    url: str = ""
    fields: Mapping[str, object] = field(default_factory=dict)
    absent: frozenset[str] = frozenset()


@frozen
class StatusRecord:
    """A status of the source with the stage it belongs to."""

    external_id: str
    name: str
    category: Category


@frozen
class ProjectRecord:
    """A project of the source."""

    external_id: str | None
    key: str
    name: str


@frozen
class BoardRecord:
    """A board of the source."""

    external_id: str
    name: str
    kind: str
    project_key: str = ""


@frozen
class FieldRecord:
    """A field of the source: its id, its name and its schema (`custom` is the vendor's type name)."""

    id: str
    name: str = ""
    custom: str = ""
    type_name: str = ""


@frozen
class FileSummary:
    """What one file turned out to be, and how many rows of it."""

    name: str
    content: Content
    rows: int


@frozen
class Batch:
    """Everything read from the files of one import, and everything odd about them."""

    files: tuple[FileSummary, ...] = ()
    issues: tuple[IssueRecord, ...] = ()
    sprints: tuple[SprintRecord, ...] = ()
    statuses: tuple[StatusRecord, ...] = ()
    projects: tuple[ProjectRecord, ...] = ()
    boards: tuple[BoardRecord, ...] = ()
    fields: tuple[FieldRecord, ...] = ()
    worklogs: int = 0
    remote_links: int = 0
    oddities: tuple[Oddity, ...] = ()

    @property
    def errors(self) -> list[Oddity]:
        """The oddities that stop the import."""
        return [oddity for oddity in self.oddities if oddity.severity is Severity.ERROR]

    @property
    def is_empty(self) -> bool:
        """Whether nothing was found that could be stored."""
        return not (self.issues or self.sprints or self.statuses or self.projects or self.boards)
