"""Waiting for a dependency: told once when it begins, once when it is over."""

import asyncio
from collections.abc import Awaitable, Callable
from itertools import islice

from processors.errors import TryLater
from streams.patience import Patience, pauses


def failing(times: int, why: str) -> Callable[[], Awaitable[str]]:
    left = [times]

    async def attempt() -> str:
        if left[0]:
            left[0] -= 1
            raise TryLater(why)
        return "done"

    return attempt


async def test_a_dependency_that_answers_at_once_is_not_worth_a_word() -> None:
    told: list[str | None] = []
    assert await Patience(told.append).until(failing(0, "away")) == "done"
    assert told == []


async def test_an_outage_is_told_once_and_its_end_once() -> None:
    told: list[str | None] = []
    assert await Patience(told.append).until(failing(2, "away")) == "done"
    assert told == ["away", None]


async def test_two_that_wait_are_over_when_both_go_on() -> None:
    told: list[str | None] = []
    patience = Patience(told.append)
    await asyncio.gather(patience.until(failing(1, "Kafka")), patience.until(failing(2, "Elasticsearch")))
    assert told == ["Kafka", "Elasticsearch", None]


def test_pauses_double_up_to_a_few_seconds() -> None:
    assert list(islice(pauses(), 8)) == [0.1, 0.2, 0.4, 0.8, 1.6, 3.0, 3.0, 3.0]
