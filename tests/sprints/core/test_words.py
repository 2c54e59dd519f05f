"""The query box, CSV files, field values, the changelog and exports: what is written and what is read."""

import csv
import io
from datetime import UTC, datetime
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from cutwater.sprints.core import csv_files, exports, fields, history, issue_query, lifecycle
from cutwater.sprints.core.facts import Category, Content, Severity, SprintState
from cutwater.sprints.core.reading import Notes, Spot, grouped
from cutwater.sprints.core.records import ChangeRecord, SourceFile, SprintRecord


def parse(text: str) -> list[tuple[str, str, bool]]:
    return [(term.field, term.value, term.is_not) for term in issue_query.parse(text).terms]


def test_the_query_box_reads_fields_quotes_negation_and_words() -> None:
    found = parse('sprint:SPR-1 team:"Platform – Dev" -is:subtask "two words" plain')
    assert found == [
        ("sprint", "SPR-1", False),
        ("team", "Platform – Dev", False),
        ("is", "subtask", True),
        ("", "two words", False),
        ("", "plain", False),
    ]


@pytest.mark.parametrize("text", ["colour:red", "is:purple", "stage:limbo"])
def test_an_unknown_word_is_named(text: str) -> None:
    problems = issue_query.parse(text).problems
    assert len(problems) == 1
    assert "try" in problems[0]


@given(
    st.sampled_from(issue_query.FIELDS[:4]),
    st.text(min_size=1, max_size=30).filter(lambda text: text.strip()),
)
def test_a_written_term_reads_back_as_itself(field: str, value: str) -> None:
    if field == "stage" or "\x00" in value:
        return
    found = issue_query.parse(issue_query.term(field, value)).terms
    assert [(term.field, term.value) for term in found] == [(field, value)]


@given(st.text(max_size=80))
def test_no_text_makes_the_query_box_crash(text: str) -> None:
    query = issue_query.parse(text)
    assert issue_query.parse(issue_query.text(query)).terms == query.terms or '"' in text or "\\" in text


def test_nothing_is_written_none() -> None:
    assert issue_query.term("team", "") == "team:none"


def read_csv(text: str) -> tuple[csv_files.Sheet, list[Any]]:
    notes = Notes(file="x.csv")
    return csv_files.read(SourceFile(name="x.csv", content=text.encode()), notes), notes.oddities


JIRA_CSV = "\n".join(
    ",".join(cells)
    for cells in (
        [
            "Summary",
            "Issue key",
            "Issue id",
            "Issue Type",
            "Status",
            "Status Category",
            "Priority",
            "Assignee",
            "Assignee Id",
            "Reporter",
            "Created",
            "Sprint",
            "Sprint",
            "Inward issue link (Blocks)",
            "Labels",
            "Labels",
            "Custom field (Story Points)",
            "Custom field (Team)",
        ],
        [
            "Post interest",
            "PAY-1",
            "20001",
            "Story",
            "In Review",
            "In Progress",
            "High",
            "Ari Assignee",
            "acc-2",
            "Rita",
            "12/Jun/26 8:13 AM",
            "PAY 1",
            "PAY 2",
            "PAY-9",
            "a",
            "b",
            "5.0",
            "Ledger",
        ],
        [
            "Open period",
            "PAY-2",
            "20002",
            "Sub-task",
            "Done",
            "Done",
            "Low",
            "",
            "",
            "Rita",
            "2026-06-12 09:00",
            "",
            "",
            "",
            "",
            "",
            "",
            "",
        ],
    )
)


def test_jiras_own_export_is_read_with_its_repeated_columns() -> None:
    sheet, oddities = read_csv(JIRA_CSV)
    first, second = sheet.issues
    assert (sheet.content, sheet.rows) == (Content.ISSUES, 2)
    assert {(odd.code, odd.severity) for odd in oddities} == {("no_zone", Severity.NOTE)}
    assert (first.key, first.external_id, first.category) == ("PAY-1", "20001", Category.IN_PROGRESS)
    assert first.created_at == datetime(2026, 6, 12, 8, 13, tzinfo=UTC)
    assert first.labels == ("a", "b")
    assert first.links[0].is_blocker
    assert first.fields["sprint"] == [{"sprint": {"name": "PAY 1"}}, {"sprint": {"name": "PAY 2"}}]
    assert first.fields["Custom field (Story Points)"] == "5.0"
    assert second.is_subtask
    assert second.assignee is None
    assert {field.name for field in sheet.fields} >= {"Story Points", "Team"}


@pytest.mark.parametrize("mark", [",", ";", "\t", "|"])
def test_plain_headers_and_any_separator_will_do(mark: str) -> None:
    sheet, _ = read_csv(
        mark.join(["Key", "Title", "State", "Points"]) + "\n" + mark.join(["A-1", "One", "Open", "3"]) + "\n"
    )
    assert [(issue.key, issue.title, issue.status) for issue in sheet.issues] == [("A-1", "One", "Open")]
    assert sheet.issues[0].absent >= {"description", "assignee", "changes"}


