"""An alert becomes its deliveries: one for each channel, durable before the record is acknowledged.

An alert is routed once. What comes again, after a crash or when the wire is fed anew, finds the note that
it was, whatever channels its rule names by then.
"""

import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime

import msgspec

from processors.alert_rules import Rules
from processors.errors import TryLater
from processors.records import Alert
from streams import metrics
from streams.elastic.feedback import Entry
from streams.notify.deliveries import Deliveries, Delivery, Refused, Stored, delivery_id
from streams.notify.following import Told, consequences
from streams.notify.messages import deal_line
from streams.notify.mutes import Mutes, muting
from streams.notify.timing import first_due

ROUNDS = 10

Offer = Callable[[Sequence[Stored]], None]


class Router:
    """`offer` is shown every delivery that may go, so that none waits to be found."""

    def __init__(self, deliveries: Deliveries, mutes: Mutes, rules: Rules, offer: Offer) -> None:
        self._deliveries = deliveries
        self._mutes = mutes
        self._zone = rules.zone
        self._offer = offer
        self._rank = 0

    async def route(self, alerts: Sequence[Alert]) -> list[str | None]:
        """Durable when it returns. For each alert None, or why Elasticsearch refuses it.

        Raises TryLater where Elasticsearch does not answer: all may come again.
        """
        notes = [delivery_id(alert.id, "") for alert in alerts]
        routed = await self._deliveries.get(notes)
        once: dict[str, Alert] = {}
        for alert, note in zip(alerts, notes, strict=True):
            if note not in routed:
                once.setdefault(alert.id, alert)
        fresh = list(once.values())
        refused: dict[str, str] = {}
        first: list[Alert] = []
        for alert in fresh:
            if alert.follows is None:
                first.append(alert)
                continue
            refused |= await self._create(await self._first(first))  # what it follows may be among them
            first.clear()
            refused |= await self._create(await self._following(alert))
        refused |= await self._create(await self._first(first))
        await self._create([self._note(alert) for alert in fresh if alert.id not in refused])
        return [refused.get(alert.id) for alert in alerts]

    async def _first(self, alerts: Sequence[Alert]) -> list[Delivery]:
        if not alerts:
            return []
        now = datetime.now(UTC)
        mutes = await self._mutes.current(now)
        return [
            self._delivery(alert, Told(channel, alert.rule, alert.digest), now, muting(mutes, alert))
            for alert in alerts
            for channel in dict.fromkeys(alert.channels)
        ]

    async def _following(self, alert: Alert) -> list[Delivery]:
        """Changes the deliveries of what it follows and returns its own."""
        for _ in range(ROUNDS):
            stored = await self._deliveries.of_group(alert.follows or "")
            by_id = {each.delivery.id: each for each in stored}
            planned = consequences(alert, [each.delivery for each in stored])
            now = datetime.now(UTC)
            changes = [
                Stored(self._rescheduled(each, now), by_id[each.id].seq_no, by_id[each.id].primary_term)
                for each in planned.changed
            ]
            written = await self._deliveries.replace(changes)
            for each in written:
                if each is not None and each.delivery.state != "sending":
                    _count(each.delivery.channel, each.delivery.state)
            self._offer([each for each in written if each and each.delivery.state == "pending"])
            if None not in written:  # else a sender was at one of them: look again
                return [self._delivery(alert, told, now) for told in planned.told]
        raise TryLater(f"the deliveries of {alert.follows} keep changing")

    def _rescheduled(self, delivery: Delivery, now: datetime) -> Delivery:
        """Lets a delivery that was held wait for its digest again, and gives it its full time."""
        if delivery.state != "pending":
            return delivery
        due = max(delivery.due, first_due(delivery.digest, None, now, self._zone))
        return msgspec.structs.replace(delivery, due=due, since=due)

    async def _create(self, deliveries: Sequence[Delivery]) -> dict[str, str]:
        """Returns, by alert, why it was refused."""
        refused: dict[str, str] = {}
        created: list[Stored] = []
        for delivery, result in zip(deliveries, await self._deliveries.create(deliveries), strict=True):
            if isinstance(result, Refused):
                refused[delivery.alert] = result.detail
            if isinstance(result, Stored) and delivery.state != "routed":
                created.append(result)
                _count(delivery.channel, delivery.state)
        self._offer([each for each in created if each.delivery.state == "pending"])
        return refused

    def _delivery(self, alert: Alert, told: Told, now: datetime, mute: Entry | None = None) -> Delivery:
        due = first_due(told.digest, alert.not_before, now, self._zone)
        return msgspec.structs.replace(
            self._note(alert),
            id=delivery_id(alert.id, told.channel),
            rule=told.rule,
            channel=told.channel,
            digest=told.digest,
            state="muted" if mute else "pending",
            by=mute.id if mute else None,
            since=due,
            due=due,
            after=list(told.after),
            record=None if mute else alert,
        )

    def _note(self, alert: Alert) -> Delivery:
        self._rank = max(self._rank + 1, time.time_ns() // 1000)
        now = datetime.now(UTC)
        return Delivery(
            id=delivery_id(alert.id, ""),
            alert=alert.id,
            group=alert.group,
            follows=alert.follows,
            kind=alert.kind,
            rule=alert.rule,
            channel="",
            digest=None,
            title=deal_line(alert.deal),
            deal=alert.deal.id,
            source=alert.source,
            story=alert.story,
            state="routed",
            rank=self._rank,
            received=alert.received,
            made=now,
            since=now,
            due=now,
        )


def _count(channel: str, state: str) -> None:
    metrics.DELIVERIES.labels(channel, state).inc()
