"""The live stream of one browser: server-sent events, gathered, resumed where it broke off.

https://html.spec.whatwg.org/multipage/server-sent-events.html
"""

import asyncio
import secrets
import time
from collections.abc import Iterator

import msgspec

from streams.monitor.board import Board, Filter, News, Reader

SHOWN = 500  # stories a page begins with
ALERTS = 100
GATHER_SECONDS = 0.2
ALIVE_SECONDS = 10.0

_encode = msgspec.json.Encoder().encode


class Stream:
    """What to write next to one client; `run` names the life of this server in the events' ids."""

    def __init__(self, board: Board, filter_: Filter, run: str, last: str | None) -> None:
        self._board = board
        self._filter = filter_
        self._run = run
        self._reader: Reader | None = None
        self._beat: bytes | None = None
        number = _number(last, run)
        if number is not None and Reader.can_resume(board, number):
            self._reader = Reader(board, filter_, number)

    def next(self, beat: bytes | None) -> bytes:
        """All that is due, as events; empty: nothing. `beat` is the newest pulse."""
        events: list[tuple[bytes, bytes]] = []
        reader = self._reader
        if reader is None or reader.number < self._board.gone:  # too slow to have seen it all
            self._reader = reader = Reader(self._board, self._filter)
            events.append((b"reset", self._reset(reader)))
        else:
            events += _events(reader.read())
        if beat is not None and beat is not self._beat:
            self._beat = beat
            events.append((b"pulse", beat))
        # The id counts for all of them: where the browser goes on after a break.
        place = f"{self._run}.{reader.number}".encode()
        return b"".join(b"id: %s\nevent: %s\ndata: %s\n\n" % (place, name, data) for name, data in events)

    def _reset(self, reader: Reader) -> bytes:
        stories = _array(reader.everything(SHOWN))
        return b'{"stories":' + stories + b',"alerts":' + _encode(self._board.alerts(ALERTS)) + b"}"


class Rhythm:
    """When a client is written to: at once after a quiet time, else gathered; and to say that it lives."""

    def __init__(self) -> None:
        self._wrote = -ALIVE_SECONDS

    def wrote(self) -> None:
        self._wrote = time.monotonic()

    @property
    def is_silent_for_long(self) -> bool:
        return time.monotonic() - self._wrote > ALIVE_SECONDS

    async def gather(self) -> None:
        """Until the next batch may go."""
        await asyncio.sleep(max(0.0, GATHER_SECONDS - (time.monotonic() - self._wrote)))


def new_run() -> str:
    return secrets.token_hex(4)


def _number(last: str | None, run: str) -> int | None:
    """Where a client broke off, in this life of the server; None: it is new here."""
    of, _, number = (last or "").partition(".")
    return int(number) if of == run and number.isascii() and number.isdigit() else None


def _events(news: News) -> Iterator[tuple[bytes, bytes]]:
    if news.stories:
        yield b"stories", _array(news.stories)
    if news.alerts:
        yield b"alerts", _array(news.alerts)


def _array(cards: list[bytes]) -> bytes:
    return b"[" + b",".join(cards) + b"]"
