"""One stage as a process: `python -m streams.worker ROLE [--parent PID]`.

Waits until Kafka and the stage's own dependencies answer, and only then joins the consumer group: a member
that cannot work keeps partitions from those that can. Any failure ends the process, uncommitted; whoever
started it (`kawat work`, Kubernetes) starts it again.
"""

import argparse
import asyncio
import contextlib
import faulthandler
import importlib
import logging
import os
import signal
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from processors.errors import KawatError, UsageError
from streams import status
from streams.agents import ROLES
from streams.parent import end_with
from streams.settings import Settings, settings

# Faust and the stages are imported where they are used: the pool's processes import this module anew, as
# their __main__, and the supervisor needs its figures.
if TYPE_CHECKING:
    from streams.member import Member
    from streams.message import Stage
    from streams.patience import Patience
    from streams.stage import Loop

DRAIN_SECONDS = 8.0  # for what is in flight when the worker is asked to stop
COMMIT_SECONDS = 2.0
STOP_SECONDS = DRAIN_SECONDS + COMMIT_SECONDS + 2.0  # a worker that was asked to stop is gone by then
CAREFUL_RECORDS = 64  # taken one by one after a run that did not end well
LOOK_SECONDS = 15.0
HANGING_SECONDS = 30.0  # beyond a batch's limit: the event loop itself is stuck

log = logging.getLogger("kawat")


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m streams.worker", description=__doc__)
    parser.add_argument("role", help=f"{', '.join(ROLES)}, or a module with a function `stage`")
    parser.add_argument("--parent", type=int, help="process id of the supervisor: end when it does")
    given = parser.parse_args(arguments)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    for chatty in ("faust", "mode", "aiokafka"):
        logging.getLogger(chatty).setLevel(logging.WARNING)
    logging.getLogger("kafka").setLevel(logging.ERROR)
    try:
        asyncio.run(Worker(settings(), given.role, given.parent).live())
    except KawatError as error:
        log.critical("%s", error)
        sys.exit(2 if isinstance(error, UsageError) else 1)


