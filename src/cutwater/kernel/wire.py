"""The API's own scalar types: as strict as the schema says, with sentences people can act on."""

import re
from datetime import date, datetime
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints

_ISO_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_ISO_DATETIME = re.compile(r"\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?([Zz]|[+-]\d{2}:?\d{2})")
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


def _whole(value: object) -> object:
    if isinstance(value, bool):
        raise ValueError("must be a whole number")
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, str) and not re.fullmatch(r"[+-]?\d+", value.strip()):
        raise ValueError("must be a whole number")
    return value


def _storable(value: object) -> str:
    if not isinstance(value, str):
        raise ValueError("must be text")
    if _UNSTORABLE.search(value):
        raise ValueError("has a character that cannot be stored (a NUL or half of a surrogate pair)")
    return value


def _single_line(value: object) -> object:
    line = _storable(value)
    if "\n" in line or "\r" in line:
        raise ValueError("must be a single line")
    return line


def _iso_date(value: object) -> object:
    if isinstance(value, datetime) or not isinstance(value, date | str):
        raise ValueError("must be a date such as 2026-11-20")
    if isinstance(value, str) and not _ISO_DATE.fullmatch(value):
        raise ValueError("must be a date such as 2026-11-20")
    return value


def _iso_datetime(value: object) -> object:
    if isinstance(value, datetime):
        if value.tzinfo is None:
            raise ValueError("must name its offset, such as 2026-11-20T03:00:00+01:00")
        return value
    if not isinstance(value, str) or not _ISO_DATETIME.fullmatch(value):
        raise ValueError("must be a time with an offset, such as 2026-11-20T03:00:00+01:00")
    return value


# The validators stand after Field(), or pydantic drops the limits from the JSON schema.
WHOLE = BeforeValidator(_whole)
Int = Annotated[int, WHOLE]
Revision = Annotated[int, Field(ge=1, le=2_147_483_647), BeforeValidator(_whole)]
IsoDate = Annotated[date, BeforeValidator(_iso_date)]
IsoDateTime = Annotated[datetime, BeforeValidator(_iso_datetime)]
Text = Annotated[str, Field(max_length=20_000), BeforeValidator(_storable)]
Line = Annotated[
    str,
    StringConstraints(strip_whitespace=True),
    Field(max_length=300),
    BeforeValidator(_single_line),
]


class Body(BaseModel):
    """What comes in: unknown fields are refused by name."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Out(BaseModel):
    """What goes out: built from rows by attribute."""

    model_config = ConfigDict(from_attributes=True, frozen=True)
