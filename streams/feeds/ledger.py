"""What a watched folder has sent already, so that a restart does not send it again."""

import sqlite3
from collections.abc import Iterable
from pathlib import Path
from types import TracebackType
from typing import Self

SCHEMA = """
create table if not exists fed (
    destination text, feed text, locator text, stamp text not null,
    primary key (destination, feed, locator)
) without rowid
"""


class Ledger:
    """A small SQLite file; several watchers may share it. `destination` names the topic and its cluster.

    A stamp is whatever changes with a file's content: a changed file is not known and is sent again.
    """

    def __init__(self, path: Path, destination: str) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._database = sqlite3.connect(path, timeout=30)
        self._database.execute(SCHEMA)
        self._destination = destination

    def knows(self, feed: str, locator: str, stamp: str) -> bool:
        found = self._database.execute(
            "select stamp from fed where destination = ? and feed = ? and locator = ?",
            (self._destination, feed, locator),
        ).fetchone()
        return found is not None and found[0] == stamp

    def add(self, entries: Iterable[tuple[str, str, str]]) -> None:
        """Writes down (feed, locator, stamp) of what Kafka acknowledged; on disk when it returns."""
        rows = [(self._destination, *entry) for entry in entries]
        with self._database:
            self._database.executemany("insert or replace into fed values (?, ?, ?, ?)", rows)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._database.close()
