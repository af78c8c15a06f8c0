"""Which story is a copy of which, as versions arrive: examples, and what holds for any arrivals."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from processors.clusters import WINDOW, Clusters, Remembered
from processors.duplicates import signature
from processors.records import Document, Pipeline, Status, Timings

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
HOUR = 3_600_000
RANK: dict[Status, int] = {"usable": 0, "withheld": 2, "canceled": 3}
TEXTS = [
    " ".join(f"{word}{chr(97 + letter)}" for letter in range(24) for word in words.split())
    for words in ("kapal rudal", "harga beras", "gempa maluku", "jalan pasar")
]
SHIP, RICE, QUAKE, ROAD = TEXTS
FLASH = "Kapal tiba."


def story(
    name: str,
    body: str = SHIP,
    number: int = 1,
    status: Status = "usable",
    *,
    explicit: bool = True,
    **more: Any,
) -> Document:
    at = NOON + timedelta(minutes=number)
    fields: dict[str, Any] = {
        "id": name, "source": name.partition(":")[0], "item_id": name, "format": "ninjs", "language": "id",
        "version": number, "order": int(at.timestamp()) * 1_000_000 + number * 8 + RANK[status],
        "version_time": at, "received": at, "status": status, "live": status == "usable",
        "provider_status": status if explicit else None, "body": body, "signature": signature(body),
        "timings": Timings(received=at), "pipeline": Pipeline(schema=1, model="test"),
    }  # fmt: skip
    return Document(**fields | more)


class Wire:
    """Stories arriving one after the other, a minute apart unless said otherwise."""

    def __init__(self, capacity: int = 1000) -> None:
        self.clusters = Clusters(capacity)
        self.hour = 0.0
        self.log: list[tuple[str, Remembered]] = []

    def hears(self, document: Document, hour: float | None = None) -> str:
        self.hour = self.hour + 1 / 60 if hour is None else hour
        cluster, remembered = self.clusters.place(document, round(self.hour * HOUR))
        self.log.append((document.id, remembered))
        return cluster

    def hear(self, documents: Iterable[Document]) -> list[str]:
        return [self.hears(each) for each in documents]


@pytest.fixture
def wire() -> Wire:
    return Wire()


def test_a_copy_joins_the_first_story_and_another_text_founds_its_own_cluster(wire: Wire) -> None:
    arrivals = [
        story("antara:1"),
        story("kompas:7"),
        story("kompas:8", RICE),
        story("tempo:3", SHIP + " lagi"),
    ]
    assert wire.hear(arrivals) == ["antara:1", "antara:1", "kompas:8", "antara:1"]


def test_a_copy_of_a_copy_is_in_the_cluster_of_the_first(wire: Wire) -> None:
    words = SHIP.split()
    shorter, shortest = " ".join(words[:36]), " ".join(words[:25] + ["tambahan"] * 6)
    assert (
        wire.hear([story("antara:1"), story("kompas:7", shorter), story("tempo:3", shortest)])
        == ["antara:1"] * 3
    )


def test_stories_that_say_too_little_are_in_no_cluster_but_their_own(wire: Wire) -> None:
    assert wire.hear([story("antara:1", FLASH), story("kompas:7", FLASH)]) == ["antara:1", "kompas:7"]


def test_a_story_keeps_its_cluster_when_its_text_becomes_its_own(wire: Wire) -> None:
    assert wire.hear([story("antara:1"), story("kompas:7"), story("kompas:7", RICE, 2)]) == ["antara:1"] * 3
    assert wire.hears(story("tempo:3", RICE)) == "antara:1", "a copy of what kompas:7 says now"


def test_a_flash_whose_full_text_turns_out_a_copy_moves_to_the_other_s_cluster(wire: Wire) -> None:
    assert wire.hear([story("kompas:7", FLASH), story("antara:1"), story("kompas:7", SHIP, 2)]) == [
        "kompas:7", "antara:1", "antara:1",
    ]  # fmt: skip


def test_an_update_like_its_version_before_stays_though_another_story_is_more_alike(wire: Wire) -> None:
    wire.hear([story("antara:1"), story("kompas:7", RICE), story("tempo:3", RICE.replace("beras", "padi"))])
    assert wire.hears(story("antara:1", SHIP + " lagi", 2)) == "antara:1"


def test_the_same_version_again_gets_the_same_cluster_also_after_its_story_moved(wire: Wire) -> None:
    flash, full = story("kompas:7", FLASH), story("kompas:7", SHIP, 2)
    assert wire.hear([flash, story("antara:1"), full]) == ["kompas:7", "antara:1", "antara:1"]
    assert wire.hear([flash, full, flash]) == ["kompas:7", "antara:1", "kompas:7"]


def test_an_older_version_that_comes_late_changes_nothing(wire: Wire) -> None:
    assert wire.hear([story("antara:1", RICE), story("kompas:7", SHIP, 2)]) == ["antara:1", "kompas:7"]
    assert wire.hears(story("kompas:7", RICE, 1)) == "kompas:7"
    assert wire.hears(story("tempo:3", SHIP)) == "kompas:7"


def test_a_killed_story_draws_no_copies_until_it_is_revived(wire: Wire) -> None:
    wire.hear([story("antara:1"), story("antara:1", "", 2, "canceled")])
    assert wire.hears(story("kompas:7")) == "kompas:7"
    wire.hears(story("kompas:7", "", 9, "canceled"))
    assert wire.hears(story("antara:1", SHIP, 3, explicit=False)) == "antara:1"
    assert wire.hears(story("tempo:3")) == "tempo:3", "nobody said that antara:1 is usable again"
    wire.hears(story("tempo:3", "", 9, "canceled"))
    assert wire.hears(story("antara:1", SHIP, 4)) == "antara:1"
    assert wire.hears(story("detik:5")) == "antara:1"


def test_a_kill_that_comes_before_its_story_keeps_it_out_too(wire: Wire) -> None:
    wire.hear([story("antara:1", "", 2, "canceled"), story("antara:1")])
    assert wire.hears(story("kompas:7")) == "kompas:7"


def test_copies_of_a_killed_story_stay_together(wire: Wire) -> None:
    wire.hear([story("antara:1"), story("kompas:7"), story("antara:1", "", 2, "canceled")])
    assert wire.hears(story("tempo:3")) == "antara:1"


def test_a_held_story_still_draws_its_copies(wire: Wire) -> None:
    wire.hear([story("antara:1"), story("antara:1", SHIP, 2, "withheld")])
    assert wire.hears(story("kompas:7")) == "antara:1"


def test_what_came_longer_ago_than_the_window_is_forgotten_and_a_cluster_lives_on_by_its_copies(
    wire: Wire,
) -> None:
    hours = WINDOW / timedelta(hours=1)
    assert wire.hears(story("antara:1"), hour=0) == "antara:1"
    assert wire.hears(story("kompas:7"), hour=hours) == "antara:1"
    assert wire.hears(story("tempo:3"), hour=2 * hours) == "antara:1"
    assert wire.hears(story("detik:5"), hour=3 * hours + 0.1) == "detik:5"


def test_a_record_whose_time_lies_behind_counts_from_its_own_time(wire: Wire) -> None:
    wire.hears(story("kompas:7", RICE), hour=100)
    assert wire.hears(story("antara:1"), hour=1) == "antara:1"
    assert wire.hears(story("tempo:3"), hour=100) == "tempo:3"


def test_no_more_stories_are_kept_than_there_is_room_for() -> None:
    wire = Wire(capacity=50)
    wire.hears(story("antara:1"))
    wire.hear(story(f"kompas:{n}", " ".join(f"k{n}x{m}" for m in range(30))) for n in range(49))
    assert wire.hears(story("tempo:3")) == "antara:1"
    wire.hear(story(f"detik:{n}", " ".join(f"d{n}x{m}" for m in range(30))) for n in range(500))
    assert wire.hears(story("tempo:4")) == "tempo:4"
    assert len(wire.clusters) == 50


def test_a_document_whose_signature_is_none_is_told_and_changes_nothing(wire: Wire) -> None:
    with pytest.raises(ValueError, match=r"."):
        wire.hears(story("antara:1", signature="zzz"))
    assert len(wire.clusters) == 0


def test_a_flood_of_one_text_stays_one_cluster(wire: Wire) -> None:
    assert set(wire.hear(story(f"antara:{n}") for n in range(400))) == {"antara:0"}


# ── what holds for any arrivals ───────────────────────────────────────────────────────────────────────

versions = st.builds(
    story,
    st.sampled_from([f"{source}:{n}" for source in ("antara", "kompas") for n in range(3)]),
    st.sampled_from([*TEXTS, SHIP + " lagi", FLASH, ""]),
    st.integers(1, 4),
    st.sampled_from(["usable", "usable", "usable", "withheld", "canceled"]),
    explicit=st.booleans(),
)
arrivals = st.lists(versions, max_size=25, unique_by=lambda each: (each.id, each.order))
first_versions = st.lists(
    st.builds(story, st.integers(0, 99).map("antara:{}".format), st.sampled_from(TEXTS)),
    max_size=20,
    unique_by=lambda each: each.id,
)


@given(first_versions.flatmap(lambda each: st.tuples(st.just(each), st.permutations(each))))
def test_what_is_together_does_not_depend_on_the_order_of_arrival(
    both: tuple[list[Document], list[Document]],
) -> None:
    parts = []
    for order in both:
        clusters = dict(zip((each.id for each in order), Wire().hear(order), strict=True))
        parts.append({frozenset(s for s, c in clusters.items() if c == one) for one in clusters.values()})
        assert all(clusters[cluster] == cluster for cluster in clusters.values())
    assert parts[0] == parts[1]


@given(arrivals, st.data())
def test_every_version_again_gets_its_cluster_again(documents: list[Document], data: st.DataObject) -> None:
    wire = Wire()
    told: dict[tuple[str, int], str] = {}
    for document in documents:
        told[document.id, document.order] = wire.hears(document)
        again = data.draw(st.sampled_from(documents[: len(told)]))
        assert wire.hears(again) == told[again.id, again.order]


@given(arrivals, st.integers(0, 24), st.integers(3, 40), st.lists(st.floats(0, 90), min_size=25, max_size=25))
def test_who_recalls_what_was_said_decides_as_if_he_had_heard_it(
    documents: list[Document], cut: int, capacity: int, hours: list[float]
) -> None:
    one = Wire(capacity)
    told = [one.hears(document, hour) for document, hour in zip(documents, hours, strict=False)]
    heir = Wire(capacity)
    for name, remembered in one.log[:cut]:
        heir.clusters.recall(name, remembered)
    rest = list(zip(documents, hours, strict=False))[cut:]
    assert [heir.hears(document, hour) for document, hour in rest] == told[cut:]
    assert heir.log == one.log[cut:]


@given(arrivals, st.lists(st.floats(0, 200), min_size=25, max_size=25))
def test_it_suffices_to_recall_what_came_within_the_window(
    documents: list[Document], hours: list[float]
) -> None:
    one, heir = Wire(), Wire()
    times = sorted(hours)
    for document, hour in zip(documents, times, strict=False):
        one.hears(document, hour)
    last = times[max(0, len(documents) - 1)]
    for (name, remembered), hour in zip(one.log, times, strict=False):
        if hour >= last - WINDOW / timedelta(hours=1):
            heir.clusters.recall(name, remembered)
    for body in TEXTS:
        assert heir.hears(story(f"tempo:{body[:4]}", body), last) == one.hears(
            story(f"tempo:{body[:4]}", body), last
        )
