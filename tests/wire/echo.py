"""A stage for the tests: passes wire.raw on to wire.articles, and does what a record's value asks for."""

import asyncio
import os
from collections.abc import Sequence
from pathlib import Path

from processors.errors import Reason, TryLater
from streams.message import Dead, Message, Outcome, Produced, Stage
from streams.settings import MIB, Settings
from streams.topics import ARTICLES, RAW, Topic


def stage(settings: Settings) -> Stage:
    return Echo(settings.home)


class Echo:
    name: str = "echo"
    source: Topic = RAW
    batch: int = 50
    batch_bytes: int = MIB
    window: int = 4

    def __init__(self, home: Path) -> None:
        self._away = home / "away"  # while this file is there, the dependency is away
        self._once = home / "once"

    async def ready(self) -> None:
        if self._away.exists():
            raise TryLater("the echo's dependency is away")

    async def process(self, messages: Sequence[Message]) -> Sequence[Sequence[Outcome]]:
        await self.ready()
        return [[await self._outcome(message)] for message in messages]

    async def _outcome(self, message: Message) -> Outcome:
        key, value = message.key or b"", message.value or b""
        match value.partition(b" ")[0]:
            case b"poison":
                return Dead(Reason.MALFORMED, "asked for")
            case b"wait":
                await asyncio.sleep(float(value.split()[1]))
            case b"hang-once" if not self._once.exists():
                self._once.touch()
                await asyncio.sleep(3600)
            case b"raise-once" if not self._once.exists():
                self._once.touch()
                raise ZeroDivisionError("asked for")
        return Produced(ARTICLES, key, value, {"by": str(os.getpid()).encode()})

    async def close(self) -> None:
        """Holds nothing."""
