"""Jira's JSON, as its own API shapes it, becomes neutral records."""

import json
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from cutwater.integrations.jira import JiraFiles
from cutwater.integrations.jira.mapping import adf, values
from cutwater.integrations.jira.mapping.recognition import content_of
from cutwater.sprints.core import detection, fields, history
from cutwater.sprints.core.facts import Category, Content, Role, SprintState
from cutwater.sprints.core.reading import Notes, Spot
from cutwater.sprints.core.records import Batch, IssueRecord, SourceFile

DATA = Path(__file__).parents[2] / "data" / "jira"


def read(*files: tuple[str, Any]) -> Batch:
    """A batch of files given as text, bytes or JSON values."""
    uploads = []
    for name, content in files:
        if not isinstance(content, str | bytes):
            content = json.dumps(content)
        uploads.append(
            SourceFile(name=name, content=content.encode() if isinstance(content, str) else content)
        )
    return JiraFiles().read(uploads)


def cloud() -> Batch:
    return read(("search.json", (DATA / "cloud_search.json").read_bytes()))


def by_key(batch: Batch, key: str) -> IssueRecord:
    return next(issue for issue in batch.issues if issue.key == key)


def codes(batch: Batch) -> list[str]:
    return [oddity.code for oddity in batch.oddities]


def test_a_cloud_issue_keeps_everything_it_says() -> None:
    issue = by_key(cloud(), "PAY-1")
    assert (issue.external_id, issue.project_key, issue.type_name, issue.priority) == (
        "20001",
        "PAY",
        "Story",
        "High",
    )
    assert (issue.status, issue.category) == ("In Progress", Category.IN_PROGRESS)
    assert issue.labels == ("ledger",)
    assert issue.created_at == datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
    assert issue.description == "## Why\nAsk @Olga** first**\n- one"
    assert issue.links[0].is_blocker
    assert issue.links[0].other_category is Category.TODO
    assert [change.field for change in issue.changes] == ["Sprint", "status"]


def test_a_sub_task_knows_its_parent() -> None:
    issue = by_key(cloud(), "PAY-2")
    assert (issue.is_subtask, issue.parent_key) == (True, "PAY-1")


def test_fields_are_found_by_schema_and_name() -> None:
    batch = cloud()
    facts = detection.observe(batch.issues, batch.fields)
    assert detection.propose(facts, 2) == fields.FieldMap(
        discipline="customfield_10050",
        points="customfield_10016",
        owner="customfield_10060",
        sprint="customfield_10020",
        flagged="customfield_10021",
    )
    best = detection.candidates(Role.POINTS, facts, 2)[0]
    assert "jsw-story-points" in best.reason
    assert "Story point estimate" in best.reason


def test_a_field_whose_name_says_something_else_is_offered_and_not_proposed() -> None:
    rows = b"Issue key,Summary,Times reopened\nA-1,x,3\nA-2,y,1\n"
    batch = JiraFiles().read([SourceFile(name="x.csv", content=rows)])
    facts = detection.observe(batch.issues, batch.fields)
    assert detection.propose(facts, 2).points == ""
    assert [each.field_id for each in detection.candidates(Role.POINTS, facts, 2)] == ["Times reopened"]


def test_mapped_values_come_out_of_cloud_fields() -> None:
    batch = cloud()
    mapping = detection.propose(detection.observe(batch.issues, batch.fields), 2)
    mapped = fields.apply(mapping, by_key(batch, "PAY-1").fields, Spot(notes=Notes(file="x")))
    assert (mapped.discipline, mapped.points, mapped.is_flagged) == ("Ledger – Dev", Decimal(5), True)
    assert mapped.owner is not None
    assert mapped.owner.name == "Stella Stakeholder"
    assert [(sprint.external_id, sprint.state) for sprint in mapped.sprints] == [
        ("7", SprintState.COMPLETED),
        ("8", SprintState.ACTIVE),
    ]


def test_stays_in_sprints_come_out_of_the_changelog() -> None:
    batch = cloud()
    issue = by_key(batch, "PAY-1")
    mapping = detection.propose(detection.observe(batch.issues, batch.fields), 2)
    mapped = fields.apply(mapping, issue.fields, Spot(notes=Notes(file="x")))
    found = {stay.sprint_id: stay for stay in history.stays(issue.changes, mapped.sprints, issue.created_at)}
    assert found["7"].joined_at == issue.created_at
    assert found["8"].joined_at == datetime(2026, 3, 2, 10, 0, tzinfo=UTC)
    assert all(stay.left_at is None for stay in found.values())


