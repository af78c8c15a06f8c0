"""Plain text: how its bytes become letters, and its lines headline and body."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from processors import formats
from processors.errors import Reason, Rejected
from processors.formats.encoding import decode
from processors.records import Item

STORY = "Kementerian Pertahanan mengumumkan pembelian enam kapal patroli dari galangan di Surabaya."


def read(payload: bytes | str, format: str | None = None) -> Item:
    [item] = formats.read(payload.encode() if isinstance(payload, str) else payload, format=format)
    assert isinstance(item, Item)
    return item


def reason(payload: bytes, format: str | None = None) -> Reason:
    with pytest.raises(Rejected) as refused:
        formats.read(payload, format=format)
    return refused.value.reason


@pytest.mark.parametrize(
    ("encoding", "mark"),
    [
        ("utf-8", b""),
        ("utf-8", b"\xef\xbb\xbf"),
        ("utf-16-le", b"\xff\xfe"),
        ("utf-16-be", b"\xfe\xff"),
        ("utf-16-le", b""),
        ("utf-16-be", b""),
        ("utf-32-le", b"\xff\xfe\x00\x00"),
        ("cp1252", b""),
    ],
)
def test_text_is_read_in_the_encodings_that_wires_use(encoding: str, mark: bytes) -> None:
    text = "“Kami membeli enam kapal seharga €90 juta,” kata Menteri André di São Paulo."
    assert decode(mark + text.encode(encoding)) == text


def test_one_damaged_character_does_not_turn_a_utf8_text_into_windows_letters() -> None:
    text = "“Satu,” katanya. “Dua,” katanya. “Tiga,” katanya. "
    assert decode(text.encode() + "é".encode()[:1]) == text + "\ufffd"


def test_a_text_in_another_script_is_read_by_its_looks() -> None:
    text = "Министерство обороны сообщило о поставке ракет. Переговоры продолжаются в Москве. " * 5
    assert decode(text.encode("cp1251")) == text


@pytest.mark.parametrize("payload", [b"", b" \r\n\t ", b"\xef\xbb\xbf", b"\x00\x00", b"\xff\xfe"])
def test_a_payload_without_text_is_empty(payload: bytes) -> None:
    assert reason(payload) == Reason.EMPTY


def test_a_text_of_dashes_is_empty_too() -> None:
    assert reason(b"--- *** ---") == Reason.EMPTY


@pytest.mark.parametrize(
    "payload",
    [
        b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00\x00\x00",
        b"PK\x03\x04\x14\x00\x00\x00\x08\x00" + bytes(range(256)),
        "Halo dunia".encode("utf-16")[:-1],
    ],
)
def test_what_is_no_text_in_any_encoding_is_refused(payload: bytes) -> None:
    assert reason(payload) == Reason.BAD_ENCODING


@pytest.mark.parametrize(
    "payload",
    [b"<?xml version='1.0'?><newsItem/>", b"<html><p>Halo</p></html>", b'{"foo": 1}', b'[{"foo": 1}]'],
)
def test_markup_and_json_of_no_known_format_are_refused_as_unknown(payload: bytes) -> None:
    assert reason(payload) == Reason.UNKNOWN_FORMAT


def test_a_named_format_that_does_not_exist_is_refused_as_unknown() -> None:
    assert reason(STORY.encode(), format="teletype") == Reason.UNKNOWN_FORMAT


def test_a_named_format_beats_recognising_it() -> None:
    assert read('{"id": 7, "text": "Halo dunia."}', format="text").format == "text"


def test_a_few_stray_nuls_cost_nothing() -> None:
    assert read(STORY.replace("kapal", "ka\x00pal") * 3).format == "text"


def test_a_short_first_line_before_a_blank_one_is_the_headline() -> None:
    item = read(f"Indonesia Beli Enam Kapal Patroli\r\n\r\nSurabaya (ANTARA) - {STORY}\r\n")
    assert item.headline == "Indonesia Beli Enam Kapal Patroli"
    assert item.body == f"Surabaya (ANTARA) - {STORY}"


@pytest.mark.parametrize(
    "first",
    [
        STORY,  # a sentence
        "JAKARTA, WARTANESIA.com –",  # a dateline on a line of its own
        '"Kami tidak membeli apa pun,"',  # a quotation
        "Oleh: Ratri Anindya",
        "harga emas hari ini",  # a text all in lower case has no headline to tell
    ],
)
def test_a_first_line_of_another_kind_is_no_headline(first: str) -> None:
    assert read(f"{first}\n\n{STORY}\n").headline is None


def test_what_stands_before_the_headline_does_not_hide_it() -> None:
    item = read(
        f"Bagikan:\n\nEMBARGO hingga 25 November 2026 pukul 09.00 WIB\n\nEnam Kapal Dibeli\n\n{STORY}"
    )
    assert item.headline == "Enam Kapal Dibeli"


def test_header_lines_fill_their_fields() -> None:
    item = read(f"SLUG: kapal-patroli\nJUDUL: Enam Kapal Dibeli\nKata kunci: kapal, PT PAL\n\n{STORY}")
    assert (item.slugline, item.headline, item.keywords) == (
        "kapal-patroli",
        "Enam Kapal Dibeli",
        ["kapal", "PT PAL"],
    )
    assert item.body == STORY


def test_a_line_of_id_and_text_is_a_story_with_that_id() -> None:
    item = read('{"id": "kilas-17", "text": "Enam Kapal Dibeli\\n\\n' + STORY + '", "quotes": []}')
    assert (item.format, item.item_id, item.headline, item.body) == (
        "jsontext",
        "kilas-17",
        "Enam Kapal Dibeli",
        STORY,
    )


def test_the_id_may_be_a_number() -> None:
    assert read('{"id": 17, "text": "Halo dunia."}').item_id == "17"


@pytest.mark.parametrize("cut", [12, 40, -1])
def test_a_truncated_line_of_json_is_malformed(cut: int) -> None:
    line = ('{"text": "' + STORY + '", "id": "kilas-17"}').encode()
    assert reason(line[:cut]) == Reason.MALFORMED


@given(st.binary(max_size=400))
def test_any_bytes_are_read_or_refused(payload: bytes) -> None:
    try:
        items = formats.read(payload)
    except Rejected:
        return
    assert items


@given(st.sampled_from(sorted(formats.FORMATS)), st.binary(max_size=200))
def test_any_bytes_in_a_named_format_are_read_or_refused(name: str, payload: bytes) -> None:
    with suppress(Rejected):
        assert formats.read(payload, format=name)


def test_an_embargo_line_is_left_for_cleaning() -> None:
    assert read(f"EMBARGO hingga 25 November 2026 pukul 09.00 WIB\n\n{STORY}").embargo_until is None
