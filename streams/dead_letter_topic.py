"""What lies in wire.dead-letters now, and what can be done with it: read, replay, drop."""

from collections.abc import Collection, Iterable, Iterator
from datetime import UTC

from streams import dead_letters
from streams.dead_letters import FEED, Letter
from streams.kafka_clients import Delivery
from streams.message import Message
from streams.reading import to_the_end
from streams.settings import Settings
from streams.topics import DEAD_LETTERS, RAW, TOPICS


def current(settings: Settings) -> dict[str, Letter]:
    """The letters by key, oldest first, without their bytes: the last record of a key counts, and a
    tombstone ends it. Raises TryLater where Kafka does not answer."""
    letters: dict[str, Letter] = {}
    for message in _records(settings):
        key = _key(message)
        letters.pop(key, None)  # a newer death moves to the end
        if message.value is not None:
            letters[key] = dead_letters.letter(message)
    return letters


def originals(settings: Settings, letters: Iterable[Letter]) -> Iterator[tuple[Letter, bytes]]:
    """The letters with their bytes, oldest first; one that was replaced or dropped meanwhile is left out."""
    wanted = {letter.position: letter for letter in letters}
    if not wanted:
        return
    for message in _records(settings, start=min(wanted)):
        letter = wanted.pop(message.offset, None)
        if letter and message.value is not None and _key(message) == letter.key:
            yield letter, message.value
        if not wanted:
            return


def obstacle(letter: Letter, settings: Settings) -> str | None:
    """Why a letter cannot be replayed, in a few words; None where it can."""
    if letter.stage == FEED:
        return f"its bytes never came in; repair it and feed {letter.about} again"
    if not letter.is_whole:
        return "only its beginning is kept"
    if letter.topic not in {topic.full_name(settings) for topic in TOPICS}:
        return f"{letter.topic or 'its topic'} is no topic of these settings"
    return None


def siblings(letters: Iterable[Letter], among: Iterable[Letter]) -> list[Letter]:
    """The letters and those of other items of the same records: a package is replayed whole."""
    places = {_place(letter) for letter in letters}
    return [letter for letter in among if _place(letter) in places]


def replay(settings: Settings, letters: Collection[Letter]) -> list[Letter]:
    """Sends the original records to where they came from and ends their letters; returns the letters ended.

    A letter ends only after the delivery of its record. Each record goes once, whatever the number of
    its letters; `obstacle` is None for all. Raises TryLater where Kafka does not answer.
    """
    first = {_place(letter): letter for letter in reversed(list(letters))}
    with Delivery(settings) as delivery:
        sent = set()
        for letter, content in originals(settings, first.values()):
            _send(delivery, letter, content, settings)
            sent.add(_place(letter))
        delivery.flush()
        ended = [letter for letter in letters if _place(letter) in sent]
        _end(delivery, ended)
    return ended


def drop(settings: Settings, letters: Iterable[Letter]) -> None:
    """Ends the letters for good. Raises TryLater where Kafka does not answer."""
    with Delivery(settings) as delivery:
        _end(delivery, letters)


def _end(delivery: Delivery, letters: Iterable[Letter]) -> None:
    for letter in letters:
        delivery.send(dead_letters.tombstone(letter.key))


def _send(delivery: Delivery, letter: Letter, content: bytes, settings: Settings) -> None:
    headers = dict(letter.original) | {"attempts": str(letter.attempts).encode()}
    if letter.topic == RAW.full_name(settings) and letter.timestamp:
        # `order` may rest on when the record first came; its own timestamp would age out of the topic
        headers.setdefault("received", letter.timestamp.astimezone(UTC).isoformat().encode())
    value = None if letter.is_tombstone and letter.record_key is not None else content
    delivery.send_to(letter.topic, letter.record_key, value, headers)


def _records(settings: Settings, start: int | None = None) -> Iterator[Message]:
    return to_the_end(settings, DEAD_LETTERS.full_name(settings), start)


def _key(message: Message) -> str:
    return (message.key or b"").decode(errors="backslashreplace")


def _place(letter: Letter) -> tuple[object, ...]:
    if letter.offset is None:
        return (letter.key,)
    return (letter.topic, letter.partition, letter.offset)
