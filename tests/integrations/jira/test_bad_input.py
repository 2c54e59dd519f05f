"""Broken files: a clear error that names file, row and field, and nothing raised."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cutwater.integrations.jira import JiraFiles
from cutwater.sprints.core import reviewing
from cutwater.sprints.core.facts import Severity
from cutwater.sprints.core.records import Batch, SourceFile

GOOD = {"id": "1", "key": "A-1", "fields": {"summary": "One", "status": {"name": "To Do"}}}


def read(content: bytes, name: str = "file.json") -> Batch:
    return JiraFiles().read([SourceFile(name=name, content=content)])


def issue(**fields: object) -> bytes:
    return json.dumps(
        [GOOD, {"id": "2", "key": "A-2", "fields": {"summary": "Two", "status": {"name": "x"}} | fields}]
    ).encode()


CORPUS = [
    ("json cut in half", b'[{"id": "1", "key": "A-1", "fields": {"summ', "json", 1, "", "cut off at line 1"),
    ("json lines cut in half", json.dumps(GOOD).encode() + b'\n{"id": "2", "ke', "json", 2, "", "cut off"),
    ("no json", b'{"a": 1,,}', "json", 1, "", "not JSON"),
    ("nan", b'[{"id": "1", "key": "A-1", "fields": {"p": NaN}}]', "json", None, "", "NaN"),
    ("empty", b"", "empty", None, "", "empty"),
    ("blank", b"  \n ", "empty", None, "", "empty"),
    ("latin-1 json", '[\n{"key": "é"}]'.encode("latin-1"), "encoding", 2, "", "0xE9"),
    ("a workbook", b"PK\x03\x04rest", "format", None, "", "ZIP or XLSX"),
    ("a pdf", b"%PDF-1.7", "format", None, "", "PDF"),
    ("rows that are no objects", b"[1, 2]", "shape", 1, "", "object"),
    ("no key", b'[{"id": "1", "key": "", "fields": {}}]', "missing", 1, "key", "no key"),
    ("a broken date", issue(created="2026-13-45T00:00:00Z"), "date", 2, "created", "2026-13-45"),
    ("a year beyond", issue(created="0001-01-01T00:00:00Z"), "date", 2, "created", "not a date"),
    ("a huge title", issue(summary="x" * 200_000), "too_long", 2, "summary", "200,000"),
    ("a title that is an object", issue(summary={"a": 1}), "shape", 2, "summary", "an object"),
    ("csv without a key", b"Name,Colour\nx,red\n", "missing_column", 1, "Issue key", "“Name”"),
    ("csv in latin-1", "Key,Summary\nA-1,Caf\xe9\n".encode("latin-1"), "encoding", 2, "Summary", "CSV UTF-8"),
    (
        "csv with a huge cell",
        b"Key,Summary\nA-1," + b"x" * 200_000 + b"\n",
        "too_long",
        2,
        "Summary",
        "200,000",
    ),
    ("csv in utf-16 without its mark", "Key,Summary\n".encode("utf-16-le"), "encoding", 1, "", "UTF-16"),
    ("a key that is none", b'{"key": "A 1", "fields": {}}', "key", 1, "key", "“A 1” is no issue key"),
    ("a number beyond all", issue(customfield_1=10**40), "number", 2, "customfield_1", "too large"),
    ("csv with a nul", b"Key,Summary\nA-1,a\x00b\n", "nul", 2, "Summary", "NUL"),
    (
        "csv with a broken date",
        b"Key,Summary,Created\nA-1,x,31/31/2026\n",
        "date",
        2,
        "Created",
        "31/31/2026",
    ),
    ("csv with an empty key", b"Key,Summary\n,x\n", "missing", 2, "Key", "empty"),
    ("csv with too many cells", b"Key,Summary\nA-1,x,y,z\n", "too_many_cells", 2, "", "quotation mark"),
    ("csv with an open quote", b'Key,Summary\nA-1,"x\n', "csv", None, "", "not readable as CSV"),
    ("csv with nothing", b"\xef\xbb\xbf\n\n", "empty", None, "", "empty"),
    (
        "csv sprint without state",
        b"Sprint,State,Start\nS,dancing,2026-01-01\n",
        "state",
        2,
        "State",
        "dancing",
    ),
    (
        "csv sprint without name",
        b"Sprint,State,Start\n,active,2026-01-01\n",
        "missing",
        2,
        "Sprint",
        "no name",
    ),
]


@pytest.mark.parametrize(
    ("content", "code", "row", "field", "words"),
    [case[1:] for case in CORPUS],
    ids=[case[0] for case in CORPUS],
)
def test_a_broken_file_is_a_clear_error(
    content: bytes, code: str, row: int | None, field: str, words: str
) -> None:
    errors = read(content).errors
    assert errors, "nothing was wrong with it"
    first = errors[0]
    assert (first.code, first.file, first.field) == (code, "file.json", field)
    if row is not None:
        assert first.row == row
    assert words in first.text


def test_deeply_nested_json_is_an_error_not_a_crash() -> None:
    assert read(b"[" * 200_000).errors


def test_a_nul_inside_json_text_is_removed_and_told() -> None:
    batch = read(issue(summary="a\x00b"))
    assert batch.issues[1].title == "ab"
    assert [(odd.code, odd.row, odd.field) for odd in batch.oddities] == [("unstorable", 2, "summary")]


def test_half_a_character_is_removed_and_told() -> None:
    batch = read(b'[{"id": "1", "key": "A-1", "fields": {"summary": "a\\ud800b", "status": {"name": "x"}}}]')
    assert batch.issues[0].title == "ab"
    assert not batch.errors


def test_formulas_stay_text_and_are_told() -> None:
    batch = read(b"Key,Summary,Status\nA-1,=HYPERLINK(1),Done\nA-2,-5 degrees,Done\n")
    assert [issue.title for issue in batch.issues] == ["=HYPERLINK(1)", "-5 degrees"]
    assert [(odd.code, odd.row) for odd in batch.oddities] == [("formula", 2)]


def test_an_unknown_object_is_reported_with_what_it_has() -> None:
    batch = read(b'[{"hello": "world"}]')
    assert [(odd.code, odd.severity) for odd in batch.oddities] == [("not_recognised", Severity.WARNING)]


UNSTORABLE = [
    {"customfield_2": [{"id": 7, "name": "S\x00 1", "state": "active", "goal": "a\ud800"}]},
    {"sprint": {"id": {"a": "\x00"}, "name": ["x\x00"], "state": "active", "startDate": []}},
    {"custom\x00field": "v", "cust\ud800": "w"},
    {"status": {"name": "A", "id": "1", "statusCategory": {"key": "do\x00ne", "id": 3}}},
    {"customfield_4": "com.atlassian.greenhopper.service.sprint.Sprint@1f[id=5,state=CLOSED,name=A\x00, B]"},
    {"customfield_1": 10**400, "customfield_2": float(2**80), "customfield_3": {"value": "\ud800"}},
]


def strings(value: object) -> Iterator[str]:
    """Every text in a structure of the importer's values."""
    if isinstance(value, str):
        yield value
    elif is_dataclass(value) and not isinstance(value, type):
        yield from strings([getattr(value, item.name) for item in fields(value)])
    elif isinstance(value, Mapping):
        yield from strings([*value.keys(), *value.values()])
    elif isinstance(value, list | tuple | set | frozenset):
        for item in value:
            yield from strings(item)