@pytest.mark.parametrize(
    "written",
    ["12/Jun/26 8:13 AM", "Jun 12, 2026, 8:13 AM", "12.06.2026 08:13", "2026-06-12 08:13"],
)
def test_dates_are_read_as_jira_and_people_write_them_and_the_missing_zone_is_told(written: str) -> None:
    here = spot()
    assert here.instant(written, "Created") == datetime(2026, 6, 12, 8, 13, tzinfo=UTC)
    assert [odd.code for odd in here.notes.oddities] == ["no_zone"]


def test_a_row_is_the_row_of_the_spreadsheet_whatever_lines_its_cells_have() -> None:
    sheet, _ = read_csv('Key,Title\nA-1,"two\nlines"\n\nA-2,x\n')
    assert [issue.row for issue in sheet.issues] == [2, 4]


def test_a_quotation_mark_that_is_never_closed_is_named_where_it_opens() -> None:
    _, oddities = read_csv('Key,Title\nA-1,x\nA-2,"open\nA-3,y\nA-4,z\n')
    assert [(odd.row, "never closed" in odd.text) for odd in oddities if odd.code == "csv"] == [(3, True)]


def test_the_separator_that_excel_writes_first_is_obeyed() -> None:
    sheet, _ = read_csv("sep=;\r\nKey;Title, short\r\nA-1;x\r\n")
    assert [(issue.key, issue.row) for issue in sheet.issues] == [("A-1", 3)]


def test_sprints_come_from_csv_too() -> None:
    sheet, _ = read_csv(
        "Sprint,State,Start date,End date,Goal\nS1,closed,2026-01-05,2026-01-16,Ship\nS2,future,,,\n"
    )
    assert [(sprint.name, sprint.state) for sprint in sheet.sprints] == [
        ("S1", SprintState.COMPLETED),
        ("S2", SprintState.PLANNING),
    ]
    assert sheet.sprints[0].goal == "Ship"


def test_a_sheet_without_titles_or_statuses_says_so() -> None:
    sheet, oddities = read_csv("Key\nA-1\n")
    assert sheet.issues[0].title == "A-1"
    assert [(odd.code, odd.field) for odd in oddities] == [
        ("missing_column", "Summary"),
        ("missing_column", "Status"),
    ]


def spot() -> Spot:
    return Spot(notes=Notes(file="f"), row=1, key="A-1")


@pytest.mark.parametrize(
    ("raw", "expected", "code"),
    [
        (3, Decimal(3), None),
        (2.5, Decimal("2.5"), None),
        ("3", Decimal(3), None),
        ("2,5", Decimal("2.5"), "decimal_comma"),
        ("-1", Decimal(-1), None),
        ("", None, None),
        (None, None, None),
        (True, None, None),
        ("many", None, "number"),
        ("=1+1", None, "number"),
        (float("inf"), None, "number"),
        (1e300, None, "number"),
    ],
)
def test_points_are_numbers_or_a_clear_error(raw: Any, expected: Decimal | None, code: str | None) -> None:
    here = spot()
    assert here.number(raw, "Points") == expected
    assert [odd.code for odd in here.notes.oddities] == ([code] if code else [])


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("Ledger", "Ledger"),
        ({"option": "Ledger"}, "Ledger"),
        ([{"option": "A"}, {"option": "B"}], "A"),
        ({"person": {"id": "1", "name": "Kim"}}, "Kim"),
        ([], ""),
        (None, ""),
    ],
)
def test_a_team_is_read_from_every_shape(value: Any, expected: str) -> None:
    assert fields.text_of(value, "Team", spot()) == expected


@pytest.mark.parametrize(
    ("value", "flagged"),
    [
        ([{"option": "Impediment"}], True),
        ([], False),
        ("No", False),
        ("Yes", True),
        (None, False),
        (False, False),
    ],
)
def test_what_counts_as_flagged(value: Any, flagged: bool) -> None:
    mapped = fields.apply(fields.FieldMap(flagged="f"), {"f": value}, spot())
    assert mapped.is_flagged is flagged


def test_a_default_scale_is_given_only_to_known_priorities() -> None:
    assert fields.default_scale(["Blocker", "Medium", "Cosmic"]) == {"Blocker": 90, "Medium": 50}


STAGES = {
    "To Do": Category.TODO,
    "Doing": Category.IN_PROGRESS,
    "Done": Category.DONE,
    "Closed": Category.DONE,
}


def stage(_id: str, name: str) -> Category:
    return STAGES.get(name, Category.UNKNOWN)


