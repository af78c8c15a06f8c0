"""Starts, finds and stops the local servers."""

import errno
import time
from collections.abc import Callable, Collection, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Literal

from filelock import FileLock, Timeout

from processors.errors import ServiceError, UsageError
from streams.local import distribution, process
from streams.local.elasticsearch import Elasticsearch
from streams.local.java import find_java
from streams.local.kafka import Kafka
from streams.local.layout import Layout
from streams.local.ports import HOST, require_free
from streams.local.process import Record
from streams.local.space import disk_full, require_space
from streams.settings import Settings

Name = Literal["kafka", "elasticsearch"]
State = Literal["running", "starting", "stopped", "dead"]
Server = Kafka | Elasticsearch
Report = Callable[[str], None]

START_SECONDS = 120.0  # a laden machine takes its time
STOP_SECONDS = 30.0
FETCH_SECONDS = 600.0  # the first start fetches the servers
_LEAST_MB = 300
_TAIL_LINES = 6


@dataclass(frozen=True, slots=True)
class ServerStatus:
    """One server as it is now. `dead`: it ended and nobody stopped it. `since` is UTC."""

    name: Name
    state: State
    pid: int | None
    address: str
    since: datetime | None
    data: Path

    @property
    def uptime(self) -> timedelta | None:
        """How long it has been up; None where it is not."""
        return datetime.now(UTC) - self.since if self.since else None


def _silent(_: str) -> None:
    return


