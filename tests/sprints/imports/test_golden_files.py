"""Imports on a real database: golden figures, real data with its oddities, again, all or nothing."""

from collections import Counter
from pathlib import Path

import pytest
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from cutwater.integrations.jira import JiraFiles
from cutwater.kernel.actor import Actor
from cutwater.kernel.errors import Invalid
from cutwater.kernel.paging import Offset
from cutwater.kernel.reader import SessionReader
from cutwater.sprints.boards.queries import sprint_facts
from cutwater.sprints.core import analysis, coverage, issue_query
from cutwater.sprints.core.analysis import Dimension
from cutwater.sprints.core.records import SourceFile
from cutwater.sprints.imports.queries import ImportRow, import_record
from cutwater.sprints.imports.service.runs import import_files
from cutwater.sprints.issues.models import Issue, IssueChange
from cutwater.sprints.issues.queries.lists import issue_page
from cutwater.sprints.mapping import service
from cutwater.sprints.sprints.models import Sprint, SprintMembership


async def finished(
    tx: AsyncSession, actor: Actor, uploads: list[SourceFile], reader: JiraFiles, new_sprint: str = ""
) -> ImportRow:
    """An import that went all its way, and what came of it."""
    run_id = await import_files(tx, actor, uploads, reader, new_sprint=new_sprint)
    return (await import_record(SessionReader(tx), str(run_id))).run


def files(folder: Path, pattern: str) -> list[SourceFile]:
    """The files of a folder as uploads."""
    return [SourceFile(name=path.name, content=path.read_bytes()) for path in sorted(folder.glob(pattern))]


async def test_the_golden_sprint_has_exactly_its_figures(
    tx: AsyncSession, owner: Actor, reader: SessionReader, shared_data: Path
) -> None:
    run = await finished(
        tx, owner, files(shared_data / "golden", "sprint_139.jsonl"), JiraFiles(), new_sprint="Sprint 139"
    )
    assert run.counts["issues_created"] == 139
    facts = (await sprint_facts(reader, "SPR-1", subtasks=False)).facts
    found = analysis.analyse(facts)
    assert (found.total.issues, found.total.points, found.total.estimated) == (139, 369, 134)
    assert float(found.total.average or 0) == 2.8
    assert found.stakeholders == 13
    types = {line.label: line.tally.issues for line in found.lines[Dimension.TYPE]}
    assert types == {"Task": 110, "Story": 15, "Bug": 11, "Epic": 1, "Improvement": 1, "Analysis": 1}
    statuses = Counter({line.label: line.tally.issues for line in found.lines[Dimension.STATUS]})
    assert statuses == {
        "Internal QA": 32, "Done": 28, "Open": 28, "To Do": 19, "In Progress": 18, "Client UAT": 11,
        "Sign Off": 2, "In Test": 1,
    }  # fmt: skip
    gaps = {gap.field: gap.text for gap in coverage.cover(facts)}
    assert gaps["discipline_team"] == "20 of 139 issues have no team"
    assert gaps["points"] == "5 of 139 issues have no story points"


async def test_every_number_of_the_analysis_opens_as_many_issues(
    tx: AsyncSession, owner: Actor, reader: SessionReader, shared_data: Path
) -> None:
    await finished(
        tx, owner, files(shared_data / "golden", "sprint_139.jsonl"), JiraFiles(), new_sprint="Sprint 139"
    )
    facts = (await sprint_facts(reader, "SPR-1", subtasks=False)).facts
    for dimension, lines in analysis.analyse(facts).lines.items():
        for line in lines:
            words = f"sprint:SPR-1 -is:subtask {issue_query.term(dimension.value, line.value)}"
            found = await issue_page(reader, issue_query.parse(words), "", Offset(per_page=1))
            assert found.page.total == line.tally.issues, words


