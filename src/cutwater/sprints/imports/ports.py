"""What `sprints` asks of the outside: somebody who can read the files of a vendor.

This is all that an adapter may import of `sprints`: the port, the records it hands over, the notes that say
what is odd in a file, and the sheets that every vendor reads the same way.
"""

from collections.abc import Sequence
from typing import Protocol

from cutwater.sprints.core.csv_files import read as read_sheet
from cutwater.sprints.core.facts import Category, Content, SprintState
from cutwater.sprints.core.reading import (
    ISSUE_KEY,
    NAME_LIMIT,
    TEXT_LIMIT,
    TITLE_LIMIT,
    Notes,
    Spot,
    storable,
)
from cutwater.sprints.core.records import (
    Batch,
    BoardRecord,
    ChangeRecord,
    FieldRecord,
    FileSummary,
    IssueRecord,
    LinkRecord,
    PersonRecord,
    ProjectRecord,
    SourceFile,
    SprintRecord,
    StatusRecord,
)

__all__ = [
    "ISSUE_KEY",
    "NAME_LIMIT",
    "TEXT_LIMIT",
    "TITLE_LIMIT",
    "Batch",
    "BoardRecord",
    "Category",
    "ChangeRecord",
    "Content",
    "FieldRecord",
    "FileSummary",
    "IssueFiles",
    "IssueRecord",
    "LinkRecord",
    "Notes",
    "PersonRecord",
    "ProjectRecord",
    "SourceFile",
    "Spot",
    "SprintRecord",
    "SprintState",
    "StatusRecord",
    "read_sheet",
    "storable",
]


class IssueFiles(Protocol):
    """Reads uploaded files into one batch of neutral records; never raises on bad content, reports it."""

    def read(self, files: Sequence[SourceFile]) -> Batch:
        """Recognise each file by its content and read all of them together."""
        ...
