"""What the desk is to see, in the order it happened, numbered; and where each reader of it stands.

The board is the only copy of the text that the monitor keeps, bounded in bytes: the oldest goes first, and
what was killed or put on hold goes at once. It knows neither the network nor the time.
"""

from collections import OrderedDict, defaultdict, deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

import msgspec

from processors.cards import AlertCard, Card, alert_card, blank, card
from processors.records import Alert, Document
from processors.wanted import Traits, Wanted

MIB = 1 << 20
_ALERTS = 500  # are kept
_FOLLOWED = 20_000  # stories a reader is told of although they no longer fit

_encode = msgspec.json.Encoder().encode


class Happening(NamedTuple):
    """A story's new card, or an alert's."""

    number: int
    story: str
    card: bytes  # JSON
    traits: Traits | None  # None: an alert, which everybody sees
    standing: bool  # False: withdrawn or on hold, which everybody hears of
    alerted: bool  # the story has made an alert
    size: int


@dataclass(slots=True)
class _Story:
    card: Card
    document: bytes  # JSON; empty where the story does not stand
    traits: Traits
    versions: list[Card] = field(default_factory=list)  # oldest first, each without text
    happenings: int = 0  # of it on the board


class Filter(NamedTuple):
    wanted: Wanted
    alerted: bool = False  # only stories that made an alert

    def passes(self, happening: Happening) -> bool:
        fits = happening.traits is not None and self.wanted.fits(happening.traits)
        return fits and (happening.alerted or not self.alerted)


class News(NamedTuple):
    """Cards as JSON, in order of arrival; a card that was replaced since is left out."""

    stories: list[bytes]
    alerts: list[bytes]

    def __bool__(self) -> bool:
        return bool(self.stories or self.alerts)


class Board:
    """Feed it in one thread; read it in the same."""

    def __init__(self, limit: int = 64 * MIB) -> None:
        """`limit` is of bytes, as counted here: some two thirds of what the process takes for it."""
        self._limit = limit
        self._size = 0
        self._log: deque[Happening] = deque()
        self._stories: OrderedDict[str, _Story] = OrderedDict()  # in order of their first arrival
        self._clusters: dict[str, dict[str, None]] = defaultdict(dict)  # cluster → its stories, oldest first
        self._alerts: OrderedDict[str, AlertCard] = OrderedDict()  # by id
        self.number = 0  # of the last thing that happened
        self.gone = 0  # of the last thing that is no longer on the board for its age

    # ── what happens ──────────────────────────────────────────────────────────────────────────────

    def story(self, document: Document, shown: datetime) -> Card:
        """A version that the desk shows."""
        known = self._stories.get(document.id)
        standing = document.status == "usable"
        if not standing:
            self._forget_words(document.id)
        elif known and known.card.cluster != document.cluster_id:
            self._leave_cluster(known.card)
        cluster = self._clusters[document.cluster_id] if document.cluster_id and standing else {}
        cluster.setdefault(document.id, None)
        made = msgspec.structs.replace(
            card(document, shown), alerts=self._alerts_of(document.id), copies=len(cluster) - 1
        )
        traits = Traits.of(document if standing else _wordless(document))
        versions = [each if standing else _wordless_card(each) for each in known.versions] if known else []
        self._put(_Story(made, _encode(document) if standing else b"", traits, [*versions, _bare(made)]))
        first = next(iter(cluster))
        if not known and first != document.id and first in self._stories:
            self._change(first, copies=len(cluster) - 1)
        return made

    def alert(self, alert: Alert) -> AlertCard:
        """An alert whose time has come. The same one again changes nothing."""
        if alert.id in self._alerts:
            return self._alerts[alert.id]
        made = alert_card(alert)
        story = self._stories.get(alert.story)
        self._put_alert(blank(made) if story is not None and story.card.status == "canceled" else made)
        if story is not None:
            self._change(alert.story, alerts=self._alerts_of(alert.story))
        return made

    def _put(self, story: _Story) -> None:
        id_ = story.card.id
        known = self._stories.get(id_)
        story.happenings = known.happenings if known else 0
        self._stories[id_] = story
        self._happens(id_, _encode(story.card), story)

    def _change(self, id_: str, **fields: int) -> None:
        story = self._stories[id_]
        story.card = msgspec.structs.replace(story.card, **fields)
        self._happens(id_, _encode(story.card), story)

    def _put_alert(self, alert: AlertCard) -> None:
        self._alerts[alert.id] = alert
        self._happens(alert.story, _encode(alert), None)
        if len(self._alerts) > _ALERTS:
            self._alerts.popitem(last=False)

    def _happens(self, id_: str, encoded: bytes, story: _Story | None) -> None:
        self.number += 1
        size = len(encoded)
        if story is not None:
            story.happenings += 1
            size += len(story.traits.text) + len(story.document)
        self._log.append(
            Happening(
                self.number, id_, encoded,
                traits=story.traits if story else None,
                standing=story is None or story.card.status == "usable",
                alerted=story is not None and story.card.alerts > 0,
                size=size,
            )
        )  # fmt: skip
        self._size += size
        while self._size > self._limit and len(self._log) > 1:
            self._drop_oldest()

    def _drop_oldest(self) -> None:
        oldest = self._log.popleft()
        self._size -= oldest.size
        self.gone = oldest.number
        story = self._stories.get(oldest.story)
        if oldest.traits is None or story is None:
            return
        story.happenings -= 1
        if not story.happenings:
            self._leave_cluster(story.card)
            del self._stories[oldest.story]

    def _leave_cluster(self, left: Card) -> None:
        if left.cluster in self._clusters:
            self._clusters[left.cluster].pop(left.id, None)
            if not self._clusters[left.cluster]:
                del self._clusters[left.cluster]

    def _forget_words(self, id_: str) -> None:
        """Everything that the board has said of the story; its alerts are shown again without words."""
        if known := self._stories.get(id_):
            known.happenings = 0
            self._leave_cluster(known.card)
        if known or any(alert.story == id_ for alert in self._alerts.values()):
            self._log = deque(each for each in self._log if each.story != id_)
            self._size = sum(each.size for each in self._log)
        for alert in [each for each in self._alerts.values() if each.story == id_]:
            self._put_alert(blank(alert))

    def _alerts_of(self, id_: str) -> int:
        return len({each.group for each in self._alerts.values() if each.story == id_})

    # ── what is to be seen ────────────────────────────────────────────────────────────────────────

    def since(self, number: int) -> Iterator[Happening]:
        """What has happened after this, oldest first."""
        later: list[Happening] = []
        for happening in reversed(self._log):
            if happening.number <= number:
                break
            later.append(happening)
        return reversed(later)

    def newest(self, ids: Sequence[str]) -> list[bytes]:
        """The cards of these stories as they are now, newest first by their arrival."""
        wanted = set(ids)
        return [_encode(story.card) for id_, story in reversed(self._stories.items()) if id_ in wanted]

    def alerts(self, most: int) -> list[AlertCard]:
        """Newest first."""
        return list(self._alerts.values())[::-1][:most]

    def find(self, id_: str) -> tuple[Card, bytes, list[Card]] | None:
        """A story's card, its document as JSON (empty where it does not stand) and its versions."""
        story = self._stories.get(id_)
        return (story.card, story.document, story.versions) if story else None

    def alerts_of(self, id_: str) -> list[AlertCard]:
        return [each for each in self.alerts(_ALERTS) if each.story == id_]

    def cluster(self, id_: str) -> list[Card]:
        """The other stories that are copies of this one, newest first."""
        story = self._stories.get(id_)
        members = self._clusters.get(story.card.cluster or "", {}) if story else {}
        others = [self._stories.get(each) for each in reversed(members) if each != id_]
        return [other.card for other in others if other is not None]


