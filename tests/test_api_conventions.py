"""What every operation of the API does alike: errors, versions, repeated requests."""

import asyncio
import time
from collections.abc import AsyncIterator

import httpx2
import pytest
from fastapi import FastAPI, Request
from fastapi.dependencies.models import Dependant
from fastapi.routing import iter_route_contexts
from structlog.testing import capture_logs

from cutwater.kernel import db, health, log
from cutwater.kernel.actor import Actor
from cutwater.kernel.db import Database
from cutwater.kernel.idempotency import IdempotentRoute
from tests.serving import Served


@pytest.fixture
def app(served: Served) -> FastAPI:
    return served.app


@pytest.fixture
async def api(served: Served, boss: Actor) -> httpx2.AsyncClient:
    return await served.program(boss)


async def test_a_stranger_gets_401_in_the_one_shape(app: FastAPI) -> None:
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url="http://localhost") as client:
        answer = await client.get("/api/v1/teams", headers={"X-Request-Id": "from-the-proxy-1"})
    error = answer.json()["error"]
    assert (answer.status_code, error["code"]) == (401, "UNAUTHENTICATED")
    assert error["request_id"] == answer.headers["x-request-id"] == "from-the-proxy-1"
    assert answer.headers["www-authenticate"] == "Bearer"


async def test_bad_input_is_400_and_names_each_field(api: httpx2.AsyncClient) -> None:
    answer = await api.post("/teams", json={"kind": "CHOIR", "colour": 1})
    assert answer.status_code == 400
    assert {each["field"] for each in answer.json()["error"]["details"]} >= {"name", "kind", "colour"}


async def test_broken_json_is_400_and_says_so(api: httpx2.AsyncClient) -> None:
    answer = await api.post("/teams", content=b'{"name": ', headers={"Content-Type": "application/json"})
    assert answer.status_code == 400
    assert "not valid JSON" in answer.text


async def test_an_unknown_address_is_404_and_a_wrong_method_lists_the_right_ones(
    api: httpx2.AsyncClient,
) -> None:
    nowhere = (await api.get("/nowhere")).json()["error"]
    assert (nowhere["code"], "/api/docs" in nowhere["message"]) == ("NOT_FOUND", True)
    answer = await api.request("PUT", "/teams")
    assert answer.status_code == 405
    assert {each.strip() for each in answer.headers["allow"].split(",")} >= {"GET", "POST"}


async def test_a_request_that_is_sent_twice_happens_once(api: httpx2.AsyncClient) -> None:
    headers = {"Idempotency-Key": "plan-42"}
    first = await api.post("/teams", json={"name": "Payments"}, headers=headers)
    again = await api.post("/teams", json={"name": "Payments"}, headers=headers)
    assert first.status_code == again.status_code == 201, first.text
    assert first.json() == again.json()
    assert again.headers["idempotency-replayed"] == "true"
    names = [team["name"] for team in (await api.get("/teams")).json()["data"]]
    assert names.count("Payments") == 1


async def test_a_refused_request_may_be_sent_again_with_its_key(api: httpx2.AsyncClient) -> None:
    headers = {"Idempotency-Key": "plan-43"}
    assert (await api.post("/teams", json={"name": ""}, headers=headers)).status_code == 400
    assert (await api.post("/teams", json={"name": "Cards"}, headers=headers)).status_code == 201


async def test_a_key_that_was_used_for_something_else_is_refused(api: httpx2.AsyncClient) -> None:
    headers = {"Idempotency-Key": "plan-44"}
    await api.post("/teams", json={"name": "Ledger"}, headers=headers)
    answer = await api.post("/teams", json={"name": "Loans"}, headers=headers)
    assert answer.status_code == 400
    assert answer.json()["error"]["details"][0]["field"] == "Idempotency-Key"


async def test_an_upload_that_is_sent_twice_happens_once_and_another_file_is_another_request(
    api: httpx2.AsyncClient,
) -> None:
    headers = {"Idempotency-Key": "upload-1"}

    async def send(rows: bytes) -> httpx2.Response:
        files = {"files": ("issues.csv", b"Key,Summary\n" + rows, "text/csv")}
        return await api.post("/imports", files=files, headers=headers)

    first, again, other = await send(b"A-1,One\n"), await send(b"A-1,One\n"), await send(b"A-2,Two\n")
    assert first.status_code == again.status_code == 202, first.text
    assert first.json() == again.json()
    assert again.headers["idempotency-replayed"] == "true"
    assert other.status_code == 400
    assert len((await api.get("/imports")).json()["data"]) == 1


async def test_of_two_who_send_the_same_at_once_one_acts_and_both_get_its_answer(
    api: httpx2.AsyncClient,
) -> None:
    headers = {"Idempotency-Key": "at-once"}
    both = await asyncio.gather(
        *(api.post("/sprints", json={"name": "Autumn"}, headers=headers) for _ in range(2))
    )
    assert [each.status_code for each in both] == [201, 201]
    assert both[0].json() == both[1].json()
    assert sorted("idempotency-replayed" in each.headers for each in both) == [False, True]


