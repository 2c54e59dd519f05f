"""The API's reference as a page of ours: no script of anybody else's, and it reads without any."""

from collections.abc import Iterator
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response

from cutwater.kernel.frozen import frozen
from cutwater.web.view import PublicView

platform = APIRouter(include_in_schema=False)
METHODS = ("get", "post", "put", "patch", "delete")


@frozen
class Parameter:
    """One parameter or body field: where it goes, its type in words, and whether it must be there."""

    name: str
    where: str
    kind: str
    required: bool
    text: str


@frozen
class Operation:
    """One operation as people read it."""

    id: str
    method: str
    path: str
    summary: str
    text: str
    parameters: list[Parameter]
    answers: list[tuple[str, str]]


@platform.get("/api/docs")
async def api_docs(request: Request, view: PublicView) -> Response:
    """Every operation by subject, from the OpenAPI document the API itself serves."""
    document = request.app.state.api.openapi()
    return view.page("api_docs.html", groups=groups(document), document=document)


Document = dict[str, Any]  # allow: any — an OpenAPI document


def groups(document: Document) -> dict[str, list[Operation]]:
    """The operations by their first tag, in the document's order."""
    found: dict[str, list[Operation]] = {}
    for path, item in document["paths"].items():
        for method in METHODS:
            if method in item:
                tag = (item[method].get("tags") or ["general"])[0]
                found.setdefault(tag, []).append(_operation(document, path, method, item[method]))
    return found


def _operation(document: Document, path: str, method: str, raw: Document) -> Operation:
    parameters = [
        Parameter(
            name=each["name"],
            where=each["in"],
            kind=kind_of(each.get("schema", {})),
            required=each.get("required", False),
            text=each.get("description", ""),
        )
        for each in raw.get("parameters", [])
    ]
    return Operation(
        id=raw.get("operationId", f"{method}-{path}"),
        method=method.upper(),
        path=f"/api/v1{path}",
        summary=raw.get("summary", ""),
        text=raw.get("description", ""),
        parameters=[*parameters, *_body(document, raw)],
        answers=[(code, each.get("description", "")) for code, each in raw.get("responses", {}).items()],
    )


def _body(document: Document, raw: Document) -> Iterator[Parameter]:
    for content in raw.get("requestBody", {}).get("content", {}).values():
        schema = content.get("schema", {})
        name = schema.get("$ref", "").rsplit("/", 1)[-1]
        shape = document.get("components", {}).get("schemas", {}).get(name, schema)
        for field, kind in shape.get("properties", {}).items():
            yield Parameter(
                name=field,
                where="body",
                kind=kind_of(kind),
                required=field in shape.get("required", []),
                text=kind.get("description", ""),
            )


def kind_of(schema: Document) -> str:
    """A schema in words: `integer, 1 to 200`, `one of LOW, HIGH`, `list of ReleaseItem`."""
    if "$ref" in schema:
        return str(schema["$ref"]).rsplit("/", 1)[-1]
    if "enum" in schema:
        return "one of " + ", ".join(str(each) for each in schema["enum"])
    if "anyOf" in schema:
        return " or ".join(kind_of(each) for each in schema["anyOf"])
    if schema.get("type") == "array":
        return f"list of {kind_of(schema.get('items', {}))}"
    words = str(schema.get("format") or schema.get("type") or "anything")
    if "minimum" in schema and "maximum" in schema:
        words += f", {schema['minimum']} to {schema['maximum']}"
    if "maxLength" in schema:
        words += f", at most {schema['maxLength']} characters"
    return words
