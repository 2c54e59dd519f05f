"""What the tests of sprints make, through the verbs."""

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from cutwater import audit
from cutwater.integrations.jira import JiraFiles
from cutwater.kernel.actor import Actor
from cutwater.kernel.paging import Offset
from cutwater.kernel.reader import Reader, SessionReader
from cutwater.sprints.core import issue_query
from cutwater.sprints.core.records import SourceFile
from cutwater.sprints.imports.queries import ImportRow, import_record
from cutwater.sprints.imports.service.runs import (
    import_files,
)
from cutwater.sprints.issues.queries import lists as issue_queries

START, END = date(2026, 11, 9), date(2026, 11, 20)


CSV = (
    b"Issue key,Issue id,Summary,Status,Status Category,Story Points,Team,Sprint,Inward issue link (Blocks)\n"
    b"PAY-1,1,One,Open,To Do,3,Ledger,Alpha,PAY-2\n"
    b"PAY-2,2,Two,Done,Done,5,Ledger,Alpha,\n"
    b"PAY-3,3,Three,Open,To Do,,,,PAY-1\n"
)


async def imported(tx: AsyncSession, actor: Actor, content: bytes = CSV, **more: Any) -> ImportRow:
    """A sheet that went all the way of an import, and what came of it."""
    files = [SourceFile(name="issues.csv", content=content)]
    run_id = await import_files(tx, actor, files, JiraFiles(), **more)
    return (await import_record(SessionReader(tx), str(run_id))).run


async def keys_of(reader: Reader, text: str) -> list[str]:
    """The keys of the issues that the query box finds."""
    page = (await issue_queries.issue_page(reader, issue_query.parse(text), "key", Offset())).page
    return [row.key for row in page.rows]


async def names_of(reader: Reader, actor: Actor, kind: str, id: UUID) -> list[str]:
    """The names of the events about something, newest first."""
    return [entry.name for entry in await audit.feed(reader, actor, subject=kind, id=id)]
