"""Fanning out in memory: order, shared bytes, and slow clients that do not slow the others."""

import json

from cutwater.audit.core import frames
from cutwater.audit.core.fanout import QUEUE_CHUNKS, Fanout, Item, Subscriber
from cutwater.kernel.grants import Grant
from cutwater.kernel.ids import new_id

HERE, THERE = new_id(), new_id()


def drained(subscriber: Subscriber) -> list[bytes | None]:
    found = []
    while not subscriber.chunks.empty():
        found.append(subscriber.chunks.get_nowait())
    return found


def test_a_subscriber_gets_what_it_watches_in_its_organization_and_nothing_else() -> None:
    fanout = Fanout()
    watching = Subscriber(HERE, frozenset({"releases", "runs"}))
    elsewhere = Subscriber(THERE, frozenset({"releases", "runs"}))
    other = Subscriber(HERE, frozenset({"sprints"}))
    for each in (watching, elsewhere, other):
        fanout.add(each)
    items = [
        Item(frozenset({"releases"}), b"1"),
        Item(frozenset({"teams"}), b"2"),
        Item(frozenset({"runs", "steps"}), b"3"),
    ]
    fanout.publish(HERE, items)
    assert drained(watching) == [b"13"]
    assert drained(elsewhere) == drained(other) == []


def test_an_item_goes_only_to_those_who_hold_what_it_asks() -> None:
    fanout = Fanout()
    topics = frozenset({"runs"})
    reads = Subscriber(HERE, topics, frozenset({Grant.RUNS_READ}))
    other = Subscriber(HERE, topics, frozenset({Grant.SPRINTS_READ}))
    for each in (reads, other):
        fanout.add(each)
    fanout.publish(HERE, [Item(topics, b"1", Grant.RUNS_READ), Item(topics, b"2", Grant.AUDIT_READ)])
    assert (drained(reads), drained(other)) == ([b"1"], [])


def test_all_who_watch_the_same_share_the_same_bytes() -> None:
    fanout = Fanout()
    group = [Subscriber(HERE, frozenset({"runs"})) for _ in range(3)]
    for each in group:
        fanout.add(each)
    fanout.publish(HERE, [Item(frozenset({"runs"}), b"a"), Item(frozenset({"runs"}), b"b")])
    chunks = [drained(each)[0] for each in group]
    assert chunks[0] is chunks[1] is chunks[2]


def test_a_slow_client_is_told_to_reload_and_dropped_while_others_go_on() -> None:
    fanout = Fanout()
    slow, quick = (Subscriber(HERE, frozenset({"runs"})) for _ in range(2))
    fanout.add(slow)
    fanout.add(quick)
    for number in range(QUEUE_CHUNKS + 5):
        fanout.publish(HERE, [Item(frozenset({"runs"}), b"%d" % number)])
        assert drained(quick) == [b"%d" % number]
    assert drained(slow) == [frames.RELOAD, None]
    assert (len(fanout), fanout.slow_drops) == (1, 1)


def test_closing_ends_every_stream() -> None:
    fanout = Fanout()
    subscriber = Subscriber(HERE, frozenset({"runs"}))
    fanout.add(subscriber)
    fanout.close()
    fanout.remove(subscriber)
    assert drained(subscriber) == [None]
    assert len(fanout) == 0


def test_only_the_last_frame_of_a_batch_carries_the_place() -> None:
    made = frames.batch([frames.frame("change", {"n": 1}), frames.frame("change", {"n": 2})], "1-5:5:")
    first, last, rest = made.split(b"\n\n")
    assert first == b'event: change\ndata: {"n":1}'
    assert last == b'id: 1-5:5:\nevent: change\ndata: {"n":2}'
    assert rest == b""
    assert frames.batch([], "1-5:5:") == b""


def test_line_breaks_in_data_stay_inside_one_frame() -> None:
    made = frames.frame("change", {"title": "a\n\nid: 9\r\n\u2028x"})
    assert made.count(b"\n\n") == 1
    line = made.split(b"\n")[1].removeprefix(b"data: ")
    assert json.loads(line)["title"] == "a\n\nid: 9\r\n\u2028x"
