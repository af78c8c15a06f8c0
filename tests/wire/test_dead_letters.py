"""The dead letters in a real topic: the latest of a key counts, replay sends what died, drop ends it."""

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from processors.errors import Reason
from streams import dead_letter_topic, dead_letters, raw
from streams.dead_letters import Letter
from streams.feeds.folder import Refused
from streams.kafka_clients import Delivery
from streams.message import Dead, Message
from streams.reading import to_the_end
from streams.settings import Settings
from streams.topics import DEAD_LETTERS, RAW, create_topics
from tests.wire.command import kawat

DIED = datetime(2026, 11, 23, 5, 30, tzinfo=UTC)
ARTICLE = b'{"uri": "tag:antara,2026:1", "headline": "Korvet'
BAD = Dead(Reason.MALFORMED, "ninjs: unexpected end of JSON")


@pytest.fixture
def settings(wire: Settings) -> Settings:
    create_topics(wire)
    return wire


def fed(settings: Settings, *contents: bytes) -> list[Message]:
    """Sends payloads and returns their records as a stage consumes them."""
    with Delivery(settings) as delivery:
        for number, content in enumerate(contents):
            delivery.send(raw.record("antara", f"{number}.json", content, source="antara"))
    return on_raw(settings)


def on_raw(settings: Settings) -> list[Message]:
    return sorted(to_the_end(settings, RAW.full_name(settings)), key=lambda one: one.headers["locator"])


def died(settings: Settings, message: Message, *deaths: Dead) -> list[str]:
    """Writes dead letters as the parse stage does and returns their keys."""
    letters = [dead_letters.record("parse", message, dead, DIED) for dead in deaths]
    with Delivery(settings) as delivery:
        for letter in letters:
            delivery.send(letter)
    return [letter.key.decode() for letter in letters]


def keys(settings: Settings) -> list[str]:
    return list(dead_letter_topic.current(settings))


def tombstones(settings: Settings) -> list[str]:
    records = to_the_end(settings, DEAD_LETTERS.full_name(settings))
    return [(one.key or b"").decode() for one in records if one.value is None]


def lines(output: bytes) -> list[str]:
    return output.decode().splitlines()


def letters_of(settings: Settings, wanted: Sequence[str]) -> list[Letter]:
    current = dead_letter_topic.current(settings)
    return [current[key] for key in wanted]


class TestCurrentState:
    def test_topics_that_are_not_there_hold_no_letters(self, wire: Settings) -> None:
        assert dead_letter_topic.current(wire) == {}

    def test_the_last_record_of_a_key_counts(self, settings: Settings) -> None:
        (message,) = fed(settings, ARTICLE)
        died(settings, message, BAD, Dead(Reason.TOO_SLOW, "30 s"))

        (letter,) = dead_letter_topic.current(settings).values()

        assert (letter.reason, letter.detail) == ("too-slow", "30 s")

    def test_a_tombstone_ends_a_letter_and_a_later_death_begins_it_anew(self, settings: Settings) -> None:
        one, other = fed(settings, ARTICLE, ARTICLE)
        died(settings, one, BAD)
        died(settings, other, BAD)
        dead_letter_topic.drop(settings, dead_letter_topic.current(settings).values())
        assert keys(settings) == []

        (again,) = died(settings, one, BAD)
        assert keys(settings) == [again]

    def test_the_bytes_come_back_as_they_were_however_many(self, settings: Settings) -> None:
        large = bytes(range(256)) * (8 * 4096)  # 8 MiB, the limit
        one, other = fed(settings, large, ARTICLE)
        died(settings, one, BAD)
        died(settings, other, BAD)

        letters = dead_letter_topic.current(settings).values()

        assert [content for _, content in dead_letter_topic.originals(settings, letters)] == [large, ARTICLE]

    def test_a_letter_replaced_meanwhile_is_left_out(self, settings: Settings) -> None:
        (message,) = fed(settings, ARTICLE)
        seen = letters_of(settings, died(settings, message, BAD))
        dead_letter_topic.drop(settings, seen)
        stale = [replace(seen[0], position=seen[0].position + 1)]

        assert list(dead_letter_topic.originals(settings, stale)) == []


