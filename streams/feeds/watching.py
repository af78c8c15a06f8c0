"""Feeding what comes into watched folders, for as long as it takes."""

import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

from processors.errors import TryLater
from streams.feeds.feeding import Feed, Tally, send
from streams.feeds.folder import Payload, Refused, contents
from streams.feeds.ledger import Ledger
from streams.feeds.watch import Complete, Root, complete_files
from streams.kafka_clients import Delivery
from streams.settings import Settings
from streams.topics import RAW, create_topics

RETRY_SECONDS = 3.0


def feed_watched(
    settings: Settings,
    feeds: Iterable[tuple[Path, Feed]],
    stop: threading.Event,
    on_batch: Callable[[Tally], None],
    on_refused: Callable[[Refused], None],
    say: Callable[[str], None],
) -> Tally:
    """Feeds complete files until `stop` is set and returns what went out.

    A file is written into the ledger after Kafka acknowledged it, so that a restart sends what is
    missing and nothing else. Waits while Kafka is away, and says so once.
    """
    roots = {Root(path, feed.name): feed for path, feed in feeds}
    destination = f"{settings.kafka}/{RAW.full_name(settings)}"
    total, sender = Tally(), _Sender(settings, roots)
    with Ledger(settings.home / "fed.sqlite", destination) as ledger, sender:
        for batch in complete_files(list(roots), ledger.knows, stop):
            done = sender.deliver(batch, stop, say) if batch else None
            if done is None:
                continue
            ledger.add((one.root.feed, one.file.locator, one.stamp) for one in batch)
            total.add(done)
            on_batch(done)
            for refused in done.refused:
                on_refused(refused)
    return total


class _Sender:
    """Keeps one producer while Kafka answers and makes a new one when it is back."""

    def __init__(self, settings: Settings, roots: dict[Root, Feed]) -> None:
        self._settings = settings
        self._roots = roots
        self._delivery: Delivery | None = None

    def deliver(
        self, batch: Sequence[Complete], stop: threading.Event, say: Callable[[str], None]
    ) -> Tally | None:
        """What was delivered, the whole batch; None where `stop` came first."""
        is_away = False
        while not stop.is_set():
            try:
                tally = self._attempt(batch)
            except TryLater as error:
                self._close()
                if not is_away:
                    say(f"{error}; waiting for it")
                is_away = True
                stop.wait(RETRY_SECONDS)
            else:
                if is_away:
                    say("Kafka is back")
                return tally
        return None

    def _attempt(self, batch: Sequence[Complete]) -> Tally:
        if self._delivery is None:
            create_topics(self._settings)
            self._delivery = Delivery(self._settings)
        tally = Tally()
        for one in batch:
            found = _payloads(one, self._settings.payload_limit)
            send(found, self._roots[one.root], self._delivery, self._settings, tally)
        self._delivery.flush()
        return tally

    def _close(self) -> None:
        delivery, self._delivery = self._delivery, None
        if delivery:
            delivery.close()

    def __enter__(self) -> "_Sender":
        return self

    def __exit__(self, *error: object) -> None:
        self._close()


def _payloads(one: Complete, limit: int) -> Iterator[Payload | Refused]:
    found = iter([one.file]) if isinstance(one.file, Refused) else contents(one.file, limit)
    for payload in found:
        if isinstance(payload, Payload) or payload.path.is_symlink() or payload.path.exists():
            yield payload  # else it was taken away again since it was seen: nothing to report
