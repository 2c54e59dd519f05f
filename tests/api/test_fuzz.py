"""What hypothesis makes of the OpenAPI document, sent as each role and as a stranger to the furnished demo:
nothing breaks, every answer is a documented one in its documented shape, and wrong data is refused."""

from collections.abc import Iterator
from typing import Any

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import Case, GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.parameters import ParameterLocation
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.api import happy, world
from tests.api.served import Served

pytestmark = pytest.mark.timeout(600)  # the first test makes the world

STRANGER = "a stranger"
VALID, WRONG = 4, 2
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    negative_data_rejection,
]


@pytest.fixture(scope="module")
def cases(served: Served) -> list[Case]:
    """A few requests for every operation, the same for everybody."""
    schema = schemathesis.openapi.from_dict(served.document)
    found: list[Case] = []
    for result in schema.get_all_operations():
        operation = result.ok()
        for number, case in enumerate(drawn(operation, GenerationMode.POSITIVE, VALID)):
            found.append(valid(case, number, served.ids))
        found += [wrong(case, served.ids) for case in drawn(operation, GenerationMode.NEGATIVE, WRONG)]
    return found


def drawn(operation: Any, mode: GenerationMode, count: int) -> list[Case]:
    """The first examples that hypothesis draws; none where nothing of the kind exists."""
    found: list[Case] = []

    @settings(
        derandomize=True,
        max_examples=count,
        phases=[Phase.generate],
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(generation_mode=mode))
    def collect(case: Case) -> None:
        found.append(case)

    try:
        collect()
    except Unsatisfiable:
        return []
    return found


def valid(case: Case, number: int, ids: dict[str, str]) -> Case:
    """The first example stays as drawn; then real ids, and a working body with one field drawn."""
    if number == 0:
        return case
    name = f"{case.method} {case.path}"
    case.path_parameters = happy.path_of(case.path, ids)
    case.headers.pop("if-match", None)
    works = happy.filled(happy.BODIES.get(name), ids)
    if isinstance(case.body, dict) and works and number > 1 and case.media_type == "application/json":
        fields = sorted(case.body)
        chosen = fields[number % len(fields) :][:1] if fields else []
        case.body = {**works, **{field: case.body[field] for field in chosen}}
    return case


def wrong(case: Case, ids: dict[str, str]) -> Case:
    """Real ids in the path, unless the path is what is wrong."""
    part = case.meta.components.get(ParameterLocation.PATH) if case.meta else None
    if part is not None and part.mode is not GenerationMode.NEGATIVE:
        case.path_parameters = happy.path_of(case.path, ids)
    return case


@pytest.mark.parametrize("person", [*world.ROLES, STRANGER])
def test_nothing_breaks_for(person: str, served: Served, tokens: dict[str, str], cases: list[Case]) -> None:
    headers = {} if person == STRANGER else {"Authorization": f"Bearer {tokens[person]}"}
    with requests.Session() as session:
        found = [each for case in cases for each in breaches(case, served.url, headers, session)]
    assert found == [], f"{len(found)} breaches\n" + "\n".join(found)


def breaches(case: Case, url: str, headers: dict[str, str], session: requests.Session) -> Iterator[str]:
    """Where the answer to one request is not what the document promises."""
    answer = case.call(base_url=url, headers=headers, session=session, timeout=30)
    told = f"{case.method} {case.path} → {answer.status_code}"
    if not headers and answer.status_code < 300 and not case.path.startswith("/auth/"):
        yield f"{told}: a stranger was served"
    try:
        case.validate_response(answer, checks=CHECKS, headers=headers)
    except* AssertionError as failures:
        for failure in failures.exceptions:
            yield f"{told}: {str(failure)[:300]!r}\n    {case.as_curl_command()[:400]}"


def test_every_operation_is_tried(served: Served, cases: list[Case]) -> None:
    there = {
        (method.upper(), path)
        for path, item in served.document["paths"].items()
        for method in ("get", "post", "put", "patch", "delete")
        if method in item
    }
    assert {(case.method, case.path) for case in cases} == there
