"""Stories that tell of arms deals, for the tests of alerting: what they say, without the words around it."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

from processors import alerts
from processors.alert_rules import Channel, Rule, Rules
from processors.alerts import State
from processors.decisions import Decision
from processors.records import Alert, ArmsDeal, Claims

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
EVERYTHING = Rules(
    rules=(Rule(name="all"), Rule(name="daily", digest="daily 07:00")),
    channels={"stdout": Channel(name="stdout", type="stdout")},
)


def mention(
    supplier: str = "RU", recipient: str = "KP", goods: str = "missiles", /, start: int = 0, **fields: Any
) -> ArmsDeal:
    """A mention of grade A: parties and classes as ids with blanks between."""
    said: dict[str, Any] = {
        "start": start,
        "end": start + 40,
        "evidence": f"sentence {start}",
        "act": "delivery",
        "status": "reported",
        "supplier": supplier.split(),
        "recipient": recipient.split(),
        "supplier_ids": supplier.split(),
        "recipient_ids": recipient.split(),
        "goods": goods.split(),
        "goods_classes": goods.split(),
        "grade": "A",
    }
    return ArmsDeal(**said | fields)


def government(country: str, **fields: Any) -> dict[str, Any]:
    """What a mention says that a government is behind."""
    return {"claimant": country, "claimant_kind": "government", "claimant_country": country, **fields}


def claims(story: str, *mentions: ArmsDeal, version: int = 1, **fields: Any) -> Claims:
    """A version of a story, "source:item"; its order follows its number."""
    source, _, item = story.partition(":")
    status = fields.get("status", "usable")
    rank = {"usable": 0, "withheld": 2, "canceled": 3}[status]
    sent = NOON + timedelta(minutes=version)
    said: dict[str, Any] = {
        "id": story,
        "source": source,
        "item_id": item,
        "version": version,
        "order": version * 60_000_000 + version * 8 + rank,
        "status": status,
        "provider_status": status,
        "version_time": sent,
        "change": "new" if version == 1 else "update",
        "corrects": None,
        "embargo_until": None,
        "live": status == "usable",
        "language": "id",
        "headline": f"Headline of {story}",
        "byline": None,
        "url": f"https://example.org/{item}",
        "published": sent,
        "received": sent,
        "credited_sources": [],
        "cluster_id": story,
        "fingerprint": f"{story}/{version}/{status}",
        "arms_deals": list(mentions),
    }
    return Claims(**said | fields)


class Desk:
    """An alert stage without a topic: tells it stories, keeps what it decided."""

    def __init__(self, rules: Rules = EVERYTHING) -> None:
        self.rules = rules
        self.state = State()
        self.decisions: dict[str, Decision] = {}
        self.at = NOON

    def hears(self, claims: Claims, *, after: timedelta = timedelta(minutes=1)) -> list[Alert]:
        """The alerts of a record; of one that came before, those of its decision again."""
        self.at += after
        if self.state.has_decided(claims):
            stored = self.decisions[alerts.decision_id(claims.id, claims.order)]
            return alerts.render(stored, claims, self.rules)
        decision = alerts.decide(self.state, claims, self.at)
        if decision is None:
            return []
        self.decisions[decision.id] = decision
        alerts.apply(self.state, decision)
        return alerts.render(decision, claims, self.rules)

    def told(self, claims: Claims, **fields: Any) -> list[tuple[str, list[str]]]:
        """Kind and news of what is told at once, follow-ups included."""
        return [(alert.kind, alert.news) for alert in at_once(self.hears(claims, **fields))]


def at_once(told: Iterable[Alert]) -> list[Alert]:
    return [alert for alert in told if alert.digest is None]


def folded(decisions: Iterable[Decision]) -> State:
    """The state that a worker rebuilds."""
    state = State()
    for decision in sorted(decisions, key=lambda each: each.seq):
        alerts.apply(state, decision)
    return state
