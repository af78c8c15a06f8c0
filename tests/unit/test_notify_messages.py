"""How an alert reads."""

from datetime import timedelta

import msgspec

from processors.records import Alert
from streams.notify.messages import Message, body, deal_line, text, title
from tests.notified import NOON, alert, deal, evidence, follow_up


def message(*alerts: Alert, language: str = "en") -> Message:
    return Message(key="k", channel="desk", language=language, alerts=alerts, at=NOON + timedelta(seconds=2))


def test_an_alert_says_what_is_new_who_says_so_where_and_why_it_fired() -> None:
    assert text(message(alert())).splitlines() == [
        "NEW · arms deal: Russia → Indonesia: combat aircraft",
        "New: deal",
        "• “Jakarta akan membeli 11 Sukhoi Su-35 dari Rusia”",
        "  planned, purchase, grade A; claimed by Menteri Pertahanan; quantity 11",
        "Origins 1: ANTARA",
        "Outlets 2: antara, samudra",
        "Rule all: supplier RU",
        "“Indonesia akan membeli Su-35” (antara, 2026-11-20 12:00 UTC)",
        "https://antara.example/1",
        "Document: antara:1",
        "This alert: kawat alerts --show 'antara:1@1/d1/all'",
        "2.0 s after the wire.",
    ]


def test_in_indonesian_too() -> None:
    assert (
        title(message(alert(), language="id"))
        == "BARU · transaksi senjata: Rusia → Indonesia: pesawat tempur"
    )
    assert "direncanakan, pembelian, mutu A; menurut Menteri Pertahanan" in text(
        message(alert(), language="id")
    )


def test_the_first_alert_of_the_deal_is_named() -> None:
    shown = text(message(alert(kind="development", first_alert="antara:0@1/d1")))
    assert "First alert: kawat alerts --show 'antara:0@1/d1'" in shown


def test_a_correction_shows_before_and_after() -> None:
    correction = follow_up(alert(), "correction", before=[evidence("membeli 11 Su-35")])
    correction.evidence = [evidence("membeli 12 Su-35")]
    lines = text(message(correction)).splitlines()
    before, after = lines.index("Before:"), lines.index("Now:")
    assert "membeli 11 Su-35" in lines[before + 1]
    assert "membeli 12 Su-35" in lines[after + 1]
    assert "What was alerted: kawat alerts --show 'antara:1@1/d1'" in lines


def test_weakened_says_how_many_origins_stand() -> None:
    assert "2 origins still stand." in text(message(follow_up(alert(), "weakened", remaining=2)))
    assert "1 origin still stands." in text(message(follow_up(alert(), "weakened", remaining=1)))


def test_a_retraction_repeats_nothing_of_the_story() -> None:
    taken_back = follow_up(alert(), "retraction")
    taken_back.evidence = [evidence()]  # though it were there
    taken_back.before = [evidence()]
    for shown in (text(message(taken_back)), body(message(taken_back)).decode()):
        assert "Su-35" not in shown
        assert "Sukhoi" not in shown
        assert "antara.example" not in shown
    assert title(message(taken_back)) == "RETRACTED · arms deal: Russia → Indonesia: combat aircraft"


def test_of_a_story_that_was_killed_while_the_alert_waited_nothing_is_repeated() -> None:
    late = Message(
        key="k", channel="desk", language="en", alerts=[alert()], at=NOON, killed=frozenset({"antara:1"})
    )
    assert "Su-35" not in text(late) + body(late).decode()
    assert "The story was killed since; its text is not repeated." in text(late)


def test_parties_that_are_no_states_go_by_the_name_in_the_story_or_their_id() -> None:
    unnamed = deal(supplier_ids=[], recipient_ids=["org:hizbullah"], goods_classes=[])
    assert title(message(alert(deal=unnamed))) == "NEW · arms deal: Rusia → hizbullah: military goods"


def test_a_deal_without_direction_names_both_sides_alike() -> None:
    both = deal(supplier_ids=["KR", "PL"], recipient_ids=[], directed=False)
    assert title(message(alert(deal=both))) == "NEW · arms deal: South Korea – Poland: combat aircraft"


def test_a_digest_says_what_it_holds_by_deal_and_the_same_words_once() -> None:
    copy = alert(2, deal=deal())
    other = alert(3, deal=deal(id="d3", supplier_ids=["FR"], goods_classes=["warships"]))
    whole = Message(
        key="k",
        channel="desk",
        language="en",
        alerts=[alert(deal=deal()), copy, other],
        at=NOON,
        digest="all",
    )
    assert title(whole) == "DIGEST all: 3 alerts on 2 deals"
    shown = text(whole)
    assert shown.count("arms deal: Russia → Indonesia: combat aircraft") == 1
    assert shown.count("arms deal: France → Indonesia: warships") == 1
    assert shown.count("Jakarta akan membeli") == 2  # once a deal
    assert "kawat alerts --show 'antara:2@1/d2/all'" in shown


def test_a_program_gets_the_record_the_text_and_the_latency() -> None:
    sent = msgspec.json.decode(body(message(alert())))
    assert (sent["id"], sent["type"], sent["channel"]) == ("k", "alert", "desk")
    assert sent["text"].startswith("NEW · arms deal")
    [record] = sent["alerts"]
    assert record["seconds_from_wire"] == 2.0
    assert record["evidence"][0]["start"] == 0
    assert record["deal"]["supplier_ids"] == ["RU"]


def test_the_line_that_is_kept_of_a_deal_has_no_words_of_a_publisher() -> None:
    assert deal_line(deal()) == "transfer: RU → ID: combat_aircraft"
    assert deal_line(deal(recipient_ids=[], goods_classes=[])) == "transfer: RU → ?: -"
