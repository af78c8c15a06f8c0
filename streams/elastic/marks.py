"""The alerts that people marked, with what they said of them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec
from elasticsearch import Elasticsearch

from processors.feedback import Feedback
from processors.precision import Fired, verdicts
from streams.elastic import alert_queries, feedback
from streams.elastic.alert_queries import Search
from streams.elastic.alerts import Stored
from streams.elastic.feedback import Entry
from streams.settings import Settings

_GROUPS = 500  # asked for at once
_MOST = 10_000


@dataclass(frozen=True, slots=True)
class Marked:
    entries: Sequence[Entry]  # all marks of these alerts, oldest first
    alerts: Sequence[Stored]

    @property
    def fired(self) -> list[Fired]:
        return [Fired(alert.rule, alert.group) for alert in self.alerts if alert.rule]

    def annotations(self) -> Iterator[dict[str, Any]]:
        """One for each group that is marked true or false: the verdict, and what it was given on."""
        by_group = {alert.group: alert for alert in self.alerts}
        for group, mark in verdicts(self.entries).items():
            if group in by_group:
                yield _annotation(mark, by_group[group])


def marked(client: Elasticsearch, settings: Settings, since: datetime | None) -> Marked:
    """What was alerted since then and marked at any time. Raises the client's ApiError and TransportError."""
    entries = [each for each in feedback.all_entries(client, settings) if each.group is not None]
    groups = sorted({each.group for each in entries if each.group})
    alerts: list[Stored] = []
    for start in range(0, len(groups), _GROUPS):
        some = Search(groups=groups[start : start + _GROUPS], since=since, everything=True, size=_MOST)
        alerts += alert_queries.search(client, settings, some).alerts
    told = {alert.group for alert in alerts}
    return Marked([each for each in entries if each.group in told], alerts)


def _annotation(mark: Feedback, alert: Stored) -> dict[str, Any]:
    return {
        "id": alert.story,
        "order": alert.order,
        "language": alert.language,
        "headline": alert.headline,
        "deal": msgspec.to_builtins(alert.deal),
        "group": alert.group,
        "right": mark.action == "true",
        "note": mark.note,
        "who": mark.who,
        "at": mark.at,
        "arms_deals": [msgspec.to_builtins(each) for each in alert.evidence],
    }
