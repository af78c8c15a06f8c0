"""Which story is a copy of which: every version of a story gets the id of the first story of its cluster.

- A story whose text is similar to one that came within the window joins its cluster, else founds its own.
- A story keeps its cluster, whatever becomes of its text, unless its newest version is similar to another
  story and no longer to its own version before; an older version that comes late gets what it would have got.
- The same version again gets the same cluster again. A story that came again, in whatever version, counts
  from then on.
- A killed story's text is compared to nothing any more, until it is revived.

Decisions depend on the documents, the times given with them and their order, and on nothing else: a
`Remembered` for each, recalled in the same order, restores the state they left behind.
"""

from datetime import timedelta
from typing import NamedTuple

import msgspec

from processors import story_life
from processors.duplicates import THRESHOLD, Signature, decoded, encoded
from processors.neighbours import Neighbours
from processors.records import Document
from processors.story_life import Kill, Version

WINDOW = timedelta(hours=72)
_WINDOW_MS = WINDOW // timedelta(milliseconds=1)


class Life(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """What a story's versions have come to so far."""

    head: Version  # the newest, of whatever status
    clusters: tuple[tuple[int, str], ...]  # from which order on it was in which cluster
    kill: Kill | None = None
    revival: Version | None = None  # the newest version that says outright that it is usable

    def cluster_of(self, order: int) -> str:
        """The cluster of a version; of one from before all that is known, the first."""
        return next((each for since, each in reversed(self.clusters) if since <= order), self.clusters[0][1])

    @property
    def tells(self) -> bool:
        """Whether the text of its head may be compared: not where a kill stands."""
        if self.kill is None:
            return True
        revived = self.revival is not None and not story_life.is_killed(self.revival, self.kill)
        return revived and not story_life.is_killed(self.head, self.kill)


class Remembered(msgspec.Struct, frozen=True, array_like=True):
    """What is known of a story after one of its versions; a later one replaces it."""

    at: int  # when that version came, milliseconds
    signature: str | None  # of the text that stands
    life: Life


class _Arrival(NamedTuple):
    """A story as it was when its last version came."""

    story: str
    number: int
    at: int
    life: Life


class Clusters:
    """The stories of the window, as long as they are among the last `capacity` arrivals."""

    def __init__(self, capacity: int) -> None:
        self._texts = Neighbours(capacity)
        self._numbers: dict[str, int] = {}  # story → number of its last arrival
        self._arrivals: list[_Arrival | None] = [None] * capacity  # by number % capacity
        self._clock = 0  # the latest time heard, milliseconds

    def __len__(self) -> int:
        """Stories held; those out of the window are until others take their place."""
        return len(self._numbers)

    def place(self, document: Document, at: int) -> tuple[str, Remembered]:
        """The cluster of a version that came `at` (milliseconds), and what to recall of its story later.

        Raises ValueError where the document's signature is none; then nothing has changed.
        """
        text = decoded(document.signature) if document.signature else None
        self._clock = max(self._clock, at)
        version = Version.of_article(document)
        known = self._recent(self._numbers.get(document.id))
        life = _lived(version, known.life if known else None)
        before = self._texts.signature(known.number) if known else None
        if known is None or version.order > known.life.head.order:
            cluster = self._cluster(document.id, life, text, before)
            life = _in_cluster(life, version, cluster)
        standing = text if version == life.head else before
        standing = standing if life.tells else None
        self._take(document.id, at, life, standing)
        signature = None if standing is None else encoded(standing)
        return life.cluster_of(version.order), Remembered(at, signature, life)

    def recall(self, story: str, remembered: Remembered) -> None:
        """Takes in what `place` said once. Raises ValueError where that is damaged."""
        text = decoded(remembered.signature) if remembered.signature else None
        self._clock = max(self._clock, remembered.at)
        self._take(story, remembered.at, remembered.life, text)

    def _cluster(self, story: str, life: Life, text: Signature | None, before: Signature | None) -> str:
        """The cluster of the newest version of a story; `before` is the text of the version before."""
        own = life.clusters[-1][1] if life.clusters else story
        if text is None or not life.tells:
            return own
        if before is not None and (before == text).mean() >= THRESHOLD:
            return own
        for number, _ in self._texts.similar(text):
            other = self._recent(number)
            if other and other.story != story:
                return other.life.clusters[-1][1]
        return own

    def _recent(self, number: int | None) -> _Arrival | None:
        """The arrival of that number, where it was within the window."""
        arrival = None if number is None else self._arrivals[number % len(self._arrivals)]
        return arrival if arrival and arrival.at >= self._clock - _WINDOW_MS else None

    def _take(self, story: str, at: int, life: Life, text: Signature | None) -> None:
        before = self._numbers.pop(story, None)
        if before is not None:
            self._texts.drop(before)
        number = self._texts.add(text)
        slot = number % len(self._arrivals)
        oldest = self._arrivals[slot]
        if oldest and self._numbers.get(oldest.story) == oldest.number:
            del self._numbers[oldest.story]
        self._arrivals[slot] = _Arrival(story, number, at, life)
        self._numbers[story] = number


def _lived(version: Version, before: Life | None) -> Life:
    """The story's life with one version more; the clusters are as before."""
    says_usable = version.status == "usable" and version.explicit
    revivals = [each for each in (before and before.revival, says_usable and version) if each]
    return Life(
        head=max(version, before.head) if before else version,
        clusters=before.clusters if before else (),
        kill=story_life.kill_among([version], before.kill if before else None),
        revival=max(revivals, default=None),
    )


def _in_cluster(life: Life, version: Version, cluster: str) -> Life:
    if life.clusters and life.clusters[-1][1] == cluster:
        return life
    return msgspec.structs.replace(life, clusters=(*life.clusters, (version.order, cluster)))
