"""ninjs: what its three generations and Superdesk's dialect say of a story."""

import json
from contextlib import suppress
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from processors import formats
from processors.errors import Reason, Rejected
from processors.identity import UNTIL_FURTHER_NOTICE
from processors.records import Dateline, Item

URI = "tag:samudra.example,2026:kapal-patroli"
ONE: dict[str, Any] = {
    "uri": URI,
    "type": "text",
    "version": "3",
    "versioncreated": "2026-11-23T14:05:00+07:00",
    "pubstatus": "usable",
    "urgency": 3,
    "language": "id",
    "headline": "Enam Kapal Patroli Dibeli",
    "slugline": "kapal-patroli",
    "byline": "Ratri Anindya",
    "located": "Surabaya",
    "copyrightholder": "Samudra",
    "usageterms": "Untuk pelanggan",
    "ednote": "Foto menyusul",
    "keywords": ["kapal", "PT PAL"],
    "subject": [{"name": "pertahanan", "code": "11001000"}, {"code": "16000000"}],
    "genre": [{"name": "Berita", "code": "News"}],
    "infosource": [{"name": "Yonhap"}],
    "body_xhtml": "<p>PT PAL membangun <b>enam</b> kapal.</p><p>Yang pertama rampung pada 2028.</p>",
    "body_text": "PT PAL membangun enam kapal. Yang pertama rampung pada 2028.",
}
TWO: dict[str, Any] = {
    "uri": URI,
    "version": "1",
    "versioncreated": "2026-11-23T07:05:00Z",
    "pubstatus": "usable",
    "headlines": [
        {"role": "subhead", "value": "Dari Surabaya"},
        {"role": "main", "value": "Enam Kapal Dibeli"},
    ],
    "bodies": [
        {"role": "summary", "value": "Enam kapal."},
        {"role": "main", "contenttype": "text/plain", "value": "Satu. Dua."},
        {"role": "richtext", "contenttype": "application/xhtml+xml", "value": "<p>Satu.</p> <p>Dua.</p>"},
    ],
    "by": "Dari Surabaya, Ratri Anindya",
    "genres": [{"name": "Berita"}],
    "subjects": [{"name": "pertahanan"}],
    "infosources": [{"name": "Yonhap"}],
}
THREE: dict[str, Any] = {
    "uri": "https://samudra.example/berita/41",
    "versionCreated": "2026-11-23T07:05:00Z",
    "pubStatus": "usable",
    "embargoedUntil": "2026-11-25T09:00:00+07:00",
    "headlines": [{"value": "Enam Kapal Dibeli"}],
    "bodies": [{"contentType": "text/html", "value": "<div>Satu.<br>Dua.</div>"}],
    "edNote": "Foto menyusul",
    "usageTerms": "Untuk pelanggan",
    "copyrightNotice": "© 2026 Samudra",
    "infoSources": [{"name": "Yonhap"}],
}


def read_all(node: object) -> list[Item | Rejected]:
    return formats.read(json.dumps(node).encode())


def read(node: object) -> Item:
    [item] = read_all(node)
    assert isinstance(item, Item)
    return item


def test_the_first_generation_is_read_whole() -> None:
    item = read(ONE)
    assert item == Item(
        format="ninjs",
        body="PT PAL membangun enam kapal.\n\nYang pertama rampung pada 2028.",
        item_id=URI,
        provider="samudra.example",
        version=3,
        version_time=datetime(2026, 11, 23, 14, 5, tzinfo=timezone(timedelta(hours=7))),
        provider_status="usable",
        language="id",
        headline="Enam Kapal Patroli Dibeli",
        slugline="kapal-patroli",
        byline="Ratri Anindya",
        dateline=Dateline(place="Surabaya"),
        published=datetime(2026, 11, 23, 14, 5, tzinfo=timezone(timedelta(hours=7))),
        urgency=3,
        keywords=["kapal", "PT PAL"],
        subjects=["pertahanan", "16000000"],
        genre="Berita",
        ednote="Foto menyusul",
        usage_terms="Untuk pelanggan",
        copyright="Samudra",
        credited_sources=["Yonhap"],
    )


