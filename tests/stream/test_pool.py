"""The process pool: one bad record costs neither its neighbours nor the stage."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime

import psutil
import pytest
from hypothesis import given
from hypothesis import strategies as st

from processors.errors import Reason, ServiceError
from streams.message import Dead, Message, Outcome, Produced
from streams.pool import Pool, Work, balanced
from streams.topics import ARTICLES

KIB = 1 << 10
DEADLINE = 15.0


def message(text: str, offset: int = 0) -> Message:
    return Message("wire.raw", 0, offset, datetime(2026, 11, 23, tzinfo=UTC), b"key", text.encode())


def messages(*texts: str) -> list[Message]:
    return [message(text, offset) for offset, text in enumerate(texts)]


# What the pool's processes load: does as the record says, and answers with its own process id.


def obedient() -> Work:
    return lambda batch: [[_obey(one)] for one in batch]


def _obey(one: Message) -> Outcome:
    match (one.value or b"").decode().split():
        case ["die"]:
            os.kill(os.getpid(), signal.SIGKILL)
        case ["hang"]:
            time.sleep(3600)
        case ["raise"]:
            raise ZeroDivisionError("asked for")
        case ["sleep", seconds]:
            time.sleep(float(seconds))
    return Produced(ARTICLES, str(os.getpid()).encode(), one.value)


def unloadable() -> Work:
    raise FileNotFoundError("the model is missing")


@asynccontextmanager
async def pool(processes: int = 1, seconds: float = 10.0, chunk_bytes: int = KIB) -> AsyncIterator[Pool]:
    made = Pool("test", obedient, processes, seconds, chunk_bytes)
    try:
        await made.start()
        yield made
    finally:
        made.close()


def values(outcomes: Sequence[Sequence[Outcome]]) -> list[str]:
    """What came of each record: its text again, or the reason why not."""
    return [one.reason if isinstance(one, Dead) else (one.value or b"").decode() for [one] in outcomes]


async def test_outcomes_come_in_the_order_of_the_records() -> None:
    async with pool(2, chunk_bytes=8) as two:
        texts = [f"text {number}" for number in range(30)]
        assert values(await two.process(messages(*texts))) == texts


async def test_an_idle_pool_shares_a_small_batch_among_its_processes() -> None:
    async with pool(2) as two:
        outcomes = await two.process(messages("sleep 0.2", "sleep 0.2"))
        workers = {one.key for [one] in outcomes if isinstance(one, Produced)}
        assert len(workers) == 2


async def test_a_record_that_ends_its_process_twice_is_dead_and_its_neighbours_are_not() -> None:
    async with pool() as one:
        outcomes = await one.process(messages("first", "die", "last"))
        assert values(outcomes) == ["first", Reason.KILLS_WORKER, "last"]
        [dead] = outcomes[1]
        assert isinstance(dead, Dead)
        assert dead.attempts == 2


async def test_a_record_that_does_not_end_in_time_is_dead_and_its_neighbours_are_not() -> None:
    async with pool(seconds=1.0) as one:
        began = time.monotonic()
        outcomes = await one.process(messages("first", "hang", "last"))
        assert values(outcomes) == ["first", Reason.TOO_SLOW, "last"]
        assert time.monotonic() - began < DEADLINE


async def test_a_record_on_which_our_code_raises_is_dead_and_says_how() -> None:
    async with pool() as one:
        outcomes = await one.process(messages("first", "raise"))
        assert values(outcomes) == ["first", Reason.FAULT]
        [dead] = outcomes[1]
        assert isinstance(dead, Dead)
        assert dead.detail == "ZeroDivisionError: asked for"


async def test_a_process_that_was_killed_while_idle_is_replaced() -> None:
    async with pool() as one:
        [[first]] = await one.process(messages("whose?"))
        assert isinstance(first, Produced)
        os.kill(int(first.key), signal.SIGKILL)
        [[second]] = await one.process(messages("whose now?"))
        assert isinstance(second, Produced)
        assert second.key != first.key


async def test_a_stuck_process_does_not_hold_up_the_others() -> None:
    async with pool(2, seconds=20.0) as two:
        stuck = asyncio.create_task(two.process(messages("sleep 5")))
        await asyncio.sleep(0)
        for number in range(5):
            assert values(await two.process(messages(f"text {number}"))) == [f"text {number}"]
        assert not stuck.done()
        stuck.cancel()


async def test_work_that_cannot_be_loaded_is_one_line_for_the_user() -> None:
    broken = Pool("test", unloadable, 1, 1.0, KIB)
    with pytest.raises(ServiceError, match="did not start"):
        await broken.start()
    broken.close()


async def test_closing_leaves_no_process() -> None:
    async with pool(2) as two:
        outcomes = await two.process(messages("sleep 0.2", "sleep 0.2"))
    workers = [int(one.key) for [one] in outcomes if isinstance(one, Produced)]
    await _gone(workers)


ORPHANS = """
import asyncio, sys
sys.path[:0] = {path!r}
from test_pool import messages, pool

async def main():
    async with pool(2) as two:
        outcomes = await two.process(messages("sleep 0.2", "sleep 0.2"))
        print(*(one.key.decode() for [one] in outcomes), flush=True)
        await asyncio.sleep(3600)

if __name__ == "__main__":
    asyncio.run(main())
"""


async def test_the_processes_end_with_their_parent_also_when_it_is_killed(tmp_path: os.PathLike[str]) -> None:
    script = os.path.join(tmp_path, "orphans.py")  # noqa: PTH118
    with open(script, "w") as file:  # noqa: PTH123, ASYNC230
        file.write(ORPHANS.format(path=sys.path))
    with subprocess.Popen([sys.executable, script], stdout=subprocess.PIPE, text=True) as parent:  # noqa: ASYNC220
        assert parent.stdout is not None
        workers = [int(pid) for pid in parent.stdout.readline().split()]
        assert len(workers) == 2
        parent.kill()
    await _gone(workers)


async def _gone(pids: list[int]) -> None:
    deadline = time.monotonic() + DEADLINE
    while any(map(_alive, pids)):
        assert time.monotonic() < deadline, f"still alive: {[pid for pid in pids if _alive(pid)]}"
        await asyncio.sleep(0.02)


def _alive(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


@given(st.lists(st.integers(0, 50), max_size=40), st.integers(1, 8), st.integers(1, 60))
def test_pieces_are_the_batch_in_order_and_none_is_too_big(
    sizes: list[int], processes: int, most: int
) -> None:
    batch = messages(*("x" * size for size in sizes))
    pieces = balanced(batch, processes, most)
    assert [one for piece in pieces for one in piece] == batch
    assert all(pieces)
    assert all(len(piece) == 1 or sum(len(one.value or b"") for one in piece) <= most for piece in pieces)