async def test_real_data_imports_with_its_oddities_reported(
    tx: AsyncSession, owner: Actor, reader: SessionReader, shared_data: Path
) -> None:
    run = await finished(tx, owner, files(shared_data / "jira", "*.jsonl"), JiraFiles())
    assert (run.counts["issues_created"], run.counts["sprints_created"]) == (32, 20)
    codes = {item["code"]: item["count"] for item in run.oddities}
    assert codes["orphan_change"] == 180
    assert codes["status_category_corrected"] == 2
    assert codes["unstorable"] == 1
    assert codes["negative_points"] == 1
    assert codes["orphan_worklog"] == 14
    points = select(func.count()).where(Issue.points.is_not(None))
    assert await tx.scalar(points) == 2
    assert await tx.scalar(select(func.count()).select_from(IssueChange)) > 300
    sprint = await tx.scalar(select(Sprint).where(Sprint.name == "EE Sprint 7"))
    assert sprint is not None
    origin = await sprint_facts(reader, sprint.key, subtasks=False)
    facts = origin.facts
    assert (len(facts), origin.subtasks) == (14, 3)
    gaps = {gap.field: gap.text for gap in coverage.cover(facts)}
    assert gaps["discipline_team"] == "14 of 14 issues have no team"
    assert gaps["points"] == "12 of 14 issues have no story points"
    assert gaps["priority_same"] == "all 14 issues have priority Medium"
    assert gaps["points_negative"] == "1 of 14 issues has fewer than zero story points; not counted"


async def test_server_files_import(tx: AsyncSession, owner: Actor, shared_data: Path) -> None:
    run = await finished(tx, owner, files(shared_data / "jira" / "server", "*.json"), JiraFiles())
    assert (run.counts["issues_created"], run.counts["sprints_created"]) == (1, 6)
    goal = await tx.scalar(select(Sprint.goal).where(Sprint.name == "Sprint with a Goal"))
    assert goal == "My Goal"


async def test_a_second_import_changes_nothing_and_says_so(
    tx: AsyncSession, owner: Actor, shared_data: Path
) -> None:
    uploads = files(shared_data / "jira", "*.jsonl")
    await import_files(tx, owner, uploads, JiraFiles())
    before = (await tx.execute(select(SprintMembership.id).order_by(SprintMembership.id))).all()
    run = await finished(tx, owner, uploads, JiraFiles())
    assert {name: run.counts[name] for name in ("issues_created", "issues_updated", "issues_unchanged")} == {
        "issues_created": 0,
        "issues_updated": 0,
        "issues_unchanged": 32,
    }
    assert (run.counts["sprints_created"], run.counts["sprints_updated"], run.counts["changes"]) == (0, 0, 0)
    assert (await tx.execute(select(SprintMembership.id).order_by(SprintMembership.id))).all() == before


async def test_a_broken_row_stops_everything(tx: AsyncSession, owner: Actor) -> None:
    broken = b"Issue key,Summary,Story Points\nABC-1,Fine,3\nABC-2,Wrong,many\n"
    with pytest.raises(Invalid, match=r"issues.csv, row 3, field Story Points: “many” is not a number"):
        await import_files(tx, owner, [SourceFile(name="issues.csv", content=broken)], JiraFiles())
    assert await tx.scalar(select(func.count()).select_from(Issue)) == 0


async def test_importing_other_projects_leaves_the_first_ones_mapping_alone(
    tx: AsyncSession, owner: Actor, reader: SessionReader, shared_data: Path
) -> None:
    run = await finished(
        tx, owner, files(shared_data / "golden", "sprint_139.jsonl"), JiraFiles(), new_sprint="Sprint 139"
    )
    await import_files(tx, owner, files(shared_data / "jira", "*.jsonl"), JiraFiles())
    await service.remap(tx, run.site_id)
    facts = (await sprint_facts(reader, "SPR-1", subtasks=False)).facts
    found = analysis.analyse(facts)
    assert (found.total.points, found.total.estimated, found.stakeholders) == (369, 134, 13)
    assert await tx.scalar(select(func.count()).where(Issue.points == -1)) == 1
