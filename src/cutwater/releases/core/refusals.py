"""What is asked of a value before a verb takes it, and how a wrong one is refused."""

from datetime import date

from cutwater.kernel.errors import Conflict, FieldError, Invalid
from cutwater.kernel.obstacle import Obstacle

FIRST_YEAR, LAST_YEAR = 2000, 2200


def unfit(field: str, text: str) -> Conflict:
    """The refusal of a value that is right in itself but does not fit what is there: forms show the sentence
    at the field, the API in `details` and `obstacles`."""
    refusal = Conflict([Obstacle(code=f"{field}.unfit", text=text)])
    refusal.fields = [FieldError(field, text)]
    return refusal


def filled(field: str, text: str, otherwise: str) -> str:
    """The text without the blanks around it; Invalid when nothing is left."""
    if not text.strip():
        raise Invalid({field: otherwise})
    return text.strip()


def in_range(field: str, day: date) -> date:
    """A date or moment of a year that people plan in; Invalid for any other."""
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise Invalid({field: f"Use a year between {FIRST_YEAR} and {LAST_YEAR}."})
    return day