class Reader:
    """One place on the board, and what a filter lets through from there on.

    A story that it has been shown is followed: its later cards come although they no longer fit. What is
    withdrawn or put on hold comes whether it fits or not: who has the story on a screen must hear of it.
    """

    def __init__(self, board: Board, filter_: Filter, at: int | None = None) -> None:
        """At the board's end; or at `at`, a number that `can_resume` from, as one that has read so far."""
        self._board = board
        self._filter = filter_
        self._followed: OrderedDict[str, None] = OrderedDict()
        self.number = board.number if at is None else at
        for happening in board.since(0):
            if happening.number <= self.number and happening.traits is not None:
                self._shows(happening)

    @staticmethod
    def can_resume(board: Board, number: int) -> bool:
        return board.gone <= number <= board.number

    def everything(self, stories: int) -> list[bytes]:
        """The cards of all that its filter lets through up to its place, newest first, so many at most."""
        return self._board.newest(list(self._followed))[:stories]

    def read(self) -> News:
        """What has come since the last look."""
        stories: dict[str, bytes] = {}
        alerts: list[bytes] = []
        for happening in self._board.since(self.number):
            if happening.traits is None:
                alerts.append(happening.card)
                continue
            if self._shows(happening) or not happening.standing:
                stories.pop(happening.story, None)
                stories[happening.story] = happening.card
        self.number = self._board.number
        return News(list(stories.values()), alerts)

    def _shows(self, happening: Happening) -> bool:
        """Whether the story is on this reader's screen from here on."""
        if self._filter.passes(happening):
            self._followed[happening.story] = None
            if len(self._followed) > _FOLLOWED:
                self._followed.popitem(last=False)
        elif not happening.standing:
            self._followed.pop(happening.story, None)  # should it come back, it is as good as new
        return happening.story in self._followed


def _bare(shown: Card) -> Card:
    return msgspec.structs.replace(shown, beginning=None, persons=[], organisations=[], countries=[])


def _wordless_card(version: Card) -> Card:
    return msgspec.structs.replace(version, headline=None, slugline=None, byline=None, url=None)


def _wordless(document: Document) -> Document:
    return msgspec.structs.replace(document, headline=None, body="", entities=[], quotes=[], arms_deals=[])
