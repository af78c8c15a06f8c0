"""What a desk may see of stories as they come: each version that stands, once, none before its time. Pure.

What search would not show is not shown here either, and by the same rules: `story_life` says which version
of a story stands, an embargo holds it back until its end.
"""

import heapq
from collections import OrderedDict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count

from processors.records import Document
from processors.story_life import Version, standing

_STORIES = 100_000  # as many are remembered; some days of a busy wire


@dataclass(slots=True)
class _Story:
    versions: set[Version] = field(default_factory=set)
    shown: bool = False
    waits: bool = False  # a version waits for the end of its embargo


class Desk:
    """Feed it stories in the order of their arrival.

    `wanted` chooses: a story that it has chosen once is followed from then on, so that who saw it sees its
    correction and its kill too, whatever these say.
    """

    def __init__(self, wanted: Callable[[Document], bool], stories: int = _STORIES) -> None:
        self._wanted = wanted
        self._most = stories
        self._stories: OrderedDict[str, _Story] = OrderedDict()  # the one heard of last is last
        self._waiting: list[tuple[datetime, int, Document]] = []
        self._counter = count()

    def arrives(self, document: Document, now: datetime) -> Document | None:
        """The version if it is to be shown now; None: never, not again or not yet."""
        story = self._story(document.id)
        version = Version.of_article(document)
        if version in story.versions:
            return None
        story.versions.add(version)
        if standing(story.versions).version != version:
            return None
        if document.embargo_until is not None and document.embargo_until > now and version.status == "usable":
            story.waits = True
            heapq.heappush(self._waiting, (document.embargo_until, next(self._counter), document))
            return None
        return self._shown(document, story)

    def due(self, now: datetime) -> Iterator[Document]:
        """The versions whose embargo has ended since and that still stand."""
        while self._waiting and self._waiting[0][0] <= now:
            document = heapq.heappop(self._waiting)[2]
            story = self._story(document.id)
            story.versions.add(version := Version.of_article(document))
            if standing(story.versions).version == version and (shown := self._shown(document, story)):
                yield shown

    def _shown(self, document: Document, story: _Story) -> Document | None:
        unseen = story.waits and not story.shown
        if document.status != "usable" and unseen:
            return None  # nobody has seen what it takes back
        if not (story.shown or self._wanted(document)):
            return None
        story.shown = True
        return document

    def _story(self, id_: str) -> _Story:
        story = self._stories.setdefault(id_, _Story())
        self._stories.move_to_end(id_)
        if len(self._stories) > self._most:
            self._stories.popitem(last=False)
        return story
