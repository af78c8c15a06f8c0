"""From files to wire.raw: what can be read is sent, what is refused leaves a dead letter, all is counted."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from streams import dead_letters, raw
from streams.feeds.folder import Payload, Refused, payloads
from streams.kafka_clients import Delivery
from streams.settings import Settings
from streams.topics import create_topics


@dataclass(frozen=True, slots=True)
class Feed:
    """What the feeder says of every payload: the feed's name and, where given, source and format."""

    name: str
    source: str | None = None
    format: str | None = None


@dataclass(slots=True)
class Tally:
    """What went out: payloads and their bytes sent, payloads refused."""

    sent: int = 0
    bytes: int = 0
    refused: list[Refused] = field(default_factory=list)

    def add(self, other: "Tally") -> None:
        self.sent += other.sent
        self.bytes += other.bytes
        self.refused += other.refused


def feed_name(path: Path) -> str:
    """A folder's own name; for a file that of the folder it lies in."""
    resolved = path.resolve()
    return (resolved if resolved.is_dir() else resolved.parent).name or "feed"


def send(
    found: Iterable[Payload | Refused],
    feed: Feed,
    delivery: Delivery,
    settings: Settings,
    tally: Tally,
    on_refused: Callable[[Refused], None] | None = None,
) -> None:
    """Sends the payloads and the dead letters of the refused; `delivery.flush()` makes them certain.

    Raises TryLater where Kafka does not answer.
    """
    for one in found:
        if isinstance(one, Payload):
            delivery.send(raw.record(feed.name, one.locator, one.content, feed.source, feed.format))
            tally.sent += 1
            tally.bytes += len(one.content)
        else:
            delivery.send(dead_letters.refusal(feed.name, one, datetime.now(UTC), settings))
            tally.refused.append(one)
            if on_refused:
                on_refused(one)


def feed_paths(settings: Settings, paths: Sequence[Path], feed: Feed | None = None) -> Tally:
    """Feeds files, folders and archives, creating the topics where they are missing, and waits for delivery.

    Each folder is a feed of its own name unless one is given. Raises TryLater where Kafka does not answer.
    """
    create_topics(settings)
    tally = Tally()
    with Delivery(settings) as delivery:
        for path in paths:
            found = payloads(path, settings.payload_limit)
            send(found, feed or Feed(feed_name(path)), delivery, settings, tally)
    return tally