class Worker:
    """The life of one stage's process: wait, join, work, leave."""

    def __init__(self, settings: Settings, module: str, parent: int | None = None) -> None:
        self._settings = settings
        self._parent = parent
        self._module = module if "." in module else f"streams.agents.{module}"
        self.role = self._module.rpartition(".")[2]
        self._unclean = status.path(settings, self.role).with_suffix(".unclean")
        self._stage: Stage | None = None
        self._member: Member | None = None
        self._loop: Loop | None = None
        self._leaving = False

    async def live(self) -> None:
        """Does not return: ends the process, with 0 after a stop that was asked for."""
        stop = self._asked_to_stop()
        self._tell("starting")
        faulthandler.enable()
        work = asyncio.create_task(self._work())
        beat = asyncio.create_task(self._beat())
        asked = asyncio.create_task(stop.wait())
        done, _ = await asyncio.wait({work, beat, asked}, return_when=asyncio.FIRST_COMPLETED)
        for task in done - {asked}:
            error = task.exception() or RuntimeError("ended by itself")
            log.critical("%s", error, exc_info=None if isinstance(error, KawatError) else error)
            await self._leave(1, f"{type(error).__name__}: {error}")
        await self._stop(work)

    def _asked_to_stop(self) -> asyncio.Event:
        stop = asyncio.Event()
        loop = asyncio.get_running_loop()
        loop.add_signal_handler(signal.SIGTERM, stop.set)
        if self._parent is None:
            loop.add_signal_handler(signal.SIGINT, stop.set)
            return stop
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches all; the supervisor says what it means
        end_with(self._parent, signal.SIGTERM, grace=STOP_SECONDS)
        return stop

    async def _beat(self) -> None:
        """A dead man's handle: an event loop that hangs is ended from outside Python, with a traceback."""
        limit = self._settings.batch_seconds + HANGING_SECONDS
        while True:
            faulthandler.dump_traceback_later(limit, exit=True)
            await asyncio.sleep(limit / 10)

    # ── wait, join, work ──────────────────────────────────────────────────────────────────────────

    async def _work(self) -> None:
        from streams.patience import Patience
        from streams.topics import create_topics

        self._stage = stage = importlib.import_module(self._module).stage(self._settings)
        self._serve_metrics()
        patience = Patience(self._wait_began_or_ended)
        await asyncio.gather(
            patience.until(stage.ready),
            patience.until(lambda: asyncio.to_thread(create_topics, self._settings)),
            asyncio.to_thread(importlib.import_module, "streams.member"),  # meanwhile
        )
        await self._consume(stage, patience)

    def _serve_metrics(self) -> None:
        if not self._settings.metrics_port:
            return
        from streams import metrics

        metrics.serve(self._settings.metrics_port + (ROLES.index(self.role) if self.role in ROLES else 0))

    def _wait_began_or_ended(self, what: str | None) -> None:
        if what is not None:
            self._tell("waiting", what)
        else:
            self._tell("starting" if self._loop is None else "running")

    async def _consume(self, stage: "Stage", patience: "Patience") -> None:
        from streams.member import Member
        from streams.stage import Loop

        careful = CAREFUL_RECORDS if self._unclean.exists() else 0
        self._unclean.touch()
        data = status.folder(self._settings) / f"{self.role}-{self._settings.instance}.faust"
        self._member = member = Member(stage, self._settings, data)
        self._loop = loop = Loop(
            stage, self._settings, patience,
            send=member.send, generation=member.generation, leave=self._leave, careful=careful,
        )  # fmt: skip
        await asyncio.gather(
            member.join(loop, self._joined), loop.dispatch(), _crash(member), _stall(member, loop)
        )

    def _joined(self) -> None:
        log.info("%s has its partitions", self.role)
        self._tell("running")

    # ── leave ─────────────────────────────────────────────────────────────────────────────────────

    async def _leave(self, code: int, why: str) -> None:
        """Ends the process; what is in flight stays uncommitted."""
        if self._leaving:
            await asyncio.Event().wait()  # another is at it
        self._leaving = True
        log.critical("%s leaves: %s", self.role, why)
        await self._commit()
        await self._exit(code)

    async def _stop(self, work: asyncio.Task[None]) -> None:
        """As asked: lets what is in flight end, commits it, and goes."""
        self._leaving = True
        self._tell("stopping")
        if self._loop is None:
            work.cancel()
        else:
            await self._loop.drain(DRAIN_SECONDS)
            await self._commit()
        self._unclean.unlink(missing_ok=True)
        log.info("%s stopped", self.role)
        await self._exit(0)

    async def _commit(self) -> None:
        """Commits what is done, where Kafka lets it; what is not committed is done again."""
        if self._member is None:
            return
        try:
            await asyncio.wait_for(self._member.commit(), COMMIT_SECONDS)
        except Exception as error:  # noqa: BLE001  (it is done again then, and Faust raises many kinds)
            log.warning("last commit: %s: %s", type(error).__name__, error)

    async def _exit(self, code: int) -> None:
        """Faust's own shutdown takes seconds and may hang; everything that matters is done by now."""
        if self._stage is not None:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._stage.close(), COMMIT_SECONDS)
        logging.shutdown()
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)

    def _tell(self, state: status.State, detail: str | None = None) -> None:
        status.write(self._settings, self.role, state, detail)


async def _crash(member: "Member") -> None:
    raise await member.crashed()


async def _stall(member: "Member", loop: "Loop") -> None:
    """Faust has been seen to stop consuming without a word: progress is the only sign of life."""
    before: object = None
    while True:
        await asyncio.sleep(LOOK_SECONDS)
        try:
            behind = await asyncio.wait_for(member.behind(), LOOK_SECONDS)
        except Exception as error:  # noqa: BLE001  (Kafka is away or deals partitions: no news, not bad news)
            log.info("progress unknown: %s: %s", type(error).__name__, error)
            behind = {}
        now = (loop.taken, behind) if behind and loop.idle else None
        if now is not None and now == before:
            raise RuntimeError(f"records wait and none arrives: {behind}")
        before = now


if __name__ == "__main__":
    main()
