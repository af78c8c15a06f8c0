"""What the watchers do not want to hear of for now: the mutes of kawat-feedback."""

import time
from collections.abc import Sequence
from datetime import datetime

from elasticsearch import AsyncElasticsearch

from processors.records import Alert
from streams.elastic import feedback, numbered
from streams.elastic.feedback import Entry
from streams.elastic.indices import FEEDBACK
from streams.settings import Settings

SECONDS = 1.0  # between two looks


class Mutes:
    """The mutes in force, a second old at most."""

    def __init__(self, client: AsyncElasticsearch, settings: Settings) -> None:
        self._client = client
        self._settings = settings
        self._looked: float | None = None
        self._number = 0  # of the last entry that was read
        self._entries: list[Entry] = []

    async def current(self, now: datetime) -> list[Entry]:
        """Raises TryLater where Elasticsearch does not answer."""
        if self._looked is None:
            await numbered.refresh(self._client, self._settings, FEEDBACK)
            self._take([each async for each in feedback.everything(self._client, self._settings)])
        elif time.monotonic() - self._looked >= SECONDS:
            self._take(await feedback.following(self._client, self._settings, self._number))
        self._looked = time.monotonic()
        return feedback.mutes(self._entries, now)

    def _take(self, entries: Sequence[Entry]) -> None:
        self._number = max([self._number, *(each.number for each in entries)])
        self._entries += [each for each in entries if each.action == "mute"]


def muting(mutes: Sequence[Entry], alert: Alert) -> Entry | None:
    """The mute that an alert falls under. Nothing mutes a follow-up: who was told has a right to it."""
    if alert.follows is not None:
        return None
    return next((each for each in mutes if _names(each, alert)), None)


def _names(mute: Entry, alert: Alert) -> bool:
    pairs = ((mute.deal, alert.deal.id), (mute.rule, alert.rule), (mute.source, alert.source))
    return any(named is not None and named == its for named, its in pairs)