def test_a_server_issue_with_the_old_sprint_string() -> None:
    batch = read(("one.json", (DATA / "server_issue.json").read_bytes()))
    issue = by_key(batch, "OLD-7")
    assert issue.title == "Reconcile & report"
    assert "html_entity" in codes(batch)
    assert issue.reporter is not None
    assert issue.reporter.account_id == "JIRAUSER1"
    mapping = detection.propose(detection.observe(batch.issues, ()), 1)
    sprint = fields.apply(mapping, issue.fields, Spot(notes=Notes(file="x"))).sprints[0]
    assert (sprint.external_id, sprint.name, sprint.board_id) == ("42", "Week 2, 3", "9")
    assert sprint.starts_at is not None
    assert sprint.starts_at.date() == date(2019, 1, 7)
    assert sprint.completed_at is None


@pytest.mark.parametrize(
    ("row", "content"),
    [
        ({"key": "A-1", "fields": {}}, Content.ISSUES),
        ({"id": "1", "created": "2026-01-01", "items": []}, Content.CHANGES),
        ({"issueId": "1", "changeHistories": []}, Content.CHANGES),
        ({"id": 1, "name": "S", "state": "active"}, Content.SPRINTS),
        ({"id": "1", "name": "Done", "statusCategory": {"key": "done"}}, Content.STATUSES),
        ({"id": "1", "name": "Bug", "subtask": False}, Content.ISSUE_TYPES),
        ({"id": 1, "object": {"url": "https://x"}}, Content.REMOTE_LINKS),
        ({"issueId": "1", "timeSpentSeconds": 60}, Content.WORKLOGS),
        ({"id": "2", "name": "Close", "to": {"name": "Done"}}, Content.TRANSITIONS),
        ({"id": 1, "name": "B", "type": "scrum"}, Content.BOARDS),
        ({"id": 1, "columnConfig": {}}, Content.BOARD_CONFIGURATIONS),
        ({"id": "customfield_1", "name": "Points", "schema": {}}, Content.FIELDS),
        ({"id": "1", "key": "PAY", "name": "Payments"}, Content.PROJECTS),
        ({"id": "1", "name": "High", "iconUrl": "x"}, Content.PRIORITIES),
        ({"hello": "world"}, Content.UNKNOWN),
    ],
)
def test_content_is_told_by_its_properties(row: dict[str, Any], content: Content) -> None:
    assert content_of(row) is content


ISSUE = {"id": "1", "key": "A-1", "fields": {"summary": "One", "status": {"id": "5", "name": "Ready"}}}


@pytest.mark.parametrize(
    "wrapped",
    [
        [ISSUE],
        {"issues": [ISSUE]},
        {"values": [ISSUE]},
        [{"issues": [ISSUE]}, {"issues": []}],
        {"data": [ISSUE]},
        {"webhookEvent": "jira:issue_updated", "issue": ISSUE},
        ISSUE,
    ],
)
def test_issues_are_found_in_every_wrapping(wrapped: Any) -> None:
    assert [issue.key for issue in read(("x", wrapped)).issues] == ["A-1"]


def test_json_lines_are_read_line_by_line_whatever_the_file_is_called() -> None:
    text = json.dumps(ISSUE) + "\n\n" + json.dumps(ISSUE | {"id": "2", "key": "A-2"}) + "\n"
    assert [issue.row for issue in read(("issues.txt", text)).issues] == [1, 3]


def test_a_byte_order_mark_and_utf_16_are_read() -> None:
    text = json.dumps([ISSUE])
    assert len(read(("a.json", b"\xef\xbb\xbf" + text.encode())).issues) == 1
    assert len(read(("a.json", text.encode("utf-16"))).issues) == 1


def test_loose_changelog_rows_find_their_issue_or_are_reported() -> None:
    entry = {"created": "2026-01-02T00:00:00Z", "items": [{"field": "status", "toString": "Ready"}]}
    batch = read(
        ("issues.json", [ISSUE]),
        (
            "log.json",
            [
                entry | {"id": "9", "issueId": "1"},
                entry | {"id": "10"},
                entry | {"id": "11", "issueKey": "B-1"},
            ],
        ),
        (
            "bulk.json",
            {
                "issueChangeLogs": [
                    {"issueId": "1", "changeHistories": [entry | {"id": "12", "created": 1767312000000}]}
                ]
            },
        ),
    )
    assert [change.external_id for change in batch.issues[0].changes] == ["9", "12"]
    orphans = [(oddity.file, oddity.row) for oddity in batch.oddities if oddity.code == "orphan_change"]
    assert orphans == [("log.json", 2), ("log.json", 3)]


