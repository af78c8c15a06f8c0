"""What the alert stage remembers: the state as the logs make it, and where they have been read to.

State is the fold of the decisions and of the feedback, in the order in which the stage that decided had
them: each page of decisions says up to which entry feedback had been heard. So every worker that reads the
logs comes to the same state.
"""

import logging
import time
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from itertools import takewhile

from elasticsearch import AsyncElasticsearch

from processors import alerts
from processors.alert_state import KEPT, SILENT
from processors.alerts import State
from processors.decisions import Decision, decision_id
from processors.records import Claims
from streams.elastic import decisions, feedback, numbered
from streams.elastic.decisions import Page
from streams.elastic.feedback import Entry
from streams.elastic.indices import DECISIONS, FEEDBACK
from streams.settings import Settings

log = logging.getLogger(__name__)


class Memory:
    """The state, and the numbers of the last page and the last entry that made it."""

    def __init__(self, window: timedelta) -> None:
        self.state = State(window)
        self.page = 0
        self.feedback = 0
        self.ahead = False  # of the log: it has taken what is on no page
        self._waiting: list[Entry] = []  # read; heard when the page that knew them comes, or at the end
        self._pages: dict[str, tuple[int, datetime]] = {}  # by decision id: its page's number and time
        self._silent: dict[str, tuple[int, datetime]] = {}  # so, too, of stories that never spoke of a deal

    @property
    def listened(self) -> int:
        """The number of the last entry that was read."""
        return self._waiting[-1].number if self._waiting else self.feedback

    def page_of(self, claims: Claims) -> int | None:
        """The page on which this version of its story was decided; None: not yet, or too long ago."""
        id_ = decision_id(claims.id, claims.order)
        number, _ = self._pages.get(id_) or self._silent.get(id_) or (None, None)
        return number

    def take(self, decision: Decision) -> None:
        """Makes a decision part of the state that is not on a page yet."""
        self.ahead = True
        alerts.apply(self.state, decision)

    def noted(self, page: Page) -> None:
        """The page is written: its decisions are in the state already."""
        self.page = page.number
        self.ahead = False
        _note(self._pages, page, page.decisions, page.at - KEPT)
        _note(self._silent, page, page.silent, page.at - SILENT)

    def read(self, page: Page) -> None:
        """Makes a page part of the state."""
        self._hear(page.feedback)
        for decision in page.in_order():
            alerts.apply(self.state, decision)
        self.noted(page)

    def listen(self, entries: Iterable[Entry]) -> None:
        """Takes entries in, in order; `hear_all` makes them part of the state."""
        self._waiting += entries

    def hear_all(self) -> None:
        if self._waiting:
            self._hear(self._waiting[-1].number)

    def _hear(self, number: int) -> None:
        """Entries up to this number."""
        heard = [entry for entry in self._waiting if entry.number <= number]
        for entry in heard:
            alerts.hear(self.state, entry)
            self.feedback = entry.number
        self._waiting = self._waiting[len(heard) :]


def _note(
    pages: dict[str, tuple[int, datetime]], page: Page, decisions: Iterable[Decision], forget: datetime
) -> None:
    """Adds the page to those of these decisions, and drops those from before `forget`."""
    for decision in decisions:
        pages.pop(decision.id, None)  # to the end: the oldest is first
        pages[decision.id] = (page.number, page.at)
    for id_ in list(takewhile(lambda each: pages[each][1] < forget, pages)):
        del pages[id_]


async def recalled(
    client: AsyncElasticsearch, settings: Settings, window: timedelta, now: datetime
) -> Memory:
    """The memory that the logs of the last 90 days make, up to date. Raises TryLater."""
    began = time.monotonic()
    memory = Memory(window)
    last = await numbered.last(client, settings, DECISIONS)
    await numbered.refresh(client, settings, FEEDBACK)  # after: all that these pages had heard is found
    memory.listen([entry async for entry in feedback.everything(client, settings)])
    async for page in decisions.between(client, settings, now - KEPT, now - SILENT, last):
        memory.read(page)
    memory.page = last  # the numbers go on also where none is of the last 90 days
    await catch_up(client, settings, memory)
    log.info("remembers up to page %d after %.1f s", memory.page, time.monotonic() - began)
    return memory


async def catch_up(client: AsyncElasticsearch, settings: Settings, memory: Memory) -> None:
    """Reads what others have written since; one short request where it is nothing. Raises TryLater."""
    found = await numbered.following(client, settings, {DECISIONS: memory.page, FEEDBACK: memory.listened})
    memory.listen(map(feedback.entry, found[FEEDBACK]))
    if found[DECISIONS]:  # these pages may have heard what came after the answer above
        memory.listen(await feedback.following(client, settings, memory.listened))
    for document in found[DECISIONS]:
        memory.read(decisions.page(document))
    memory.hear_all()


def next_page(memory: Memory, made: Sequence[Decision], told: Iterable[str], now: datetime) -> Page:
    """The page to write: of these decisions, which the memory has taken, and the alerts that come of them."""
    silent = [decision for decision in made if decision.story in memory.state.silent]
    speaking = [decision for decision in made if decision.story not in memory.state.silent]
    return Page(
        number=memory.page + 1,
        at=now,
        feedback=memory.feedback,
        ids=[decision.id for decision in made],
        stories=sorted({decision.story for decision in made}),
        alerts=sorted(set(told)),
        speaks=bool(speaking),
        decisions=speaking,
        silent=silent,
    )