class LocalServers:
    """The local Kafka and Elasticsearch of one home folder. Every method may be repeated."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._home = settings.home.resolve()
        self._servers: dict[Name, Server] = {
            "elasticsearch": Elasticsearch(settings),  # first, for it takes longest
            "kafka": Kafka(settings),
        }

    def up(self, report: Report = _silent) -> None:
        """Starts both at once and returns when both are healthy.

        Raises UsageError for what the user can mend (no Java, no Maven, a port that is taken),
        ServiceError where a server does not come up.
        """
        self._bring_up(self._servers, report)

    def start(self, name: Name, report: Report = _silent) -> None:
        """Starts one server and returns when it is healthy; raises as `up` does."""
        self._bring_up([name], report)

    def down(self, report: Report = _silent) -> None:
        """Stops both."""
        for name in self._servers:
            self.stop(name, report)

    def stop(self, name: Name, report: Report = _silent) -> None:
        """Stops one server: SIGTERM, and SIGKILL where it does not end in time. Its data stay."""
        title = self._servers[name].title
        if not self._home.exists():
            report(f"{title} is not running")
            return
        with self._lock(name, report):
            record = self._record(name)
            if record is None or record.process() is None:
                report(f"{title} is not running")
            elif process.end(record, STOP_SECONDS):
                report(f"{title} stopped")
            else:
                report(f"{title} did not stop within {STOP_SECONDS:.0f} s and was killed")
            self._record_file(name).unlink(missing_ok=True)

    def kill(self, name: Name) -> None:
        """Kills one server as a crash would: its state is `dead` then."""
        if record := self._record(name):
            process.kill(record)

    def dead(self) -> list[Name]:
        """Those that ended and nobody stopped them. Cheap: looks at pids only."""
        return [name for name in self._servers if self._record(name) is not None and not self._alive(name)]

    def status(self) -> list[ServerStatus]:
        """Both servers, Kafka first."""
        return [self._status("kafka"), self._status("elasticsearch")]

    def _status(self, name: Name) -> ServerStatus:
        server, record = self._servers[name], self._record(name)
        alive = record is not None and record.process() is not None
        state: State = "stopped"
        if alive:
            state = "running" if server.healthy(2) else "starting"
        elif record:
            state = "dead"
        return ServerStatus(
            name=name,
            state=state,
            pid=record.pid if record and alive else None,
            address=server.address,
            since=record.since if record and alive else None,
            data=(self._home / name / "data").resolve(),
        )

    def _bring_up(self, names: Collection[Name], report: Report) -> None:
        with ExitStack() as held:
            for name in sorted(names):  # one order, so that two starts never wait for each other
                held.enter_context(self._lock(name, report))
            missing = [name for name in names if not self._alive(name)]
            ready: set[Name] = set()
            try:
                self._launch(missing, report)
                began = time.monotonic()
                while waiting := [name for name in names if name not in ready]:
                    for name in waiting:
                        if self._settled(name, time.monotonic() - began):
                            ready.add(name)
                            self._announce(name, name in missing, time.monotonic() - began, report)
            except BaseException:  # Ctrl-C too: no half-started server stays behind
                for name in set(missing) - ready:
                    self._abandon(name)
                raise

    def _launch(self, names: Collection[Name], report: Report) -> None:
        """Starts processes, all of them or none where the user has something to mend first."""
        if not names:
            return
        for name in names:
            died = self._record(name) is not None
            require_free(
                self._servers[name].ports, patience=10 if died else 0
            )  # its child may outlive it a moment
        java = find_java()
        files = distribution.obtain(java, report)
        for name in names:
            try:
                layout = Layout.make(self._home, name)
                require_space(layout.folder, _LEAST_MB)
                record = process.spawn(self._servers[name].prepare(layout, java, files), layout)
                record.write(self._record_file(name))
            except OSError as error:
                full = error.errno == errno.ENOSPC
                trouble = "disk full" if full else f"{self._servers[name].title} cannot start"
                raise ServiceError(f"{trouble}: {error}") from error

    def _settled(self, name: Name, took: float) -> bool:
        """Looks once at a server that starts. Raises ServiceError where it has died or takes too long."""
        server = self._servers[name]
        if not self._alive(name):
            raise ServiceError(self._obituary(name))
        if server.healthy(1):
            return True
        if took > START_SECONDS:
            raise ServiceError(f"{server.title} does not answer after {took:.0f} s{self._tail(name)}")
        time.sleep(0.1)
        return False

    def _announce(self, name: Name, fresh: bool, took: float, report: Report) -> None:
        server = self._servers[name]
        report(f"{server.title} {f'started in {took:.1f} s' if fresh else 'is running'}: {server.address}")
        if server.address not in server.configured.replace("localhost", HOST):
            report(f"note: KAWAT_{name.upper()} is {server.configured}, so workers use that, not this server")

    def _abandon(self, name: Name) -> None:
        if record := self._record(name):
            process.end(record, grace=5)

    def _alive(self, name: Name) -> bool:
        record = self._record(name)
        return record is not None and record.process() is not None

    def _obituary(self, name: Name) -> str:
        tail = self._tail(name)
        if disk_full(tail):
            return f"disk full: {self._servers[name].title} could not write to {self._home / name}{tail}"
        return f"{self._servers[name].title} ended while it started{tail}"

    def _tail(self, name: Name) -> str:
        """The last lines that the server wrote, and where they are."""
        logs = self._home / name / "logs"
        lines: list[str] = []
        record = self._record(name)
        for log in (logs / f"{name}.log", logs / "console.log"):
            if (
                record and log.exists() and log.stat().st_mtime >= record.started - 1
            ):  # none of an earlier run
                written = log.read_text(errors="replace").splitlines()
                lines += [line for line in written if _telling(line)][-_TAIL_LINES:]
        return f"; the end of {logs}:" + "".join(f"\n  {line[:300]}" for line in lines[-_TAIL_LINES:])

    @contextmanager
    def _lock(self, name: Name, report: Report) -> Iterator[None]:
        try:
            self._home.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise UsageError(f"{self._home}: {error.strerror}: set KAWAT_HOME to another folder") from None
        lock, other = FileLock(self._home / f"{name}.lock"), f"another process that starts or stops {name}"
        try:
            lock.acquire(timeout=0.2)
        except Timeout:
            report(f"waiting for {other}")
            try:
                lock.acquire(timeout=FETCH_SECONDS + START_SECONDS)
            except Timeout:
                raise ServiceError(f"waited in vain for {other}") from None
        try:
            yield
        finally:
            lock.release()

    def _record(self, name: Name) -> Record | None:
        return Record.read(self._record_file(name))

    def _record_file(self, name: Name) -> Path:
        return self._home / f"{name}.json"


def _telling(line: str) -> bool:
    """A line of a log that says something: no frame of a stack trace."""
    return bool(line.strip()) and not line.startswith(("\tat ", "\t..."))
