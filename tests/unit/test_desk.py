"""The desk sees each version that stands once, in its time, and what became of what it saw."""

from datetime import timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from processors.desk import Desk
from processors.records import Document
from tests.wire.elastic_stories import NOON, story

SOON = NOON + timedelta(minutes=30)


def everything(_: Document) -> bool:
    return True


def about(word: str) -> Desk:
    return Desk(lambda document: word in document.body)


def seen(desk: Desk, *arrivals: Document, at: Any = NOON) -> list[tuple[str, int]]:
    """Status and version of what is shown of these arrivals."""
    shown = [each for arrival in arrivals if (each := desk.arrives(arrival, at)) is not None]
    return [(each.status, each.version) for each in shown]


def test_a_version_is_shown_once_however_often_it_arrives() -> None:
    assert seen(Desk(everything), story(), story(), story(version=2, minute=1), story()) == [
        ("usable", 1),
        ("usable", 2),
    ]


def test_an_older_version_that_arrives_late_is_not_shown() -> None:
    assert seen(Desk(everything), story(version=2, minute=1), story()) == [("usable", 2)]


def test_a_kill_is_shown_and_nothing_of_its_story_after_it() -> None:
    kill = story(version=2, minute=1, status="canceled")
    assert seen(Desk(everything), story(), kill, story()) == [("usable", 1), ("canceled", 2)]


def test_of_a_story_killed_before_it_arrives_only_the_kill_is_seen() -> None:
    assert seen(Desk(everything), story(version=2, minute=1, status="canceled"), story()) == [("canceled", 2)]


def test_who_saw_a_story_sees_its_correction_and_its_kill_whatever_they_say() -> None:
    korvet = story(body="Italia menawarkan dua korvet.")
    corrected = story(version=2, minute=1, change="correction", body="Italia menawarkan dua fregat.")
    kill = story(version=3, minute=2, status="canceled", body="")

    assert seen(about("korvet"), korvet, corrected, kill) == [
        ("usable", 1),
        ("usable", 2),
        ("canceled", 3),
    ]
    assert seen(about("rudal"), korvet, corrected, kill) == []


class TestEmbargo:
    def test_holds_a_story_back_until_its_end(self) -> None:
        desk = Desk(everything)
        assert seen(desk, story(embargo_until=SOON)) == []
        assert list(desk.due(SOON - timedelta(seconds=1))) == []
        assert [each.version for each in desk.due(SOON)] == [1]
        assert list(desk.due(SOON)) == []

    def test_of_a_replaced_version_shows_nothing_at_its_end(self) -> None:
        desk = Desk(everything)
        assert seen(desk, story(embargo_until=SOON), story(version=2, minute=1)) == [("usable", 2)]
        assert list(desk.due(SOON)) == []

    def test_a_kill_before_its_end_is_not_told_for_nobody_saw_the_story(self) -> None:
        desk = Desk(everything)
        kill = story(version=2, minute=1, status="canceled")
        assert seen(desk, story(embargo_until=SOON), kill) == []
        assert list(desk.due(SOON)) == []


def test_only_as_many_stories_are_remembered_as_it_is_told() -> None:
    desk = Desk(everything, stories=2)
    first, second, third = (story(item_id=f"urn:garuda:{number}") for number in range(3))
    assert len(seen(desk, first, second, third, third, first)) == 4


@given(
    st.lists(st.tuples(st.integers(1, 4), st.sampled_from(["usable", "withheld", "canceled"])), max_size=8)
)
def test_nothing_comes_twice_and_nothing_that_a_kill_on_the_desk_took_down(
    drawn: list[tuple[int, Any]],
) -> None:
    versions = [story(version=number, minute=number, status=status) for number, status in drawn]
    shown = seen(Desk(everything), *versions)

    assert len(shown) == len(set(shown))
    killed = 0
    for status, number in shown:
        killed = max(killed, number if status == "canceled" else 0)
        assert status == "canceled" or number > killed
