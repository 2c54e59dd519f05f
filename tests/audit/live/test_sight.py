"""Who sees which event: every event of the registry, against a table typed by hand."""

from dataclasses import fields
from typing import Any
from uuid import UUID

import pytest

from cutwater import wiring
from cutwater.audit.core import changes, sight
from cutwater.audit.core.fanout import Fanout, Subscriber
from cutwater.audit.core.records import LoggedEvent
from cutwater.audit.live import views
from cutwater.identity.core.roles import ROLE_GRANTS, Role
from cutwater.kernel import clock
from cutwater.kernel.actor import Actor
from cutwater.kernel.errors import Forbidden
from cutwater.kernel.events import REGISTRY
from cutwater.kernel.grants import Grant
from cutwater.kernel.ids import new_id

# the kind of an event's subject → the word of the page that shows it; what is not here is the log's alone
READ_BY = {
    "release": "releases:read",
    "service": "releases:read",
    "environment": "releases:read",
    "freeze": "releases:read",
    "requirement": "releases:read",
    "sprint": "sprints:read",
    "issue": "sprints:read",
    "import": "sprints:read",
    "site": "sprints:read",
    "runbook": "runbooks:read",
    "migration": "runs:read",
    "run": "runs:read",
    "step": "runs:read",
    "team": "people:read",
}
SINGLE = [frozenset({grant}) for grant in Grant if grant.action == "read"]
ROLES = [ROLE_GRANTS[role] for role in Role]


@pytest.fixture(autouse=True)
def declared() -> None:
    wiring.declare()


def events() -> dict[str, str]:
    """Every event's name and the kind of its subject, as its class gives it."""
    wiring.parts("events")
    found = {}
    for name, kind in REGISTRY.items():
        if kind.__module__.startswith("cutwater."):
            bare: Any = kind.__new__(kind)
            for each in fields(bare):
                object.__setattr__(bare, each.name, new_id())
            found[name] = bare.subject.kind
    return found


def somebody(grants: frozenset[Grant]) -> Actor:
    return Actor(kind="user", id=new_id(), name="Vic", role="VIEWER", grants=grants, user_id=new_id())


def logged(name: str, kind: str, organization_id: UUID) -> LoggedEvent:
    now = clock.now()
    return LoggedEvent(
        id=1, at=now, happened_at=now, organization_id=organization_id, actor_kind="job", actor_id=None,
        actor_user_id=None, actor_job="x", name=name, subject_kind=kind, subject_id=new_id(),
        subject_key="", context_kind="run", context_id=new_id(), context_key="", data={},
    )  # fmt: skip


@pytest.mark.parametrize(
    "grants",
    [*ROLES, *SINGLE, frozenset[Grant]()],
    ids=lambda each: f"{len(each)}-{min(each, default='none')}",
)
def test_a_stream_carries_nothing_that_its_reader_may_not_read(grants: frozenset[Grant]) -> None:
    organization_id, held = new_id(), {grant.value for grant in grants}
    known = events()
    assert len(known) > 80
    for name, kind in known.items():
        event = logged(name, kind, organization_id)
        may = READ_BY.get(kind, "audit:read") in held or "audit:read" in held
        fanout = Fanout()
        subscriber = Subscriber(organization_id, event.topics, sight.sight(grants))
        fanout.add(subscriber)
        fanout.publish(organization_id, changes.frames_of([event], {}))
        assert (not subscriber.chunks.empty()) is may, name
        assert bool(changes.shown([event], event.topics, sight.sight(grants))) is may, name
        kinds = sight.seen_kinds(grants)
        assert (kinds is None or kind in kinds) is may, name


def test_every_topic_that_is_asked_for_without_its_grant_is_named() -> None:
    viewer = somebody(ROLE_GRANTS[Role.VIEWER])
    assert views.allowed("runs,releases,inbox", viewer)
    with pytest.raises(Forbidden) as refused:
        views.allowed("runs,members,teams", viewer)
    members, teams = refused.value.obstacles
    assert (members.code, teams.code) == ("permission.audit.read", "permission.people.read")
    assert ("members" in members.text, "teams" in teams.text) == (True, True)


def test_an_auditor_follows_every_topic() -> None:
    auditor = somebody(ROLE_GRANTS[Role.VIEWER] | {Grant.AUDIT_READ})
    assert views.allowed("members,sprints,boats", auditor) == {"members", "sprints", "boats"}