def change(day: int, was: str | None, now: str, name: str = "status", **ids: str) -> ChangeRecord:
    return ChangeRecord(
        external_id=str(day), position=0, at=datetime(2026, 1, day, tzinfo=UTC), author=None, field=name,
        field_id="", was=was, was_id=ids.get("was_id"), now=now, now_id=ids.get("now_id"),
    )  # fmt: skip


RESOLVED = datetime(2026, 1, 20, tzinfo=UTC)


@pytest.mark.parametrize(
    ("category", "changes", "day", "source"),
    [
        ("DONE", [change(3, "Doing", "Done")], 3, "changelog"),
        ("DONE", [change(3, "Doing", "Done"), change(5, "Done", "Closed")], 3, "changelog"),
        (
            "DONE",
            [change(3, "Doing", "Done"), change(4, "Done", "Doing"), change(6, "Doing", "Closed")],
            6,
            "changelog",
        ),
        ("DONE", [change(6, "Doing", "Closed"), change(3, "To Do", "Doing")], 6, "changelog"),
        ("DONE", [], 20, "resolution"),
        ("DONE", [change(3, "Doing", "Somewhere")], 20, "resolution"),
        ("TODO", [change(3, "Doing", "Done")], None, None),
    ],
)
def test_done_is_dated_by_when_it_got_there_for_good(
    category: str, changes: list[ChangeRecord], day: int | None, source: str | None
) -> None:
    found, known_by = history.done_at(category, changes, stage, RESOLVED)
    assert (found.day if found else None, known_by) == (day, source)


def test_without_changelog_and_resolution_nothing_is_invented() -> None:
    assert history.done_at("DONE", [], stage, None) == (None, None)


def moved(day: int, was: str, now: str) -> ChangeRecord:
    return change(day, was, now, "Sprint", was_id=was, now_id=now)


def test_an_issue_comes_and_goes() -> None:
    created = datetime(2026, 1, 1, tzinfo=UTC)
    changes = [moved(2, "", "7"), moved(5, "7", "8"), moved(9, "8", "8, 9")]
    now = [SprintRecord(external_id="8", name="Eight"), SprintRecord(external_id="9", name="Nine")]
    found = [
        (stay.sprint_id, stay.joined_at and stay.joined_at.day, stay.left_at and stay.left_at.day)
        for stay in history.stays(changes, now, created)
    ]
    assert found == [("7", 2, 5), ("8", 5, None), ("9", 9, None)]


def test_a_sprint_from_the_start_begins_with_the_issue() -> None:
    created = datetime(2026, 1, 1, tzinfo=UTC)
    stays = history.stays([], [SprintRecord(external_id="8", name="Eight")], created)
    assert stays[0].joined_at == created
    assert history.stays([], [SprintRecord(external_id="8", name="Eight")], None)[0].joined_at is None


@pytest.mark.parametrize("state", list(SprintState))
def test_every_state_has_its_moves(state: SprintState) -> None:
    assert state in lifecycle.MOVES
    for target in SprintState:
        found = lifecycle.obstacles(
            state,
            target,
            is_ours=True,
            starts_on=datetime(2026, 1, 1).date(),
            ends_on=datetime(2026, 1, 9).date(),
        )
        assert (not found) == (target in lifecycle.MOVES[state])


def test_a_sprint_is_refused_with_every_reason_at_once() -> None:
    found = lifecycle.obstacles(
        SprintState.PLANNING, SprintState.ACTIVE, is_ours=False, starts_on=None, ends_on=None
    )
    assert [obstacle.code for obstacle in found] == ["sprint.imported", "sprint.dates"]


ROW = SimpleNamespace(
    **{name: None for _, name in exports.COLUMNS}
    | {"key": "A-1", "title": "=cmd()", "points": Decimal("2.5"), "is_blocked": True, "is_flagged": False}
)


def test_a_csv_export_cannot_run_a_formula() -> None:
    rows = list(csv.DictReader(io.StringIO(exports.as_csv([ROW]).decode("utf-8-sig"))))
    assert (rows[0]["Title"], rows[0]["Points"], rows[0]["Blocked"]) == ("'=cmd()", "2.5", "yes")


def test_a_workbook_keeps_texts_as_texts_and_numbers_as_numbers() -> None:
    book = CalamineWorkbook.from_filelike(io.BytesIO(exports.as_xlsx([ROW])))
    head, row = book.get_sheet_by_index(0).to_python()
    assert (row[head.index("Title")], row[head.index("Points")]) == ("=cmd()", 2.5)


def test_oddities_are_grouped_worst_first() -> None:
    notes = Notes(file="f")
    here = Spot(notes=notes, row=1)
    here.note("a", "x", "one")
    here.note("a", "x", "two")
    here.error("b", "y", "three")
    assert [(first.code, count) for first, count, _ in grouped(notes.oddities)] == [("b", 1), ("a", 2)]
