"""The tree of refusals. Raise to refuse, return to succeed.

Refused ─┬─ Unauthenticated   401  nobody is signed in
         ├─ Forbidden         403  somebody is, and may not (obstacles say who may)
         ├─ NotFound          404  missing and invisible are the same
         ├─ Conflict          409  not now (obstacles say why)
         ├─ Stale             409 or 412  somebody changed it since you looked
         ├─ Invalid           400  the input is wrong (fields say where)
         ├─ TooLarge          413
         ├─ TooMany           429  slow down
         └─ Unavailable       503  a part we need is not there
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from cutwater.kernel.obstacle import Obstacle


@dataclass(frozen=True, slots=True)
class FieldError:
    """One wrong field: its name as the client sent it and a sentence that names the fix."""

    field: str
    message: str


class Refused(Exception):
    """The base of every expected refusal: rolled back, answered in one shape, never logged as a crash."""

    status = 400
    code = "REFUSED"

    def __init__(
        self, message: str, *, obstacles: Sequence[Obstacle] = (), fields: Sequence[FieldError] = ()
    ) -> None:
        super().__init__(message)
        self.message = message
        self.obstacles = list(obstacles)
        self.fields = list(fields)
        self.headers: dict[str, str] = {}

    def __str__(self) -> str:
        return " ".join([self.message, *(f"{each.field}: {each.message}" for each in self.fields)])


class Unauthenticated(Refused):
    """Nobody is signed in, or the token is wrong or expired."""

    status = 401
    code = "UNAUTHENTICATED"

    def __init__(self, message: str = "Sign in to go on.") -> None:
        super().__init__(message)
        self.headers["WWW-Authenticate"] = "Bearer"


class Forbidden(Refused):
    """Known, but not allowed; the obstacles say what is missing and who has it."""

    status = 403
    code = "FORBIDDEN"

    def __init__(self, obstacles: Sequence[Obstacle] | str) -> None:
        if isinstance(obstacles, str):
            obstacles = [Obstacle(code="permission.refused", text=obstacles)]
        super().__init__(" ".join(each.text for each in obstacles), obstacles=obstacles)


class NotFound(Refused):
    """It does not exist, or not for you."""

    status = 404
    code = "NOT_FOUND"

    def __init__(self, what: str = "This page") -> None:
        super().__init__(f"{what} does not exist, or you cannot see it.")


class Conflict(Refused):
    """Right in itself, but not now."""

    status = 409
    code = "CONFLICT"

    def __init__(self, obstacles: Sequence[Obstacle] | str) -> None:
        if isinstance(obstacles, str):
            obstacles = [Obstacle(code="conflict", text=obstacles)]
        super().__init__(" ".join(each.text for each in obstacles), obstacles=obstacles)


class Stale(Refused):
    """Somebody changed it since it was read: 412 when the client sent If-Match, else 409."""

    status = 409
    code = "STALE"

    def __init__(self, current: int, seen: int, told: str = "") -> None:
        what = told or "This was changed since you looked"
        text = f"{what} (you saw revision {seen}, it is now {current})."
        obstacle = Obstacle(code="stale", text=text, hint="Look at the new state, then try again.")
        super().__init__(text, obstacles=[obstacle])


class Invalid(Refused):
    """The input is wrong; `fields` names each field and its fix."""

    status = 400
    code = "VALIDATION_ERROR"

    def __init__(self, fields: Mapping[str, str] | Sequence[FieldError] | str) -> None:
        if isinstance(fields, str):
            super().__init__(fields)
            return
        if isinstance(fields, Mapping):
            fields = [FieldError(name, text) for name, text in fields.items()]
        super().__init__("Some fields need a correction.", fields=fields)


class TooLarge(Refused):
    """More than we take in one piece."""

    status = 413
    code = "TOO_LARGE"


class TooMany(Refused):
    """A rate limit was reached."""

    status = 429
    code = "TOO_MANY_REQUESTS"

    def __init__(self, retry_after_seconds: int, why: str = "Too many requests.") -> None:
        super().__init__(f"{why} Try again in {_span(retry_after_seconds)}.")
        self.headers["Retry-After"] = str(retry_after_seconds)


def _span(seconds: int) -> str:
    """`1 second`, `45 seconds`, `10 minutes`: rounded up, so that trying again then is not too early."""
    count, unit = (-(-seconds // 60), "minute") if seconds > 90 else (seconds, "second")
    return f"{count} {unit}{'' if count == 1 else 's'}"


class Unavailable(Refused):
    """A part we depend on is not there; nothing was changed."""

    status = 503
    code = "UNAVAILABLE"

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.headers["Retry-After"] = "5"


def refuse(
    *, may: Sequence[Obstacle] = (), seen: Stale | None = None, rules: Sequence[Obstacle] = ()
) -> None:
    """Raise once, or not at all: the one question before a verb changes anything.

    Forbidden when anything is a matter of permission (the rules are left out: they are not for everybody's
    eyes), else what somebody else changed since the client looked, else Conflict with every rule at once.
    """
    obstacles = [*may, *rules]
    forbidden = [each for each in obstacles if each.is_permission]
    if forbidden:
        raise Forbidden(forbidden)
    if seen is not None:
        raise seen
    if obstacles:
        raise Conflict(obstacles)