class TestReplay:
    def test_the_original_record_goes_where_it_came_from_and_the_letter_ends(
        self, settings: Settings
    ) -> None:
        (first,) = fed(settings, ARTICLE)
        wanted = died(settings, first, BAD)

        assert kawat(settings, "dead", "replay", *wanted).stdout == b"replayed 1 dead letter\n"

        _, again = sorted(on_raw(settings), key=lambda one: one.offset)
        assert (again.key, again.value, again.partition) == (first.key, first.value, first.partition)
        assert raw.origin(again) == raw.origin(first)
        assert keys(settings) == []
        assert tombstones(settings) == wanted

    def test_attempts_go_with_it_and_a_repeated_death_counts_on(self, settings: Settings) -> None:
        (message,) = fed(settings, ARTICLE)
        for attempts in (1, 2, 3):
            (letter,) = letters_of(settings, died(settings, message, BAD))
            assert letter.attempts == attempts
            dead_letter_topic.replay(settings, [letter])
            message = max(on_raw(settings), key=lambda one: one.offset)

    def test_a_package_goes_once_with_the_letters_of_all_its_items(self, settings: Settings) -> None:
        package, other = fed(settings, ARTICLE, ARTICLE)
        items = died(settings, package, Dead(BAD.reason, "", item="satu"), Dead(BAD.reason, "", item="dua"))
        (kept,) = died(settings, other, BAD)

        done = kawat(settings, "dead", "replay", items[0])

        assert done.stdout == b"replayed 2 dead letters\n"
        assert len(on_raw(settings)) == 3
        assert keys(settings) == [kept]

    def test_all_of_a_reason_go_and_what_the_feed_refused_stays(self, settings: Settings) -> None:
        one, other = fed(settings, ARTICLE, ARTICLE)
        died(settings, one, BAD)
        (slow,) = died(settings, other, Dead(Reason.TOO_SLOW, ""))
        refuse(settings, "besar.bin")

        done = kawat(settings, "dead", "replay", "--reason", "malformed")
        assert done.stdout == b"replayed 1 dead letter\n"
        assert slow in keys(settings)

        done = kawat(settings, "dead", "replay", "--all")
        assert done.stdout == b"replayed 1 dead letter\n"
        assert b"not replayed: feed:" in done.stderr
        assert keys(settings) == [f"feed:{RAW.full_name(settings)}:-:-:antara/besar.bin"]

    def test_what_the_feed_refused_cannot_be_replayed_by_name(self, settings: Settings) -> None:
        refuse(settings, "besar.bin")
        (key,) = keys(settings)

        done = kawat(settings, "dead", "replay", key)

        assert done.returncode == 2
        why = "its bytes never came in; repair it and feed antara/besar.bin again"
        assert lines(done.stderr) == [f"kawat: {key} cannot be replayed: {why}"]

    def test_records_are_not_sent_to_topics_of_others(self, settings: Settings) -> None:
        foreign = Message("payroll", 0, 1, DIED, b"k", b"v")
        (key,) = died(settings, foreign, BAD)

        done = kawat(settings, "dead", "replay", key)

        assert (done.returncode, keys(settings)) == (2, [key])
        assert b"payroll is no topic of these settings" in done.stderr


def refuse(settings: Settings, locator: str) -> None:
    refused = Refused(locator, Path(locator), Reason.TOO_LARGE, "9000000 bytes", 9_000_000, "ab12")
    with Delivery(settings) as delivery:
        delivery.send(dead_letters.refusal("antara", refused, DIED, settings))


class TestCommands:
    def test_any_key_listed_can_be_shown(self, settings: Settings) -> None:
        items = [
            "tag:antara.example,2026:1",
            "berita – édisi 'dua'",
            "a b\tc$(x)\n",
            "panjang" * 200,
            "",
            "\x00",
        ]
        (message,) = fed(settings, ARTICLE)
        died(settings, message, *(Dead(BAD.reason, BAD.detail, item=item) for item in items))

        listed = [json.loads(line) for line in lines(kawat(settings, "dead", "list", "--json").stdout)]
        table = lines(kawat(settings, "dead", "list").stdout)
        shown = [kawat(settings, "dead", "show", letter["key"], "--raw").stdout for letter in listed]

        assert [letter["item"] for letter in listed] == items
        assert [line.split(" ")[0] for line in table[1:] if line[0] != " "] == [one["key"] for one in listed]
        assert shown == [ARTICLE] * len(items)

    def test_show_tells_what_happened_above_the_bytes(self, settings: Settings) -> None:
        (message,) = fed(settings, ARTICLE + b"\x1b[2J\xff")
        (key,) = died(settings, message, BAD)

        shown = lines(kawat(settings, "dead", "show", key).stdout)

        assert "reason     malformed" in shown
        assert "of         antara/0.json" in shown
        assert "· source   antara" in shown
        assert shown[-1] == ARTICLE.decode() + r"\x1b[2J\xff"

    def test_list_filters_and_gives_one_object_a_line(self, settings: Settings) -> None:
        one, other = fed(settings, ARTICLE, ARTICLE)
        (first,) = died(settings, one, BAD)
        died(settings, other, Dead(Reason.TOO_SLOW, ""))

        (line,) = lines(kawat(settings, "dead", "list", "--json", "--reason", "malformed").stdout)

        assert json.loads(line) == {
            "key": first,
            "stage": "parse",
            "topic": RAW.full_name(settings),
            "partition": one.partition,
            "offset": one.offset,
            "item": None,
            "reason": "malformed",
            "detail": "ninjs: unexpected end of JSON",
            "about": "antara/0.json",
            "feed": "antara",
            "locator": "0.json",
            "attempts": 1,
            "died": "2026-11-23T05:30:00Z",
            "size": len(ARTICLE),
            "sha256": None,
            "replayable": True,
        }
        assert kawat(settings, "dead", "list", "--stage", "enrich").stderr == b"no dead letters\n"

    def test_drop_ends_letters_without_sending_anything(self, settings: Settings) -> None:
        one, other = fed(settings, ARTICLE, ARTICLE)
        (first,) = died(settings, one, BAD)
        (second,) = died(settings, other, BAD)

        assert kawat(settings, "dead", "drop", first).stdout == b"dropped 1 dead letter\n"

        assert (keys(settings), len(on_raw(settings))) == ([second], 2)

    @pytest.mark.parametrize(
        ("arguments", "said"),
        [
            (("show", "parse:wire.raw:0:7"), "no dead letter has the key parse:wire.raw:0:7"),
            (("drop", "parse:wire.raw:0:7"), "no dead letter has the key"),
            (("replay",), "which ones?"),
            (("drop", "kunci", "--all"), "either keys, or --all"),
            (("list", "--reason", "bosan"), "'bosan' is not one of"),
        ],
    )
    def test_a_mistake_is_told_with_status_2(
        self, wire: Settings, arguments: tuple[str, ...], said: str
    ) -> None:
        done = kawat(wire, "dead", *arguments)

        assert done.returncode == 2
        assert said in done.stderr.decode()
        assert b"Traceback" not in done.stderr
