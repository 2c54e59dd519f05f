"""Two people, one step, the same instant."""

import threading
from collections.abc import Callable, Iterator
from functools import partial
from uuid import uuid4

import httpx2
import pytest

from tests.faults.people import Person, chains
from tests.serving import Cutwater

JOIN = """
insert into membership (id, organization_id, user_id, role)
select %s, o.id, u.id, 'MANAGER' from organization o, user_account u where o.slug = %s and u.email = %s
returning id
"""


@pytest.fixture(scope="module")
def ben(served: Cutwater, ada: Person) -> Iterator[Person]:
    """A pilot in Ada's organization."""
    person = Person(served.url, "Ben Pilot")
    assert len(served.query(JOIN, uuid4(), ada.organization, person.email)) == 1
    yield person.acts_in(ada.organization)
    person.leaves()


def at_once(*calls: Callable[[], httpx2.Response]) -> list[httpx2.Response]:
    """Let every call begin at the same instant, each in a thread."""
    answers: list[httpx2.Response] = [httpx2.Response(0)] * len(calls)
    barrier = threading.Barrier(len(calls))

    def ask(number: int) -> None:
        barrier.wait(10)
        answers[number] = calls[number]()

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(len(calls))]
    for each in threads:
        each.start()
    for each in threads:
        each.join(60)
    return answers


def test_one_of_two_finishes_a_step_and_the_other_is_told_who_did(ada: Person, ben: Person) -> None:
    run = ada.starts_a_run(chains(1, 6))
    for number in range(1, 7):
        path, code = f"/runs/{run}/steps/A-{number}/moves", f"A-{number}"
        ada.post(path, {"move": "start"})
        answers = at_once(*(partial(who.api.post, path, json={"move": "finish"}) for who in (ada, ben)))
        assert sorted(answer.status_code for answer in answers) == [200, 409], [a.text for a in answers]
        first = next(
            who for who, answer in zip((ada, ben), answers, strict=True) if answer.status_code == 200
        )
        refusal = next(answer for answer in answers if answer.status_code == 409).json()["error"]
        assert [each["code"] for each in refusal["obstacles"]] == ["step.completed"]
        assert refusal["obstacles"][0]["text"].startswith(f"{code} is completed by {first.name}, ")
    moves = [line for line in ada.get("/events?what=step.moved&limit=100") if line["context"]["key"] == run]
    assert len(moves) == 12


def test_in_two_browsers_the_second_page_names_the_first_person(ada: Person, ben: Person) -> None:
    run = ada.starts_a_run(chains(1, 1))
    ada.post(f"/runs/{run}/steps/A-1/moves", {"move": "start"})
    page = f"/o/{ada.organization}/runs/{run}"
    forms = [(who, {"_csrf": who.csrf(page), "finish": "A-1"}) for who in (ada, ben)]
    answers = at_once(*(partial(who.browser.post, f"{page}/steps", data=form) for who, form in forms))
    assert sorted(answer.status_code for answer in answers) == [303, 409], [a.text[-900:] for a in answers]
    first = next(who for who, answer in zip((ada, ben), answers, strict=True) if answer.status_code == 303)
    shown = next(answer for answer in answers if answer.status_code == 409).text
    assert f"A-1 is completed by {first.name}, " in shown