def assert_storable(content: bytes) -> None:
    batch = read(content)
    review = reviewing.review(batch, None)
    texts = list(strings([batch, review, reviewing.kept([*batch.oddities, *review.oddities])]))
    assert [text for text in texts if "\x00" in text or (not text.isascii() and not _encodes(text))] == []
    assert orjson.dumps([dict(item.fields) for item in batch.issues])


def _encodes(text: str) -> bool:
    return text == text.encode("utf-8", "ignore").decode()


@pytest.mark.parametrize("odd", UNSTORABLE)
def test_nothing_reaches_the_database_that_it_cannot_hold(odd: dict[str, object]) -> None:
    assert_storable(issue(**odd))


@pytest.mark.parametrize(
    "value",
    [
        {"id": "1", "self": "http://x/issue/ZZ\x00\ud800/changelog", "created": "2026-01-01", "items": []},
        {"a\x00": 1, "\ud800": 2},
        {
            "issues": [GOOD],
            "names": {"f\x00": "T\x00eam\ud800" + "x" * 500},
            "schema": {"f\x00": {"custom": "\x00"}},
        },
        {"key": "A-1", "self": "http://[bad/", "fields": {"summary": "x"}},
        {
            "key": "A-1",
            "fields": {},
            "changelog": {
                "histories": [{"created": "2026-01-01", "items": [{"field": "a\x00", "toString": {"x": 1}}]}]
            },
        },
    ],
)
def test_what_is_told_about_a_file_can_be_kept_as_well(value: dict[str, object]) -> None:
    assert_storable(json.dumps(value).encode())


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=400))
def test_no_bytes_make_the_reader_crash(content: bytes) -> None:
    assert isinstance(read(content), Batch)


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(st.characters(), max_size=20) | st.floats(-1e9, 1e9),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(
                [
                    "id",
                    "key",
                    "name",
                    "fields",
                    "summary",
                    "status",
                    "created",
                    "items",
                    "issues",
                    "state",
                    "value",
                ]
            ),
            inner,
            max_size=5,
        )
    ),
    max_leaves=25,
)


@settings(max_examples=250, deadline=None)
@given(values)
def test_no_json_makes_the_reader_crash(value: object) -> None:
    assert_storable(json.dumps(value).encode())


@settings(max_examples=100, deadline=None)
@given(st.integers(min_value=0, max_value=len(issue(summary="x"))))
def test_json_cut_anywhere_is_an_error(end: int) -> None:
    whole = issue(summary="x")
    batch = read(whole[:end])
    assert bool(batch.errors) == (end < len(whole))
