"""Alerts as the reference model says them: what they come to, each once."""

from collections.abc import Iterable

from processors.records import Alert
from tests.reference.alerts import Told


class Tellings:
    """Makes `Told` of alerts in the order in which they come out."""

    def __init__(self) -> None:
        self._ids: set[str] = set()
        self._versions: dict[str, tuple[str, int]] = {}  # of the groups that somebody was told of

    def told(self, alerts: Iterable[Alert]) -> list[Told]:
        """Sorted. What came before, and what follows an alert that no rule made, is told to nobody."""
        return sorted(filter(None, map(self._told, alerts)), key=repr)

    def _told(self, alert: Alert) -> Told | None:
        if alert.id in self._ids:
            return None
        self._ids.add(alert.id)
        if alert.follows is None:
            self._versions[alert.group] = alert.story, alert.order
            return Told(alert.kind, alert.story, alert.order, *_sides(alert))
        version = self._versions.get(alert.follows)
        if version is None or alert.news == ["overtaken"]:
            return None
        story, order = version
        return Told(alert.kind, story, alert.order, *_sides(alert), order, alert.remaining)


def _sides(alert: Alert) -> tuple[frozenset[str], frozenset[str]]:
    return frozenset(alert.deal.supplier_ids), frozenset(alert.deal.recipient_ids)