def test_the_second_generation_has_arrays_of_headlines_and_bodies() -> None:
    item = read(TWO)
    assert (item.headline, item.body, item.byline, item.genre, item.subjects, item.credited_sources) == (
        "Enam Kapal Dibeli",
        "Satu.\n\nDua.",
        "Dari Surabaya, Ratri Anindya",
        "Berita",
        ["pertahanan"],
        ["Yonhap"],
    )


def test_the_third_generation_is_in_camel_case() -> None:
    item = read(THREE)
    assert item.body == "Satu.\n\nDua."
    assert item.embargo_until == datetime(2026, 11, 25, 2, 0, tzinfo=UTC)
    assert (item.ednote, item.usage_terms, item.copyright) == (
        "Foto menyusul",
        "Untuk pelanggan",
        "© 2026 Samudra",
    )
    assert (item.url, item.provider) == ("https://samudra.example/berita/41", "samudra.example")


def test_superdesk_names_the_story_by_its_guid() -> None:
    item = read({**ONE, "guid": "urn:newsml:desk.example:2026-11-23:1", "uri": "https://desk.example/1"})
    assert (item.item_id, item.provider) == ("urn:newsml:desk.example:2026-11-23:1", "desk.example")


@pytest.mark.parametrize(
    ("said", "status", "change"),
    [
        (None, "usable", "new"),
        ("usable", "usable", "new"),
        ("withheld", "withheld", "hold"),
        ("canceled", "canceled", "kill"),
        ("cancelled", "canceled", "kill"),
        ("stat:canceled", "canceled", "kill"),
        ("Canceled", "canceled", "kill"),
        ("draft", "withheld", "hold"),  # outside the standard: held, not published
    ],
)
def test_the_status_is_the_items_own(said: str | None, status: str, change: str) -> None:
    item = read({**ONE, "pubstatus": said})
    assert (item.status, item.provider_status, item.change) == (status, said, change)


def test_a_kill_needs_no_text_at_all() -> None:
    item = read({"uri": URI, "versioncreated": "2026-11-23T14:05:00+07:00", "pubstatus": "canceled"})
    assert (item.status, item.body, item.headline) == ("canceled", "", None)


def test_a_kill_without_its_credits_has_the_provider_of_its_story() -> None:
    assert read({"uri": URI, "pubstatus": "canceled"}).provider == read(ONE).provider


@pytest.mark.parametrize(
    "signal",
    [
        "sig:correction",
        [{"qcode": "sig:correction"}],
        [{"uri": "http://cv.iptc.org/newscodes/signal/correction"}],
    ],
)
def test_a_signal_says_correction(signal: object) -> None:
    assert read({**ONE, "signal": signal}).change == "correction"


def test_a_rewrite_names_the_story_it_evolved_from() -> None:
    item = read({**ONE, "evolvedfrom": "urn:newsml:desk.example:old"})
    assert (item.change, item.corrects) == ("update", "urn:newsml:desk.example:old")


@pytest.mark.parametrize(
    ("said", "until"),
    [
        ("2026-11-25T09:00:00+07:00", datetime(2026, 11, 25, 2, 0, tzinfo=UTC)),
        ("2026-11-25T02:00:00+0000", datetime(2026, 11, 25, 2, 0, tzinfo=UTC)),
        ("besok pagi", UNTIL_FURTHER_NOTICE),
        (True, UNTIL_FURTHER_NOTICE),
        ("", None),
        (None, None),
    ],
)
def test_an_embargo_ends_when_it_says_or_not_until_further_notice(
    said: object, until: datetime | None
) -> None:
    assert read({**ONE, "embargoed": said}).embargo_until == until


