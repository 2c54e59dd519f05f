"""A value that is right in itself but does not fit what is there: 409, with the field it belongs to."""

from cutwater.kernel.errors import Conflict, FieldError
from cutwater.kernel.obstacle import Obstacle


def unfit(field: str, text: str) -> Conflict:
    """The refusal to raise: forms show the sentence at the field, the API in `details` and `obstacles`."""
    found = Conflict([Obstacle(code=f"{field}.unfit", text=text)])
    found.fields = [FieldError(field, text)]
    return found