def test_the_status_list_outranks_what_an_issue_says_and_it_is_told() -> None:
    issue = {
        "id": "1",
        "key": "A-1",
        "fields": {
            "summary": "x",
            "status": {"id": "5", "name": "Ready", "statusCategory": {"id": 3, "key": "new"}},
        },
    }
    alone = read(("issues.json", [issue]))
    assert alone.issues[0].category is Category.TODO
    assert "status_category_contradicts" in codes(alone)
    listed = read(
        ("issues.json", [issue]),
        ("status.json", [{"id": "5", "name": "Ready", "statusCategory": {"key": "done"}}]),
    )
    assert listed.issues[0].category is Category.DONE
    assert "status_category_corrected" in codes(listed)


def test_an_incomplete_changelog_is_said() -> None:
    batch = read(("x", ISSUE | {"changelog": {"total": 120, "histories": []}}))
    assert "changelog_incomplete" in codes(batch)


def test_the_same_key_with_two_ids_is_an_error() -> None:
    batch = read(("x.json", [ISSUE, ISSUE | {"id": "2"}]))
    assert [error.code for error in batch.errors] == ["double_key"]


def test_the_newer_of_two_copies_is_used_and_said() -> None:
    def copy(title: str, updated: str) -> dict[str, Any]:
        return {
            "id": "1",
            "key": "A-1",
            "fields": {"summary": title, "updated": updated, "status": {"name": "x"}},
        }

    batch = read(("a.json", [copy("new", "2026-02-02T00:00:00Z"), copy("old", "2026-01-01T00:00:00Z")]))
    assert [issue.title for issue in batch.issues] == ["new"]
    assert "double" in codes(batch)


def test_worklogs_and_remote_links_are_counted() -> None:
    batch = read(
        ("i.json", [ISSUE]),
        ("w.json", [{"issueId": "1", "timeSpentSeconds": 60}, {"issueId": "77", "timeSpentSeconds": 60}]),
        ("r.json", [{"self": "https://x/rest/api/2/issue/A-1/remotelink/3", "object": {"url": "https://y"}}]),
    )
    assert (batch.worklogs, batch.remote_links, batch.issues[0].remote_links) == (2, 1, 1)
    assert codes(batch).count("orphan_worklog") == 1


DOCUMENT = {
    "type": "doc",
    "content": [
        {"type": "codeBlock", "content": [{"type": "text", "text": "select 1"}]},
        {
            "type": "orderedList",
            "content": [{"type": "listItem", "content": [{"type": "text", "text": "a"}]}],
        },
        {
            "type": "table",
            "content": [
                {
                    "type": "tableRow",
                    "content": [{"type": "tableCell", "content": [{"type": "text", "text": "c"}]}],
                }
            ],
        },
        {
            "type": "paragraph",
            "content": [
                {"type": "inlineCard", "attrs": {"url": "https://x"}},
                {"type": "hardBreak"},
                {"type": "emoji", "attrs": {"shortName": ":ok:"}},
                {"type": "status", "attrs": {"text": "LATE"}},
            ],
        },
        {"type": "mediaSingle", "content": [{"type": "media", "attrs": {"alt": "plan.png"}}]},
        {
            "type": "paragraph",
            "content": [
                {
                    "type": "text",
                    "text": "t",
                    "marks": [{"type": "link", "attrs": {"href": "https://z"}}, {"type": "code"}],
                }
            ],
        },
    ],
}


def test_adf_of_every_kind_becomes_text() -> None:
    text = adf.text_of(DOCUMENT)
    for part in (
        "```\nselect 1\n```",
        "1. a",
        "c | ",
        "https://x\n:ok:[LATE]",
        "[file plan.png]",
        "`[t](https://z)`",
    ):
        assert part in text
    assert adf.text_of(None) == ""
    assert adf.text_of("plain") == "plain"


def test_a_bottomless_document_ends() -> None:
    node: dict[str, Any] = {"type": "text", "text": "deep"}
    for _ in range(200):
        node = {"type": "paragraph", "content": [node]}
    assert "deep" not in adf.text_of(node)


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        (5, 5),
        ("x" * 3000, None),
        ({"value": "A"}, {"option": "A"}),
        ({"name": "A"}, {"option": "A"}),
        ({"accountId": "1", "displayName": "P"}, {"person": {"id": "1", "name": "P"}}),
        ([{"value": "A"}, None, {"value": "B"}], [{"option": "A"}, {"option": "B"}]),
        ({"deep": {"deeper": 1}}, None),
        (None, None),
    ],
)
def test_field_values_take_a_neutral_shape(raw: Any, expected: Any) -> None:
    assert values.neutral(raw, "f", Spot(notes=Notes(file="x"))) == expected


def test_a_text_that_is_no_old_sprint_stays_a_text() -> None:
    assert values.greenhopper("com.atlassian.greenhopper.service.sprint.Spring") is None
