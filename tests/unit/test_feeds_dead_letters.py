"""The record of wire.dead-letters: nothing of what died is lost, and its key fits a command line."""

import shlex
from datetime import UTC, datetime
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from processors.errors import Reason
from streams import dead_letters
from streams.dead_letters import Letter
from streams.feeds.payload import Refused
from streams.message import Dead, Message, Produced
from streams.settings import Settings
from streams.topics import DEAD_LETTERS

DIED = datetime(2026, 11, 23, 5, 30, tzinfo=UTC)
CAME = datetime(2026, 11, 23, 5, 29, 59, 123000, tzinfo=UTC)
HEADERS = {"schema": b"1", "feed": b"antara", "locator": b"2026/a.json"}
RAW = Message("desk-wire.raw", 3, 141, CAME, b"antara/2026/a.json", b'{"uri": "tag:', HEADERS)
CUT = Dead(Reason.MALFORMED, "ninjs: unexpected end of JSON")


def read(produced: Produced) -> Letter:
    return dead_letters.letter(
        Message("wire.dead-letters", 0, 7, DIED, produced.key, produced.value, produced.headers)
    )


def test_a_letter_carries_the_bytes_and_says_what_happened() -> None:
    produced = dead_letters.record("parse", RAW, CUT, DIED)

    assert (produced.topic, produced.key) == (DEAD_LETTERS, b"parse:desk-wire.raw:3:141")
    assert produced.value == RAW.value
    assert read(produced) == Letter(
        key="parse:desk-wire.raw:3:141",
        stage="parse",
        topic="desk-wire.raw",
        partition=3,
        offset=141,
        item=None,
        reason="malformed",
        detail="ninjs: unexpected end of JSON",
        attempts=1,
        died=DIED,
        feed="antara",
        locator="2026/a.json",
        record_key=b"antara/2026/a.json",
        timestamp=CAME,
        size=13,
        sha256=None,
        is_whole=True,
        is_tombstone=False,
        original=HEADERS,
        position=7,
    )


def test_attempts_add_up_over_replays() -> None:
    replayed = Message("wire.raw", 0, 900, CAME, b"k", b"v", HEADERS | {"attempts": b"2"})

    letter = read(dead_letters.record("parse", replayed, Dead(Reason.KILLS_WORKER, "", attempts=2), DIED))

    assert letter.attempts == 4


def test_nonsense_in_the_attempts_counts_as_none() -> None:
    for nonsense in (b"banyak", b"", b"-1", b"9" * 400, "٣".encode()):
        message = Message("wire.raw", 0, 900, CAME, b"k", b"v", {"attempts": nonsense})

        assert read(dead_letters.record("parse", message, CUT, DIED)).attempts == 1


def test_a_record_without_value_leaves_no_tombstone() -> None:
    produced = dead_letters.record("parse", Message("wire.raw", 0, 1, CAME, None, None), CUT, DIED)

    assert produced.value == b""
    assert (read(produced).is_tombstone, read(produced).record_key) == (True, None)


def test_a_record_too_long_for_its_headers_is_cut_and_says_so() -> None:
    long = b"x" * Settings().record_limit
    letter = read(dead_letters.record("index", Message("wire.stories", 0, 1, CAME, b"k", long), CUT, DIED))

    assert (letter.size, letter.is_whole) == (len(long), False)


def test_what_the_feed_refused_is_named_by_feed_and_locator() -> None:
    refused = Refused(
        "wire.zip!besar.txt", Path("wire.zip"), Reason.TOO_LARGE, "9000000 bytes", 9_000_000, "ab12"
    )

    produced = dead_letters.refusal("antara", refused, DIED, Settings(namespace="desk"))
    letter = read(produced)

    assert produced.key == b"feed:desk-wire.raw:-:-:antara/wire.zip%21besar.txt"
    assert produced.value == b""
    assert (letter.about, letter.size, letter.sha256) == ("antara/wire.zip!besar.txt", 9_000_000, "ab12")
    assert (letter.partition, letter.offset, letter.is_whole) == (None, None, False)


@given(st.text(max_size=1000))
def test_a_key_is_one_word_of_a_shell_and_fits(item: str) -> None:
    key = dead_letters.record("parse", RAW, Dead(Reason.MALFORMED, "", item=item), DIED).key.decode()

    assert shlex.quote(key) == key
    assert len(key) <= len("parse:desk-wire.raw:3:141:") + 400


@given(st.text(max_size=300), st.text(max_size=300))
def test_different_items_have_different_keys(one: str, other: str) -> None:
    keys = {
        dead_letters.record("parse", RAW, Dead(Reason.MALFORMED, "", item=item), DIED).key
        for item in (one, other)
    }

    assert len(keys) == len({one, other})


@given(st.dictionaries(st.text(max_size=20), st.binary(max_size=50)), st.none() | st.binary())
def test_the_original_headers_come_back_as_they_were(headers: dict[str, bytes], key: bytes | None) -> None:
    message = Message("wire.raw", 0, 1, CAME, key, b"isi", headers)

    letter = read(dead_letters.record("parse", message, CUT, DIED))

    assert (letter.original, letter.record_key) == (headers, key)


@given(st.dictionaries(st.text(max_size=20), st.binary(max_size=50)), st.binary(), st.binary())
def test_any_record_on_the_topic_can_be_listed(headers: dict[str, bytes], key: bytes, value: bytes) -> None:
    dead_letters.letter(Message("wire.dead-letters", 0, 1, DIED, key, value, headers))
