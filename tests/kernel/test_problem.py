"""The API's document says what is answered."""

import json

from fastapi import FastAPI

from cutwater.kernel import problem
from cutwater.kernel.wire import Body, Line


class Wish(Body):
    """Something to send."""

    title: Line


def made() -> FastAPI:
    """A small API with one operation that takes input."""
    api = FastAPI(responses=problem.ERRORS)

    @api.post("/wishes")
    async def wish(body: Wish) -> str:
        return body.title

    return api


def test_the_framework_alone_would_document_422() -> None:
    assert "422" in made().openapi()["paths"]["/wishes"]["post"]["responses"]


def test_what_does_not_fit_is_documented_as_400_only() -> None:
    api = made()
    problem.say_what_is_answered(api)
    responses = api.openapi()["paths"]["/wishes"]["post"]["responses"]
    assert "422" not in responses
    assert {"400", "404", "409"} <= set(responses)
    assert "HTTPValidationError" not in json.dumps(api.openapi())


def test_asking_twice_gives_the_same_document() -> None:
    api = made()
    problem.say_what_is_answered(api)
    assert api.openapi() is api.openapi()
