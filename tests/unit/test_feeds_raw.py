"""The record of wire.raw: what the feeder says is what the stages read."""

from contextlib import suppress
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from processors.errors import Reason, Rejected
from processors.records import Origin
from streams import raw
from streams.message import Message, Produced
from streams.topics import RAW

NOW = datetime(2026, 11, 23, 5, 30, tzinfo=UTC)
TEXT = st.text(min_size=1, max_size=60)


def consumed(produced: Produced, **headers: bytes) -> Message:
    return Message("wire.raw", 3, 141, NOW, produced.key, produced.value, dict(produced.headers) | headers)


def test_a_payload_keeps_its_bytes_and_its_key_names_feed_and_locator() -> None:
    produced = raw.record("antara", "2026/a.txt", b"\xff\x00 isi")

    assert (produced.topic, produced.key, produced.value) == (RAW, b"antara/2026/a.txt", b"\xff\x00 isi")


@given(TEXT, TEXT, st.none() | TEXT, st.none() | TEXT)
def test_the_origin_is_what_the_feeder_said(
    feed: str, locator: str, source: str | None, format: str | None
) -> None:
    message = consumed(raw.record(feed, locator, b"", source, format))

    assert raw.origin(message) == Origin(
        feed=feed, locator=locator, received=NOW, source=source, format=format
    )


def test_a_replayed_payload_was_received_when_it_first_came() -> None:
    message = consumed(raw.record("antara", "a.txt", b""), received=b"2026-11-01T08:00:00+07:00")

    assert raw.origin(message).received == datetime(2026, 11, 1, 1, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("headers", "detail"),
    [
        ({"schema": b"2"}, "schema 2 is newer than 1"),
        ({"schema": b"9" * 50}, "is newer than 1"),
        ({"schema": b"satu"}, "header schema is 'satu', not a number"),
        ({"schema": "١".encode()}, "not a number"),
        ({"schema": b""}, "no header schema"),
        ({"feed": b""}, "no header feed"),
        ({"locator": b"\xff"}, "header locator is not UTF-8"),
        ({"received": b"kemarin"}, "not a time with its zone"),
        ({"received": b"2026-11-23T05:30:00"}, "not a time with its zone"),
    ],
)
def test_nonsense_in_the_headers_is_a_bad_record(headers: dict[str, bytes], detail: str) -> None:
    message = consumed(raw.record("antara", "a.txt", b"isi"), **headers)

    with pytest.raises(Rejected) as refused:
        raw.origin(message)

    assert refused.value.reason is Reason.BAD_RECORD
    assert detail in refused.value.detail


@given(st.dictionaries(st.sampled_from(["schema", "feed", "locator", "received", "source"]), st.binary()))
def test_no_headers_whatever_raise_anything_else(headers: dict[str, bytes]) -> None:
    with suppress(Rejected):
        raw.origin(consumed(raw.record("antara", "a.txt", b"isi"), **headers))
