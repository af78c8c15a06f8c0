"""For the tests: alerts as the alert stage sends them, and deliveries of them."""

from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from processors.records import Alert, AlertKind, Deal, Evidence
from streams.notify.deliveries import Delivery, State, delivery_id
from streams.notify.messages import deal_line

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


def evidence(text: str = "Jakarta akan membeli 11 Sukhoi Su-35 dari Rusia", **changes: Any) -> Evidence:
    said = Evidence(
        text=text, start=0, end=len(text), act="purchase", status="planned", grade="A", supplier=["Rusia"],
        recipient=["Jakarta"], goods=["Sukhoi Su-35"], claimant="Menteri Pertahanan", quantity="11",
        value=None, news=["deal"], why=["act: membeli"],
    )  # fmt: skip
    return msgspec.structs.replace(said, **changes)


def deal(**changes: Any) -> Deal:
    known = Deal(
        id="d1", family="transfer", supplier_ids=["RU"], recipient_ids=["ID"],
        goods_classes=["combat_aircraft"],
    )  # fmt: skip
    return msgspec.structs.replace(known, **changes)


def alert(number: int = 1, *, rule: str = "all", channels: list[str] | None = None, **changes: Any) -> Alert:
    """The alert of a rule about the deal that story `number` brought up."""
    group = f"antara:{number}@1/d{number}"
    made = Alert(
        id=f"{group}/{rule}", group=group, kind="new", rule=rule, rule_why=["supplier RU"],
        channels=channels or ["desk"], digest=None, deal=deal(id=f"d{number}"), news=["deal"],
        evidence=[evidence()], before=[], remaining=None, origins=["ANTARA"], outlets=["antara", "samudra"],
        first_alert=None, follows=None, story=f"antara:{number}", order=1, source="antara",
        headline="Indonesia akan membeli Su-35", language="id", url="https://antara.example/1",
        not_before=None, published=NOON, received=NOON, decided=NOON + timedelta(seconds=1),
    )  # fmt: skip
    return msgspec.structs.replace(made, **changes)


def follow_up(of: Alert, kind: AlertKind, number: int = 1, **changes: Any) -> Alert:
    group = f"{of.story}@{number + 1}/follow/{of.group}"
    return msgspec.structs.replace(
        of, id=group, group=group, kind=kind, rule=None, rule_why=[], channels=[], follows=of.group,
        first_alert=of.group, news=[], evidence=[] if kind == "retraction" else of.evidence, **changes,
    )  # fmt: skip


def delivery(of: Alert, channel: str = "desk", state: State = "pending", **changes: Any) -> Delivery:
    made = Delivery(
        id=delivery_id(of.id, channel), alert=of.id, group=of.group, follows=of.follows, kind=of.kind,
        rule=of.rule, channel=channel, digest=of.digest, title=deal_line(of.deal), deal=of.deal.id,
        source=of.source, story=of.story, state=state, rank=of.order, received=of.received, made=of.decided,
        since=of.decided, due=of.decided, record=of,
    )  # fmt: skip
    return msgspec.structs.replace(made, **changes)
