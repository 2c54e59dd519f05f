"""HTML forms into frozen models, with sentences people can act on."""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from types import UnionType
from typing import Annotated, TypeVar, Union, get_args, get_origin
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails
from starlette.datastructures import FormData

from cutwater.kernel.errors import FieldError, Invalid

Model = TypeVar("Model", bound=BaseModel)
_LOCAL = re.compile(r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(:\d{2})?")
_SECRET = re.compile("password|secret|token|code", re.IGNORECASE)
_SENTENCES = {
    "missing": "Fill this in.",
    "int_parsing": "Write a whole number, such as 3.",
    "int_type": "Write a whole number, such as 3.",
    "int_from_float": "Write a whole number, such as 3.",
    "float_parsing": "Write a number, such as 2.5.",
    "decimal_parsing": "Write a number, such as 2.5.",
    "bool_parsing": "Choose yes or no.",
    "uuid_parsing": "Choose an entry of the list.",
    "uuid_type": "Choose an entry of the list.",
    "date_from_datetime_parsing": "Write a date, such as 2026-11-20.",
    "date_parsing": "Write a date, such as 2026-11-20.",
    "datetime_parsing": "Write a date and time, such as 2026-11-20 03:15.",
    "datetime_from_date_parsing": "Write a date and time, such as 2026-11-20 03:15.",
    "string_pattern_mismatch": "This is not in the expected form.",
    "url_parsing": "Write a whole address, such as https://example.org/page.",
    "extra_forbidden": "This page is out of date. Reload it and send the form again.",
    "string_type": "Write some text.",
    "list_type": "Choose at least one.",
}
_BOUNDS = {
    "greater_than_equal": ("ge", "Must be {} or more."),
    "greater_than": ("gt", "Must be more than {}."),
    "less_than_equal": ("le", "Must be {} or less."),
    "less_than": ("lt", "Must be less than {}."),
    "string_too_long": ("max_length", "At most {} characters, please."),
    "string_too_short": ("min_length", "At least {} characters, please."),
    "too_long": ("max_length", "At most {} of them, please."),
    "too_short": ("min_length", "Choose at least {}."),
}


def parse(model: type[Model], form: FormData, zone: ZoneInfo) -> Model:
    """The form as the model, or Invalid with a sentence per field.

    An empty field of another type than text counts as not given; a local time is read in `zone`.
    """
    given: dict[str, object] = {}
    known = {field.alias or name: field.annotation for name, field in model.model_fields.items()}
    for name in dict.fromkeys(form.keys()):
        if name.startswith("_"):
            continue
        values = [value for value in form.getlist(name) if isinstance(value, str)]
        if not values:
            continue
        found = _value(values, _kinds(known.get(name, str)), zone)
        if found is not None:
            given[name] = found
    try:
        return model.model_validate(given)
    except ValidationError as problem:
        raise Invalid(field_errors(problem.errors())) from None


def field_errors(problems: Sequence[ErrorDetails]) -> list[FieldError]:
    """Pydantic's findings as our field errors, one per field, in form order."""
    found: dict[str, str] = {}
    for problem in problems:
        path = [str(part) for part in problem["loc"]]
        found.setdefault(path[0] if path else "", sentence(problem))
    return [FieldError(name, text) for name, text in found.items()]


def sentence(problem: ErrorDetails) -> str:
    """One finding as a sentence that names the fix."""
    kind, context = problem["type"], problem.get("ctx", {})
    if kind in ("too_short", "too_long") and isinstance(problem.get("input"), str):
        kind = f"string_{kind}"
    if kind in _SENTENCES:
        return _SENTENCES[kind]
    if kind in _BOUNDS:
        bound, text = _BOUNDS[kind]
        if context.get(bound) == 1 and kind == "string_too_short":
            return "Fill this in."
        return text.format(context.get(bound))
    if kind in ("enum", "literal_error"):
        return f"Choose one of: {context.get('expected', 'the offered values')}."
    text = problem["msg"].removeprefix("Value error, ").strip()
    return text[:1].upper() + text[1:] + ("" if text.endswith((".", "?", "!")) else ".")


def kept_values(form: Mapping[str, object] | None) -> dict[str, str]:
    """What was typed, to be shown again; never secrets."""
    if form is None:
        return {}
    return {
        name: value
        for name, value in form.items()
        if isinstance(value, str) and not name.startswith("_") and not _SECRET.search(name)
    }


def _value(values: list[str], kinds: set[object], zone: ZoneInfo) -> object:
    if kinds & {list, set, tuple, frozenset}:
        return [value for value in values if value != ""]
    text = values[-1]
    if str in kinds:
        return text if text or kinds == {str} else None
    if text.strip() == "":
        return None
    if datetime in kinds and _LOCAL.fullmatch(text.strip()):
        return datetime.fromisoformat(text.strip()).replace(tzinfo=zone)
    return text.strip()


def _kinds(annotation: object) -> set[object]:
    """The types an annotation allows, containers by their outer type."""
    origin = get_origin(annotation)
    if origin is Annotated:
        return _kinds(get_args(annotation)[0])
    if origin in (Union, UnionType):
        return set().union(*(_kinds(each) for each in get_args(annotation)))
    return {origin or annotation}
