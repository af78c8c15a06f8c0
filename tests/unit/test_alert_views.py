"""How alerts look to people, and what `kawat rules test` makes of stories, without servers."""

from datetime import UTC
from io import StringIO

import msgspec
import pytest
from rich.console import Console

from processors import alert_rules
from processors.records import Deal
from streams.commands.alert_views import deal_line, latency, line, print_table, styled_line
from streams.commands.rules import would_alert
from tests.wire.told_alerts import alert, claims, mention, stored


def deal(suppliers: list[str], recipients: list[str], family: str = "transfer", **more: object) -> Deal:
    fields = {"id": "d", "family": family, "supplier_ids": suppliers, "recipient_ids": recipients}
    return msgspec.convert({"goods_classes": [], **fields, **more}, Deal)


@pytest.mark.parametrize(
    ("known", "shown"),
    [
        (deal(["RU"], ["KP"], goods_classes=["missiles"]), "RU → KP · missiles"),
        (deal(["org:pt-pindad"], []), "pt-pindad → ? · arms"),
        (deal(["IN", "RU"], [], directed=False), "IN – RU · arms"),
        (
            deal(["US"], [], "restriction", goods_classes=["armour", "drones"]),
            "restriction: US → ? · armour, drones",
        ),
    ],
)
def test_a_deal_reads_by_the_ids_of_its_parties(known: Deal, shown: str) -> None:
    assert deal_line(known) == shown


def test_a_line_has_no_line_break_and_nothing_that_a_terminal_obeys() -> None:
    told = alert(headline="Baris\nbaru \x1b[31mmerah")
    told.evidence[0].text = "satu\n\ndua \x1b[2J" + "kata " * 100
    printed = line(stored(told), UTC)
    assert "\n" not in printed
    assert "\x1b" not in printed
    assert printed.startswith("20 Nov 2026 12:00  new  RU → KP · missiles  “satu dua [2Jkata")
    assert " …”  garuda  " in printed
    assert "\x1b" not in styled_line(stored(told), UTC).plain


def test_a_narrow_terminal_holds_the_table() -> None:
    out = StringIO()
    print_table([stored(alert()), stored(alert(rule=None, evidence=[]))], 2, UTC, Console(file=out, width=72))
    assert max(map(len, out.getvalue().splitlines())) <= 72
    assert "2 of 2 alerts" in out.getvalue()


def test_latency_is_from_the_wire_to_the_decision() -> None:
    assert latency(alert()) == 2.0


def test_tried_on_stories_the_rules_alert_of_each_news_once() -> None:
    stories = [
        claims("1", 0, mention()),
        claims("2", 1, mention()),
        claims("3", 2, mention(status="denied", claimant_kind="government", claimant_country="RU")),
    ]
    told = list(would_alert(stories, alert_rules.default()))
    assert [(each.kind, each.story) for each in told] == [("new", "garuda:1"), ("development", "garuda:3")]
    assert [each.decided for each in told] == [stories[0].received, stories[2].received]
