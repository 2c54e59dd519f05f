"""Every operation of the API reaches a success on the demo's real ids, in the shape the document promises."""

import httpx2
import pytest
import schemathesis

from tests.api import happy, world
from tests.api.served import Served

pytestmark = pytest.mark.timeout(300)  # the first test makes the world


def operations(served: Served) -> list[tuple[str, str]]:
    methods = ("get", "post", "put", "patch", "delete")
    return [
        (method.upper(), path)
        for path, item in served.document["paths"].items()
        for method in methods
        if method in item
    ]


def test_every_operation_succeeds_as_the_document_says(served: Served, tokens: dict[str, str]) -> None:
    schema = schemathesis.openapi.from_dict(served.document)
    headers = {"Authorization": f"Bearer {tokens['OWNER']}"}
    failed = []
    with httpx2.Client(base_url=served.url, headers=headers, timeout=60) as client:
        for method, path in operations(served):
            name = f"{method} {path}"
            if name in happy.ELSEWHERE:
                continue
            missing = [part for part in parameters(path) if part not in happy.path_of(path, served.ids)]
            if missing:
                failed.append(f"{name}: happy.PATHS has no {missing}")
                continue
            address = path.format(**happy.path_of(path, served.ids))
            query = happy.QUERIES.get(name, {})
            files, fields = happy.FORMS.get(name, ({}, {}))
            if files:
                answer = client.request(method, address, params=query, files=files, data=fields)
            elif name in happy.BODIES:
                answer = client.request(
                    method, address, params=query, json=happy.filled(happy.BODIES[name], served.ids)
                )
            else:
                answer = client.request(method, address, params=query)
            if not 200 <= answer.status_code < 300:
                failed.append(f"{name} → {answer.status_code} {answer.text[:300]}")
                continue
            failed += [f"{name}: {each}" for each in breaches(schema, method, path, answer)]
    assert failed == [], "\n".join(failed)


def parameters(path: str) -> list[str]:
    return [each[1:-1] for each in path.split("/") if each.startswith("{")]


def breaches(schema: schemathesis.BaseSchema, method: str, path: str, answer: httpx2.Response) -> list[str]:
    """Where an answer is not what the document says."""
    operation = schema[path][method]
    responses = operation.definition.raw["responses"]
    if str(answer.status_code) not in responses:
        return [f"{answer.status_code} is not documented"]
    content = responses[str(answer.status_code)].get("content", {})
    if "application/json" not in content:
        return []
    try:
        answer.request.read()
        operation.validate_response(schemathesis.Response.from_any(answer))
    except (AssertionError, BaseExceptionGroup) as found:
        return [str(found)[:400]]
    return []


def test_tokens_are_given_rotated_and_revoked(served: Served) -> None:
    served.database.keeps = True
    try:
        body = {"login": "priya.raman@harbour.example", "password": "harbour-demo", "organization": "harbour"}
        with httpx2.Client(base_url=served.url, timeout=60) as client:
            first = client.post("/auth/token", json=body).json()["data"]
            second = client.post("/auth/refresh", json={"refresh_token": first["refresh_token"]})
            assert second.status_code == 200
            fresh = second.json()["data"]["refresh_token"]
            assert client.post("/auth/revoke", json={"refresh_token": fresh}).status_code in (200, 204)
            assert client.post("/auth/refresh", json={"refresh_token": fresh}).status_code == 401
    finally:
        served.database.keeps = False


def test_the_live_stream_opens(served: Served, tokens: dict[str, str]) -> None:
    headers = {"Authorization": f"Bearer {tokens['VIEWER']}"}
    with httpx2.stream("GET", f"{served.url}/live?topics=releases", headers=headers, timeout=20) as answer:
        assert answer.status_code == 200
        assert answer.headers["content-type"].startswith("text/event-stream")


def test_the_tables_name_no_operation_that_is_gone(served: Served) -> None:
    there = {f"{method} {path}" for method, path in operations(served)}
    named = {*happy.BODIES, *happy.QUERIES, *happy.FORMS}
    assert named - there == set()
    assert set(world.ROLES) == {"OWNER", "ADMIN", "MANAGER", "MEMBER", "VIEWER"}


def test_an_address_with_a_line_break_gets_the_api_s_own_answer(served: Served) -> None:
    answer = httpx2.get(f"{served.url}/runs/no%0Asuch", timeout=20)
    assert (answer.status_code, answer.json()["error"]["code"]) == (401, "UNAUTHENTICATED")
