"""Alerts as the reference model says them: what they come to, each once."""

from collections.abc import Iterable

from processors.records import Alert
from tests.reference.alerts import Told


class Tellings:
    """Makes `Told` of alerts in the order in which they come out."""

    def __init__(self) -> None:
        self._ids: set[str] = set()
        self._firsts: dict[str, Alert] = {}  # by group: what somebody was told, or will be

    def told(self, alerts: Iterable[Alert]) -> list[Told]:
        """Sorted. What came before, and what follows an alert that no rule made, is told to nobody."""
        return sorted(filter(None, map(self._told, alerts)), key=repr)

    def _told(self, alert: Alert) -> Told | None:
        if alert.id in self._ids:
            return None
        self._ids.add(alert.id)
        if alert.follows is None:
            self._firsts[alert.group] = alert
            return Told(alert.kind, alert.story, alert.order, *_sides(alert))
        first = self._firsts.get(alert.follows)
        if first is None or (alert.kind == "retraction" and _is_early(alert, first)):
            return None
        return Told(alert.kind, first.story, alert.order, *_sides(alert), first.order, alert.remaining)


def _is_early(retraction: Alert, first: Alert) -> bool:
    """Taken back under its embargo: that is told to nobody, as nobody was told."""
    return first.not_before is not None and first.not_before > retraction.decided


def _sides(alert: Alert) -> tuple[frozenset[str], frozenset[str]]:
    return frozenset(alert.deal.supplier_ids), frozenset(alert.deal.recipient_ids)