def test_the_status_embargoed_without_a_time_holds_until_further_notice() -> None:
    assert read({**ONE, "pubstatus": "embargoed"}).embargo_until == UNTIL_FURTHER_NOTICE


def test_what_is_said_of_an_association_is_not_said_of_the_story() -> None:
    picture = {"uri": "x:1", "type": "picture", "pubstatus": "canceled", "embargoed": "2030-01-01T00:00:00Z"}
    story = {
        **ONE,
        "associations": {"main": picture, "related": {**ONE, "uri": "x:2", "pubstatus": "withheld"}},
    }
    item = read(story)
    assert (item.item_id, item.status, item.embargo_until) == (URI, "usable", None)


def test_a_package_is_its_stories_each_with_its_own_fate() -> None:
    members = {
        "main": ONE,
        "side": {**TWO, "uri": "x:2", "pubstatus": "withheld"},
        "picture": {"uri": "x:3", "type": "picture", "headline": "Kapal"},
        "reference": {"guid": "x:4", "type": "text"},
    }
    items = read_all({"uri": "x:package", "type": "composite", "associations": members})
    assert [(item.item_id, item.status) for item in items if isinstance(item, Item)] == [
        (URI, "usable"),
        ("x:2", "withheld"),
    ]


def test_a_member_that_breaks_the_format_costs_the_others_nothing() -> None:
    first, second = read_all([ONE, {"uri": "x:2", "type": "text", "pubstatus": "usable"}])
    assert isinstance(first, Item)
    assert isinstance(second, Rejected)
    assert second.reason == Reason.MALFORMED


def test_a_story_without_headline_and_body_is_malformed() -> None:
    with pytest.raises(Rejected, match="no headline and no body"):
        read({"uri": URI, "pubstatus": "usable", "versioncreated": "2026-11-23T14:05:00+07:00"})


def test_a_flash_is_a_headline_alone() -> None:
    assert read({"uri": URI, "pubstatus": "usable", "headline": "KAPAL TENGGELAM DI SELAT BALI"}).body == ""


def test_a_truncated_item_is_malformed_not_unknown() -> None:
    payload = json.dumps(ONE).encode()
    for end in (20, 200, 400, len(payload) - 1):
        with pytest.raises(Rejected) as refused:
            formats.read(payload[:end])
        assert refused.value.reason == Reason.MALFORMED


@pytest.mark.parametrize(
    ("said", "version"), [("0", 0), ("978556838", 978556838), (2, 2), ("drei", None), (None, None)]
)
def test_the_version_is_a_number_or_not_said(said: object, version: int | None) -> None:
    assert read({**ONE, "version": said}).version == version


def test_scripts_and_captions_are_no_text() -> None:
    figure = "<figure><img src='a'><figcaption>Foto: X</figcaption></figure>"
    body = f"<p>Satu.</p>{figure}<script>x()</script><p>Dua.</p>"
    assert read({**ONE, "body_xhtml": body}).body == "Satu.\n\nDua."


def test_plain_text_with_angle_brackets_stays_plain() -> None:
    node = {**ONE, "body_text": "Suhu < 5 derajat dan > 3 derajat."}
    del node["body_xhtml"]
    assert read(node).body == "Suhu < 5 derajat dan > 3 derajat."


values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["value", "role", "name", "type", "uri"]), inner, max_size=3)
    ),
    max_leaves=8,
)


@given(
    st.dictionaries(
        st.sampled_from([*ONE, *TWO, *THREE, "associations", "signal", "guid", "embargoed", "evolvedfrom"]),
        values,
    )
)
def test_values_of_any_type_under_its_keys_are_read_or_refused(node: dict[str, Any]) -> None:
    with suppress(Rejected):
        assert read_all({"uri": URI, "pubstatus": "usable", **node})


def test_deep_nesting_is_refused_not_fatal() -> None:
    with pytest.raises(Rejected):
        formats.read(b'{"uri": "x:1", "pubstatus": "usable", "a": ' + b"[" * 100_000)
