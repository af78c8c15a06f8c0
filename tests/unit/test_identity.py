"""Whose story it is, which version of it is newer, and that ids stay within what Elasticsearch takes."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from processors.identity import ID_LIMIT, UNTIL_FURTHER_NOTICE, identify, order
from processors.records import Article, Change, Item, Origin, Status

RECEIVED = datetime(2026, 11, 23, 7, 5, tzinfo=UTC)
ORIGIN = Origin(feed="lintas", locator="2026/11/kapal.txt", received=RECEIVED)


def article(item: Item | None = None, origin: Origin = ORIGIN, part: int | None = None) -> Article:
    return identify(item or Item(format="text", body="Halo."), origin, language="id", part=part)


def test_a_text_is_identified_by_its_feed_and_place_in_it() -> None:
    story = article()
    assert (story.id, story.source, story.item_id) == (
        "lintas:2026/11/kapal.txt",
        "lintas",
        "2026/11/kapal.txt",
    )
    assert (story.version, story.live, story.received, story.language) == (1, True, RECEIVED, "id")


def test_the_formats_own_id_comes_before_the_locator() -> None:
    assert article(Item(format="ninjs", body="", item_id="tag:a,2026:1")).id == "lintas:tag:a,2026:1"


def test_the_source_given_beats_the_provider_and_the_provider_beats_the_feed() -> None:
    item = Item(format="ninjs", body="", provider="Samudra Wire: Bisnis")
    given_source = Origin(feed="lintas", locator="x", received=RECEIVED, source="ANTARA")
    assert article(item).source == "samudra-wire-bisnis"
    assert article(item, given_source).source == "antara"


def test_children_of_a_package_without_ids_are_told_apart() -> None:
    assert [article(part=part).item_id for part in (0, 1)] == ["2026/11/kapal.txt#0", "2026/11/kapal.txt#1"]


def test_an_id_too_long_for_elasticsearch_is_hashed() -> None:
    long = article(Item(format="ninjs", body="", item_id="é" * ID_LIMIT))
    assert long.item_id.startswith("sha256-")
    assert len(long.item_id) == 71
    kept = "e" * ID_LIMIT
    assert article(Item(format="ninjs", body="", item_id=kept)).item_id == kept


def test_the_corrected_story_is_named_by_its_full_id() -> None:
    item = Item(format="ninjs", body="", item_id="b", corrects="a", change="correction")
    assert article(item).corrects == "lintas:a"


@given(st.text(max_size=600), st.text(max_size=300), st.text(max_size=100))
def test_every_id_fits_with_room_for_its_children(item_id: str, locator: str, feed: str) -> None:
    story = article(
        Item(format="ninjs", body="", item_id=item_id or None),
        Origin(feed=feed, locator=locator, received=RECEIVED),
    )
    assert len(f"{story.id}:q999".encode("utf8", "replace")) <= 512
    assert story.source
    assert ":" not in story.source


def test_the_order_is_time_then_version_then_status() -> None:
    moment = datetime(2026, 11, 23, 14, 5, 0, 123000, tzinfo=timezone(timedelta(hours=7)))
    item = Item(format="ninjs", body="", version=3, version_time=moment, status="withheld", change="hold")
    assert order(item, RECEIVED) == 1795417500123 * 1000 + 3 * 8 + 2


def test_without_a_version_time_the_reception_decides() -> None:
    assert order(Item(format="text", body=""), RECEIVED) == 1795417500000 * 1000 + 8


@pytest.mark.parametrize("version", [99, 100, 978556838])
def test_big_version_numbers_count_as_99(version: int) -> None:
    assert order(Item(format="ninjs", body="", version=version), RECEIVED) % 1000 == 99 * 8


def test_of_one_version_a_kill_beats_a_hold_beats_a_correction_beats_the_story() -> None:
    lives: list[tuple[Status, Change]] = [
        ("usable", "new"),
        ("usable", "correction"),
        ("withheld", "hold"),
        ("canceled", "kill"),
    ]
    orders = [order(Item(format="ninjs", body="", status=s, change=c), RECEIVED) for s, c in lives]
    assert [n - orders[0] for n in orders] == [0, 1, 2, 3]


moments = st.datetimes(timezones=st.just(UTC))
statuses = st.sampled_from(["usable", "withheld", "canceled"])


@given(moments, moments, st.integers(), st.integers(), statuses, statuses)
def test_a_later_millisecond_beats_every_version_and_status(
    first: datetime, second: datetime, a: int, b: int, s: Status, t: Status
) -> None:
    one = order(Item(format="ninjs", body="", version=a, version_time=first, status=s), RECEIVED)
    two = order(Item(format="ninjs", body="", version=b, version_time=second, status=t), RECEIVED)
    assert 0 <= one < 2**63
    if second - first >= timedelta(milliseconds=1) and first.year >= 1970:
        assert one < two


@pytest.mark.parametrize(("status", "live"), [("usable", True), ("withheld", False), ("canceled", False)])
def test_only_a_usable_story_is_live(status: Status, live: bool) -> None:
    assert article(Item(format="ninjs", body="", status=status)).live is live


def test_until_further_notice_survives_a_change_of_zone() -> None:
    assert UNTIL_FURTHER_NOTICE.astimezone(timezone(timedelta(hours=14))).year == 9999
