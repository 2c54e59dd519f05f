"""PURE: from the bytes of a JSON file to the objects in it, each with the row it stands in."""

import json
from collections.abc import Iterator
from dataclasses import field

from cutwater.kernel.frozen import frozen
from cutwater.sprints.imports.ports import NAME_LIMIT, FieldRecord, Notes, SourceFile, Spot, storable

_LISTS = ("issues", "values", "histories", "sprints", "worklogs", "transitions", "issueChangeLogs")


@frozen
class Document:
    """The objects of one file, with the field names a search response brought along."""

    rows: list[tuple[int, dict[str, object]]] = field(default_factory=list)
    fields: list[FieldRecord] = field(default_factory=list)


def decode(file: SourceFile, notes: Notes) -> str | None:
    """The file as text: UTF-8 with or without a BOM, UTF-16 by its BOM; else the wrong byte is named."""
    content = file.content
    encoding = "utf-16" if content[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    try:
        return content.decode(encoding)
    except UnicodeDecodeError as wrong:
        row = content.count(b"\n", 0, wrong.start) + 1
        byte = content[wrong.start]
        Spot(notes=notes, row=row).error(
            "encoding",
            "",
            f"not UTF-8: byte 0x{byte:02X} at position {wrong.start:,}; save the file as UTF-8",
        )
        return None


def parse(file: SourceFile, notes: Notes) -> Document:
    """The objects of a .json or .jsonl file, whatever it is called; broken JSON is an error with its line."""
    text = decode(file, notes)
    if text is None:
        return Document()
    if not text.strip():
        Spot(notes=notes).error("empty", "", "the file is empty")
        return Document()
    document = Document()
    for row, value in _values(text, notes):
        for place, item in _unwrap(row, value, document.fields):
            if isinstance(item, dict):
                document.rows.append((place, item))
            else:
                Spot(notes=notes, row=place).error(
                    "shape", "", f"an object was expected, not {json.dumps(item)[:40]}"
                )
    return document


def _values(text: str, notes: Notes) -> Iterator[tuple[int, object]]:
    lines = text.split("\n")
    filled = [(number, line) for number, line in enumerate(lines, 1) if line.strip()]
    if len(filled) > 1 and _loads(filled[0][1])[1] is None:
        for number, line in filled:
            value, wrong = _loads(line)
            if wrong:
                Spot(notes=notes, row=number).error("json", "", wrong)
            else:
                yield number, value
        return
    value, wrong = _loads(text)
    if wrong:
        Spot(notes=notes, row=_line_of(text, wrong)).error("json", "", wrong)
    else:
        yield 1, value


def _loads(text: str) -> tuple[object, str | None]:
    try:
        return json.loads(text, parse_constant=_no_constant), None
    except json.JSONDecodeError as wrong:
        cut = wrong.pos >= len(text.rstrip()) - 1 or "Unterminated" in wrong.msg
        reason = "the JSON is cut off" if cut else f"not JSON ({wrong.msg})"
        return None, f"{reason} at line {wrong.lineno}, column {wrong.colno}"
    except RecursionError:
        return None, "the JSON is nested too deeply"
    except ValueError as wrong:
        return None, f"not JSON ({str(wrong)[:80]})"


def _no_constant(name: str) -> object:
    raise ValueError(f"{name} is no JSON number")


def _line_of(text: str, wrong: str) -> int | None:
    _, found, rest = wrong.partition(" at line ")
    return int(rest.split(",")[0]) if found else None


def _unwrap(row: int, value: object, fields: list[FieldRecord]) -> Iterator[tuple[int, object]]:
    if isinstance(value, list):
        for number, item in enumerate(value, 1):
            inner = _inner(item)
            if inner is None:
                yield number, item
            else:
                _remember_names(item, fields)
                yield from enumerate(inner, 1)
        return
    inner = _inner(value)
    if inner is None:
        yield row, value
        return
    _remember_names(value, fields)
    yield from enumerate(inner, 1)


def _inner(value: object) -> list[object] | None:
    if not isinstance(value, dict):
        return None
    if "webhookEvent" in value and isinstance(value.get("issue"), dict):
        return [value["issue"]]
    if isinstance(value.get("fields"), dict) and "key" in value:
        return None
    for name in _LISTS:
        if isinstance(value.get(name), list):
            return list(value[name])
    if isinstance(value.get("data"), dict | list):
        inner = value["data"]
        return inner if isinstance(inner, list) else (_inner(inner) or [inner])
    return None


def _remember_names(value: object, fields: list[FieldRecord]) -> None:
    if not isinstance(value, dict):
        return
    names, schemas = value.get("names"), value.get("schema")
    if not isinstance(names, dict):
        return
    for id_, name in names.items():
        schema = schemas.get(id_) if isinstance(schemas, dict) else None
        schema = schema if isinstance(schema, dict) else {}
        fields.append(
            FieldRecord(
                id=_short(id_),
                name=_short(name),
                custom=_short(schema.get("custom", "")),
                type_name=_short(schema.get("type", "")),
            )
        )


def _short(value: object) -> str:
    return storable(str(value))[:NAME_LIMIT]
