"""What `sprints` asks of the outside: somebody who can read the files of a vendor."""

from collections.abc import Sequence
from typing import Protocol

from cutwater.sprints.core.records import Batch, SourceFile


class IssueFiles(Protocol):
    """Reads uploaded files into one batch of neutral records; never raises on bad content, reports it."""

    def read(self, files: Sequence[SourceFile]) -> Batch:
        """Recognise each file by its content and read all of them together."""
        ...
