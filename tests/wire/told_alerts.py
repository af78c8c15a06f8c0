"""Records of wire.mentions and alerts for the tests, of deals and stories made up for them."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from processors.records import Alert, ArmsDeal, Claims, Deal, Evidence
from streams.elastic import alerts, indices
from streams.elastic.alerts import Stored
from streams.elastic.client import agents_client
from streams.settings import Settings

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
WORDS = "Kaledonia membeli dua belas rudal jelajah"  # stands for a publisher's words: looked for afterwards


def mention(
    supplier: str | None = "RU", recipient: str | None = "KP", words: str = WORDS, **more: Any
) -> ArmsDeal:
    """A complete one of grade A, said by the outlet, of missiles."""
    fields: dict[str, Any] = {
        "start": 0, "end": len(words), "evidence": words, "act": "purchase", "status": "reported",
        "supplier": [supplier] if supplier else [], "supplier_ids": [supplier] if supplier else [],
        "recipient": [recipient] if recipient else [], "recipient_ids": [recipient] if recipient else [],
        "goods": ["rudal"], "goods_classes": ["missiles"], "grade": "A", "why": ["act: membeli"],
    }  # fmt: skip
    return ArmsDeal(**(fields | more))


def claims(item_id: str = "1", minute: float = 0, *deals: ArmsDeal, version: int = 1, **more: Any) -> Claims:
    """What a version of a story says, `minute` minutes after noon; usable unless `status` says otherwise."""
    at = NOON + timedelta(minutes=minute)
    status = more.get("status", "usable")
    rank = {"usable": 0, "withheld": 2, "canceled": 3}[status]
    fields: dict[str, Any] = {
        "id": f"garuda:{item_id}", "source": "garuda", "item_id": item_id, "version": version,
        "order": int(at.timestamp() * 1000) * 1000 + version * 8 + rank, "status": status,
        "provider_status": status, "version_time": at, "change": "kill" if status == "canceled" else "new",
        "corrects": None, "embargo_until": None, "live": status == "usable", "language": "id",
        "headline": None if status == "canceled" else "Kaledonia beli rudal", "byline": None,
        "url": f"https://garuda.example/{item_id}", "published": at, "received": at, "credited_sources": [],
        "cluster_id": f"garuda:{item_id}", "fingerprint": f"{item_id}-{version}-{status}",
        "arms_deals": list(deals),
    }  # fmt: skip
    return Claims(**(fields | more))


def alert(
    item_id: str = "1", minute: float = 0, kind: str = "new", rule: str | None = "semua", **more: Any
) -> Alert:
    """An alert decided two seconds after the wire."""
    story = claims(item_id, minute)
    group = more.get("group", f"{story.id}@{story.order}/d1")
    deal = Deal(
        id="d1", family="transfer", supplier_ids=["RU"], recipient_ids=["KP"], goods_classes=["missiles"]
    )
    evidence = Evidence(
        text=WORDS, start=10, end=51, act="purchase", status="reported", grade="A", supplier=["Rusia"],
        recipient=["Korea Utara"], goods=["rudal jelajah"], claimant=None, quantity="dua belas", value=None,
        news=["deal"], why=["act: membeli"],
    )  # fmt: skip
    fields: dict[str, Any] = {
        "id": f"{group}/{rule}" if rule else group, "group": group, "kind": kind, "rule": rule,
        "rule_why": ["supplier RU"] if rule else [], "channels": ["stdout"] if rule else [], "digest": None,
        "deal": deal, "news": ["deal"], "evidence": [evidence], "before": [], "remaining": None,
        "origins": ["garuda"], "outlets": ["garuda"], "first_alert": None, "follows": None,
        "story": story.id, "order": story.order, "source": story.source, "headline": story.headline,
        "language": "id", "url": story.url, "not_before": None, "published": story.published,
        "received": story.received, "decided": story.received + timedelta(seconds=2),
    }  # fmt: skip
    return Alert(**(fields | more))


def stored(told: Alert) -> Stored:
    """As the alert stage indexes it."""
    item_id = told.story.partition(":")[2]
    minute = (told.received - NOON) / timedelta(minutes=1)
    return alerts.stored(told, claims(item_id, minute), [f"{told.deal.id}:media:reported"])


def index(settings: Settings, told: Sequence[Alert]) -> list[Stored]:
    """Indexes the alerts, to be found at once."""
    made = [stored(each) for each in told]

    async def write() -> None:
        async with agents_client(settings) as client:
            await indices.set_up(client, settings)
            await alerts.write(client, settings, made)
            await client.indices.refresh(index=settings.named(indices.ALERTS))

    asyncio.run(write())
    return made
