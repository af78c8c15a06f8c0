"""The board numbers what happens; who reads it misses nothing and sees nothing twice, also after a break."""

import random
from datetime import timedelta
from typing import Any

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from processors.records import Document, Status
from processors.wanted import Wanted
from streams.monitor.board import Board, Filter, Reader
from streams.monitor.stream import Stream
from tests.wire.elastic_stories import NOON, deal, person, story
from tests.wire.told_alerts import alert

ALL = Filter(Wanted())
KORVET = Filter(Wanted(words=["korvet"]))


def cards(encoded: list[bytes]) -> list[tuple[str, int, str]]:
    """Story, version and status of each."""
    found = [msgspec.json.decode(each) for each in encoded]
    return [(each["id"].rpartition(":")[2], each["version"], each["status"]) for each in found]


def board(*documents: Document, **options: Any) -> Board:
    made = Board(**options)
    for document in documents:
        made.story(document, NOON)
    return made


def test_a_reader_sees_what_comes_once() -> None:
    made = board(story("a"))
    reader = Reader(made, ALL)
    assert cards(reader.everything(10)) == [("a", 1, "usable")]
    made.story(story("b"), NOON)
    assert cards(reader.read().stories) == [("b", 1, "usable")]
    assert not any(reader.read())


def test_a_correction_replaces_its_story_in_place() -> None:
    made = board(story("a"), story("b"), story("a", version=2, minute=1, change="correction"))
    assert cards(Reader(made, ALL).everything(10)) == [("b", 1, "usable"), ("a", 2, "usable")]


def test_what_came_twice_between_two_looks_is_read_once_as_it_is_now() -> None:
    made = Board()
    reader = Reader(made, ALL)
    made.story(story("a"), NOON)
    made.story(story("a", version=2, minute=1), NOON)
    assert cards(reader.read().stories) == [("a", 2, "usable")]


def test_who_was_shown_a_story_is_told_of_its_later_versions_though_they_no_longer_fit() -> None:
    made = board(story("a", body="Italia menawarkan dua korvet."))
    reader, again = Reader(made, KORVET), Reader(made, KORVET, made.number)
    made.story(story("a", version=2, minute=1, body="Italia menawarkan dua fregat."), NOON)
    made.story(story("b", body="Harga beras naik."), NOON)
    assert cards(reader.read().stories) == cards(again.read().stories) == [("a", 2, "usable")]


def test_of_a_killed_story_no_word_stays_on_the_board() -> None:
    told = alert("a", headline="Kaledonia beli rudal")
    made = board(
        story("a", headline="RAHASIA satu", body="RAHASIA dua. " * 9, entities=[person("RAHASIA tiga")])
    )
    made.alert(told)
    made.story(story("a", version=2, minute=1, status="canceled", headline="RAHASIA", body="RAHASIA"), NOON)

    assert cards(Reader(made, ALL).everything(10)) == [("a", 2, "canceled")]
    left = b"".join(each.card for each in made.since(0)) + msgspec.json.encode(made.find("garuda:a"))
    assert b"RAHASIA" not in left
    assert b"Kaledonia" not in left
    [blanked] = made.alerts(10)
    assert (blanked.killed, blanked.headline, blanked.evidence) == (True, None, [])


def test_a_kill_is_heard_by_all_who_may_have_the_story_on_their_screen() -> None:
    made = board(story("a"))
    elsewhere = Reader(made, KORVET)
    made.story(story("a", version=2, minute=1, status="canceled"), NOON)
    assert cards(elsewhere.read().stories) == [("a", 2, "canceled")]


def test_an_alert_marks_its_story_whichever_comes_first() -> None:
    for first in ("story", "alert"):
        made = Board()
        for what in (first, {"story": "alert", "alert": "story"}[first]):
            if what == "story":
                made.story(story("1"), NOON)
            else:
                made.alert(alert("1"))
        [card] = Reader(made, Filter(Wanted(), alerted=True)).everything(10)
        assert msgspec.json.decode(card)["alerts"] == 1


def test_the_same_alert_again_changes_nothing() -> None:
    made = board(story("1"))
    made.alert(alert("1"))
    before = made.number
    made.alert(alert("1"))
    assert made.number == before


def test_copies_are_counted_and_found() -> None:
    same: dict[str, Any] = {"cluster_id": "garuda:a"}
    made = board(story("a", **same), story("b", **same), story("c"), story("d", **same))
    assert [msgspec.json.decode(each)["copies"] for each in Reader(made, ALL).everything(10)] == [2, 0, 1, 2]
    assert [each.id for each in made.cluster("garuda:a")] == ["garuda:d", "garuda:b"]


def test_the_oldest_leaves_a_full_board_and_who_had_not_read_it_begins_anew() -> None:
    made = Board(limit=20_000)
    stream = Stream(made, ALL, "run", None)
    stream.next(None)
    for number in range(100):
        made.story(story(str(number), body="kata " * 100), NOON)
    assert 0 < len(list(made.since(0))) < 50
    assert b"event: reset" in stream.next(None)
    assert not Reader.can_resume(made, made.gone - 1)


def test_events_say_where_to_go_on_and_another_life_of_the_server_begins_anew() -> None:
    made = board(story("a"))
    assert Stream(made, ALL, "one", None).next(None).startswith(b"id: one.1\nevent: reset\n")
    assert Stream(made, ALL, "one", "one.1").next(None) == b""
    assert b"event: stories" in Stream(made, ALL, "one", "one.0").next(None)
    for strange in ("two.1", "one.99", "one.-1", "one.x", "one.²", "", "."):
        assert b"event: reset" in Stream(made, ALL, "one", strange).next(None)


FILTERS = (ALL, KORVET, Filter(Wanted(deals=True)), Filter(Wanted(words=["korvet"], deals=True)))
TEXT = "Italia menawarkan dua korvet."


@st.composite
def histories(draw: st.DrawFn) -> list[Document]:
    made = []
    for minute in range(draw(st.integers(1, 12))):
        body = draw(st.sampled_from(["Harga beras naik.", TEXT]))
        deals = [deal(body, body)] if draw(st.booleans()) else []
        status: Status = draw(st.sampled_from(["usable", "usable", "usable", "canceled", "withheld"]))
        made.append(
            story(draw(st.sampled_from("abcd")), minute, minute + 1, status, body=body, arms_deals=deals)
        )
    return made


@given(histories(), st.sampled_from(FILTERS), st.randoms(use_true_random=False))
@settings(deadline=None)
def test_a_broken_and_resumed_stream_shows_what_an_unbroken_one_shows(
    history: list[Document], filter_: Filter, chance: random.Random
) -> None:
    made = Board()
    steady, broken = Reader(made, filter_), Reader(made, filter_)
    screens: tuple[dict[str, bytes], dict[str, bytes]] = ({}, {})
    for number, document in enumerate(history):
        made.story(document, NOON + timedelta(seconds=number))
        if chance.random() < 0.5:
            _look(steady, screens[0])
        if chance.random() < 0.3:
            _look(broken, screens[1])
        if chance.random() < 0.3:
            broken = Reader(made, filter_, broken.number)
    _look(steady, screens[0])
    _look(broken, screens[1])
    live = [{id_: card for id_, card in screen.items() if _stands(card)} for screen in screens]
    assert live[0] == live[1]


def _look(reader: Reader, screen: dict[str, bytes]) -> None:
    for card in reader.read().stories:
        screen[msgspec.json.decode(card)["id"]] = card


def _stands(card: bytes) -> bool:
    return bool(msgspec.json.decode(card)["status"] == "usable")
