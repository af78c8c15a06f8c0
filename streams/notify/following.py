"""What a follow-up does to the deliveries of the alerts it follows. Pure.

Who has heard of an alert hears of what became of it. Who has not is spared both: what still waits is
cancelled, replaced by the follow-up, held, or let go again.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter
from typing import Literal

import msgspec

from processors.records import Alert, AlertKind
from streams.notify.deliveries import OPEN, Delivery

OVERTAKEN = ["overtaken"]  # the news of a retraction that nobody hears: another story had it first

Fate = Literal["cancelled", "held", "released"]

# What a follow-up of this kind does to an alert that waits, and to an earlier follow-up that waits.
_ALERTS: dict[AlertKind, Fate] = {
    "retraction": "cancelled",
    "weakened": "cancelled",
    "correction": "cancelled",
    "on_hold": "held",
    "restored": "released",
}
_WITH_TEXT: frozenset[AlertKind] = frozenset({"correction", "weakened", "restored"})
_FOLLOW_UPS: dict[AlertKind, tuple[Fate, frozenset[AlertKind]]] = {
    "retraction": ("cancelled", _WITH_TEXT | {"on_hold"}),
    "on_hold": ("held", _WITH_TEXT),
    "restored": ("released", _WITH_TEXT),
}
_REPLACING: frozenset[AlertKind] = frozenset({"weakened", "correction"})


@dataclass(frozen=True, slots=True)
class Told:
    """A channel that the follow-up goes to."""

    channel: str
    rule: str | None = None  # of the digest it goes in
    digest: str | None = None
    after: tuple[str, ...] = ()  # deliveries it may not overtake


@dataclass(frozen=True, slots=True)
class Consequences:
    changed: list[Delivery]  # as they are to be
    told: list[Told]


def consequences(follow_up: Alert, deliveries: Sequence[Delivery]) -> Consequences:
    """`deliveries`: all of the group that is followed and of what followed it before.

    What the follow-up has changed already, before a crash, counts as it was then.
    """
    others = [each for each in deliveries if each.alert != follow_up.id]
    ordered = sorted(others, key=lambda each: (each.channel, each.rank))
    changed: list[Delivery] = []
    told: list[Told] = []
    for channel, its in groupby(ordered, key=attrgetter("channel")):
        chain = list(its)
        fates = {each.id: fate for each in chain if (fate := _fate(follow_up, each))}
        changed += [_changed(each, fates[each.id], follow_up) for each in chain if each.id in fates]
        if telling := _telling(follow_up, channel, chain, fates):
            told.append(telling)
    return Consequences(changed, told)


def _fate(follow_up: Alert, delivery: Delivery) -> Fate | None:
    """What becomes of a delivery; None: it stays as it is."""
    wanted = _ALERTS.get(follow_up.kind)
    if delivery.follows is not None:
        wanted, kinds = _FOLLOW_UPS.get(follow_up.kind, (None, frozenset()))
        wanted = wanted if delivery.kind in kinds else None
    if wanted == "released":
        return "released" if delivery.state == "held" or delivery.then == "held" else None
    if wanted == "held":
        return "held" if delivery.state in (*OPEN, "failed") else None
    if wanted == "cancelled":
        return "cancelled" if delivery.state in (*OPEN, "failed", "held") else None
    return None


def _changed(delivery: Delivery, fate: Fate, follow_up: Alert) -> Delivery:
    changed = msgspec.structs.replace(delivery, by=follow_up.id, by_kind=follow_up.kind)
    if delivery.state == "sending":  # its sender learns of it when it records how that went
        changed.then = None if fate == "released" else fate
        return changed
    changed.state = "pending" if fate == "released" else fate
    if fate == "cancelled":
        changed.record = None
    return changed


def _telling(
    follow_up: Alert, channel: str, chain: Sequence[Delivery], fates: Mapping[str, Fate]
) -> Told | None:
    if follow_up.kind == "retraction" and follow_up.news == OVERTAKEN:
        return None
    ends = {each for each, fate in fates.items() if fate == "cancelled"}
    after = tuple(each.id for each in chain if _still_goes(each, fates.get(each.id)))
    if any(each.heard for each in chain):
        return Told(channel, after=after)
    instead = [each for each in chain if _stands_in(follow_up, each, ends)]
    if not instead:
        return None
    first = next((each for each in instead if each.digest is None), instead[0])
    return Told(channel, rule=first.rule, digest=first.digest, after=after)


def _still_goes(delivery: Delivery, fate: Fate | None) -> bool:
    if delivery.state == "sending":
        return True
    return fate == "released" or (delivery.state == "pending" and fate is None)


def _stands_in(follow_up: Alert, delivery: Delivery, ends: Collection[str]) -> bool:
    """Whether the follow-up takes the place of a delivery that will not be sent."""
    if follow_up.kind in _REPLACING:
        ended_by_this = delivery.state == "cancelled" and delivery.by == follow_up.id
        return delivery.follows is None and (delivery.id in ends or ended_by_this)
    return follow_up.kind == "restored" and delivery.state == "cancelled" and delivery.by_kind == "retraction"
