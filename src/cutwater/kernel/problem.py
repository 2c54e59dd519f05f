"""The one shape of an error, as written and as documented."""

from collections.abc import Sequence

from fastapi import FastAPI
from pydantic import BaseModel
from pydantic_core import ErrorDetails

from cutwater.kernel import log
from cutwater.kernel.errors import FieldError, Invalid
from cutwater.kernel.obstacle import Obstacle


def error_body(
    code: str, message: str, fields: Sequence[FieldError] = (), obstacles: Sequence[Obstacle] = ()
) -> dict[str, object]:
    """The one shape of an error."""
    return {
        "error": {
            "code": code,
            "message": message,
            "details": [{"field": each.field, "message": each.message} for each in fields],
            "obstacles": [
                {"code": each.code, "text": each.text, "hint": each.hint, "cleared_by": each.cleared_by}
                for each in obstacles
            ],
            "request_id": log.request_id.get(),
        }
    }


class ErrorField(BaseModel):
    """One wrong field."""

    field: str
    message: str


class ErrorObstacle(BaseModel):
    """One thing in the way."""

    code: str
    text: str
    hint: str
    cleared_by: str


class ErrorDetail(BaseModel):
    """What was refused, and everything that would clear it."""

    code: str
    message: str
    details: list[ErrorField]
    obstacles: list[ErrorObstacle]
    request_id: str


class ErrorBody(BaseModel):
    """The one shape of every error."""

    error: ErrorDetail


def invalid(problems: Sequence[ErrorDetails]) -> Invalid:
    """Pydantic's problems as fields with sentences."""
    return Invalid([FieldError(_field(each), sentence(each)) for each in problems])


def _field(problem: ErrorDetails) -> str:
    if problem["type"] == "json_invalid":
        return "body"
    parts = [str(part) for part in problem["loc"] if part not in ("body", "query", "path", "header")]
    return ".".join(parts) or "body"


def sentence(problem: ErrorDetails) -> str:
    """One pydantic problem as a sentence that names the fix."""
    kind, limits = problem["type"], problem.get("ctx", {})
    known = {
        "missing": "This field is required.",
        "extra_forbidden": "This field is not known here; check its name.",
        "string_too_short": f"Use at least {limits.get('min_length')} characters.",
        "string_too_long": f"Use at most {limits.get('max_length')} characters.",
        "json_invalid": "The body is not valid JSON.",
        "model_attributes_type": "Send a JSON object, with Content-Type: application/json.",
        "enum": f"Use one of {limits.get('expected')}.",
        "literal_error": f"Use one of {limits.get('expected')}.",
        "greater_than_equal": f"Use {limits.get('ge')} or more.",
        "less_than_equal": f"Use {limits.get('le')} or less.",
        "uuid_parsing": "Use an id such as 019aa0c4-6f5e-7c53-8a4e-0d5f8a1b2c3d.",
    }
    text = known.get(kind) or str(problem["msg"]).removeprefix("Value error, ")
    return text[:1].upper() + text[1:] + ("" if text.endswith(".") else ".")


ERRORS: dict[int | str, dict[str, object]] = {
    status: {"model": ErrorBody, "description": text}
    for status, text in (
        (400, "The input is wrong; `details` names each field."),
        (401, "Nobody is signed in, or the token is wrong or expired."),
        (403, "Not allowed; `obstacles` says who may."),
        (404, "It does not exist, or you cannot see it."),
        (409, "Not now; `obstacles` says why, and what would clear it."),
        (412, "It was changed since the `If-Match` you sent."),
        (429, "Too many requests; `Retry-After` says when."),
    )
}


def say_what_is_answered(api: FastAPI) -> None:
    """Take 422 out of the OpenAPI document: FastAPI writes it for every input, and ours is always 400."""
    written = api.openapi

    def openapi() -> dict[str, object]:
        fresh = api.openapi_schema is None
        document = written()
        if fresh:
            for operations in document["paths"].values():
                for operation in operations.values():
                    operation["responses"].pop("422", None)
            schemas = document.get("components", {}).get("schemas", {})
            for name in ("HTTPValidationError", "ValidationError"):
                schemas.pop(name, None)
        return document

    api.openapi = openapi  # type: ignore[method-assign]