def test_every_verb_of_the_api_keeps_its_answer_for_a_repeated_request(app: FastAPI) -> None:
    def opens_a_transaction(dependant: Dependant) -> bool:
        return dependant.call is db._open_tx or any(map(opens_a_transaction, dependant.dependencies))

    verbs = [
        route
        for route in iter_route_contexts(app.state.api.routes)
        if "POST" in (route.methods or ()) and opens_a_transaction(route.dependant)
    ]
    assert len(verbs) > 30
    forgetful = [route.path for route in verbs if not isinstance(route.original_route, IdempotentRoute)]
    assert forgetful == ["/api-keys"]  # keeps its own, without the secret


@pytest.mark.parametrize(
    ("content", "kind", "sentence"),
    [
        (b"[" * 100_000, "application/json", "could not be read"),
        (b'{"name": "\xff"}', "application/json", "could not be read"),
        (b"name=x", "text/plain", "Content-Type: application/json"),
        (b"{", "application/json", "not valid JSON"),
    ],
)
async def test_a_body_that_is_no_json_is_told_as_such(
    api: httpx2.AsyncClient, content: bytes, kind: str, sentence: str
) -> None:
    answer = await api.post("/teams", content=content, headers={"Content-Type": kind})
    (detail,) = answer.json()["error"]["details"]
    assert (answer.status_code, detail["field"]) == (400, "body")
    assert sentence in detail["message"]


async def endless() -> AsyncIterator[bytes]:
    for _ in range(20):
        yield b"a=" + b"x" * 1_048_576 + b"&"


@pytest.mark.parametrize("told", [True, False])
@pytest.mark.parametrize("path", ["/api/v1/auth/token", "/sign-in"])
async def test_a_stranger_cannot_send_without_end(app: FastAPI, path: str, told: bool) -> None:
    content = b" " * 20 * 1_048_576 if told else endless()
    kind = "application/json" if "api" in path else "application/x-www-form-urlencoded"
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url="http://localhost") as client:
        answer = await client.post(path, content=content, headers={"Content-Type": kind})
    assert answer.status_code == 413
    assert "at most 8 MB" in answer.text
    assert answer.headers["connection"] == "close"


async def test_every_answer_carries_the_security_headers(api: httpx2.AsyncClient) -> None:
    headers = (await api.get("/teams")).headers
    assert "frame-ancestors 'none'" in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["cache-control"] == "no-store"


async def test_a_crash_is_answered_with_its_request_id_and_the_headers_but_not_its_words(
    app: FastAPI,
) -> None:
    async def broken(request: Request, *, needs_organization: bool) -> None:
        raise ZeroDivisionError("the secret reason")

    working, app.state.authenticate = app.state.authenticate, broken
    try:
        transport = httpx2.ASGITransport(app)
        async with httpx2.AsyncClient(transport=transport, base_url="http://localhost") as client:
            answer = await client.get("/", headers={"X-Request-Id": "from-the-proxy-2"})
    finally:
        app.state.authenticate = working
    assert answer.status_code == 500
    assert "from-the-proxy-2" in answer.text
    assert "secret reason" not in answer.text
    assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]


async def test_the_log_has_each_request_with_its_id_and_no_mailed_secret(app: FastAPI) -> None:
    transport = httpx2.ASGITransport(app)
    async with httpx2.AsyncClient(transport=transport, base_url="http://localhost") as client:
        with capture_logs(processors=[log._with_request_id]) as said:
            await client.get("/reset/0123456789abcdef", headers={"X-Request-Id": "from-the-proxy-3"})
    (line,) = [each for each in said if each["event"] == "request"]
    assert line["request_id"] == "from-the-proxy-3"
    assert (line["method"], line["path"]) == ("GET", "/reset/{token}")
    assert "0123456789abcdef" not in str(said)


async def test_the_document_is_openapi_3_1_and_the_reference_page_lists_its_operations(app: FastAPI) -> None:
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url="http://localhost") as client:
        document = (await client.get("/api/v1/openapi.json")).json()
        page = (await client.get("/api/docs")).text
    assert document["openapi"].startswith("3.1")
    assert all(f"/api/v1{path}" in page for path in document["paths"])


async def test_health_says_what_it_looked_at(app: FastAPI) -> None:
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url="http://localhost") as client:
        assert (await client.get("/health/live")).json() == {"status": "live"}
        ready = await client.get("/health/ready")
        metrics = (await client.get("/metrics")).text
    assert ready.status_code == 200
    assert set(ready.json()["checks"]) == {"database", "schema", "queue"}
    assert 'cutwater_request_seconds_count{method="GET",route="/health/live"' in metrics
    for name in ("query_seconds_count", "queue_jobs", "live_streams", "job_runs", "deliveries"):
        assert f"cutwater_{name}" in metrics


async def test_an_outage_is_told_to_probes_in_time_and_without_addresses(app: FastAPI) -> None:
    lost = Database("host=/nowhere/secret user=clerk dbname=gone")
    working, app.state.database = app.state.database, lost
    await lost.pool.open()
    try:
        transport = httpx2.ASGITransport(app)
        async with httpx2.AsyncClient(transport=transport, base_url="http://localhost") as client:
            started = time.perf_counter()
            ready = await client.get("/health/ready")
            assert (await client.get("/metrics")).status_code == 200
            assert time.perf_counter() - started < 3 * health.LIMIT_SECONDS
    finally:
        app.state.database = working
        await lost.close()
    assert ready.status_code == 503
    assert "secret" not in ready.text
    assert not any(each["ok"] for each in ready.json()["checks"].values())
