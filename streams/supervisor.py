"""Runs stages and monitor as child processes: starts them, restarts what dies, stops them without a trace.

    supervisor = Supervisor(settings)          a process each for all stages and the monitor
    supervisor.start()                         UsageError where another already runs them in this home
    supervisor.wait_ready(30)                  ServiceError where a stage has not joined its group by then
    supervisor.stop()

One thread does all of it: the kernel ends a child together with the thread that started it.
"""

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import IO, TYPE_CHECKING, Self

import psutil
from filelock import FileLock, Timeout

from processors.errors import KawatError, ServiceError, UsageError
from streams import status
from streams.agents import ROLES as STAGES
from streams.settings import MIB, Settings
from streams.worker import STOP_SECONDS

if TYPE_CHECKING:
    from streams.local import LocalServers, Name

ROLES = (*STAGES, "monitor")
LOOK_SECONDS = 0.1
SERVERS_SECONDS = 1.5
FIRST_PAUSE = 0.2
LONGEST_PAUSE = 30.0
STABLE_SECONDS = 60.0  # a run this long forgives the falls before it
LOG_BYTES = 10 * MIB  # an older log is kept beside it, once
ORPHAN_SECONDS = 2.0  # a worker's own children end a moment after it

Say = Callable[[str], None]


def to_stderr(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


@dataclass(slots=True)
class Child:
    """A role and the process that has it at the moment."""

    role: str
    log: Path
    process: subprocess.Popen[bytes] | None = None
    family: list[psutil.Process] = field(default_factory=list)  # its own children, as last seen
    started: float = 0.0
    falls: int = 0
    due: float = 0.0  # when to start it
    told: tuple[str, str | None] = ("", None)  # state and detail as last said

    def fell(self, now: float) -> float:
        """Notes an end that nobody asked for; the seconds until the next start: doubling, bounded."""
        self.falls = 1 if now - self.started > STABLE_SECONDS else self.falls + 1
        pause = min(LONGEST_PAUSE, FIRST_PAUSE * 2.0 ** min(self.falls - 1, 16))
        self.due = now + pause
        return pause


class Supervisor:
    """`say` gets one line for each thing worth telling a person."""

    def __init__(self, settings: Settings, roles: Sequence[str] = ROLES, say: Say = to_stderr) -> None:
        """Roles are stages, the monitor, modules with a function `stage`. Raises UsageError on another."""
        unknown = [role for role in roles if role not in ROLES and "." not in role]
        if unknown:
            raise UsageError(f"no stage is called {unknown[0]}: choose from {', '.join(ROLES)}")
        self._settings = settings.model_copy(update={"home": settings.home.resolve()})
        self._say = say
        logs = self._settings.home / "logs"
        self._children = [Child(role, logs / f"{_short(role)}.log") for role in dict.fromkeys(roles or ROLES)]
        self._locks: list[FileLock] = []
        self._asked = threading.Event()
        self._thread = threading.Thread(target=self._supervise, name="supervisor", daemon=True)
        self._servers = Servers(self._settings, say)

    def start(self) -> None:
        """Returns at once. Raises UsageError where these stages already run here."""
        self._lock()
        for child in self._children:
            child.log.parent.mkdir(parents=True, exist_ok=True)
        self._thread.start()
        self._servers.start()

    def wait_ready(self, seconds: float) -> None:
        """Returns when every stage has joined its group. Raises ServiceError saying what keeps which."""
        deadline = time.monotonic() + seconds
        while waiting := [child for child in self._children if not self._is_running(child)]:
            if time.monotonic() > deadline:
                raise ServiceError("; ".join(map(self._excuse, waiting)))
            if not self._thread.is_alive():
                raise ServiceError("the stages were stopped before they were ready")
            time.sleep(LOOK_SECONDS)

    def stop(self) -> None:
        """Asks all to stop and sees to it that none is left; STOP_SECONDS and a little at most."""
        self._servers.stop()
        self._asked.set()
        if self._thread.is_alive():
            self._thread.join()
        for lock in self._locks:
            lock.release()
        self._locks.clear()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _lock(self) -> None:
        status.folder(self._settings).mkdir(parents=True, exist_ok=True)
        for child in self._children:
            lock = FileLock(status.path(self._settings, _short(child.role)).with_suffix(".lock"))
            try:
                lock.acquire(timeout=0)
            except Timeout:
                for held in self._locks:
                    held.release()
                instance, home = self._settings.instance, self._settings.home
                raise UsageError(
                    f"{child.role} runs already, instance {instance} in {home}: stop it or set KAWAT_INSTANCE"
                ) from None
            self._locks.append(lock)

    def _is_running(self, child: Child) -> bool:
        found = status.read(self._settings, _short(child.role))
        return found is not None and found.state == "running"

    def _excuse(self, child: Child) -> str:
        found = status.read(self._settings, _short(child.role))
        doing = f"is {found.state}" + (f": {found.detail}" if found.detail else "") if found else "is not up"
        return f"{child.role} {doing} (its log: {child.log})"

    # ── in the supervisor's thread ────────────────────────────────────────────────────────────────

    def _supervise(self) -> None:
        try:
            while not self._asked.wait(LOOK_SECONDS):
                for child in self._children:
                    self._look_after(child)
        finally:
            self._end_all()

    def _look_after(self, child: Child) -> None:
        now = time.monotonic()
        if child.process is None:
            if now >= child.due:
                self._begin(child, now)
            return
        code = child.process.poll()
        if code is None:
            self._tell(child)
            return
        _end_family(child.family)
        child.process, child.told = None, ("", None)
        pause = child.fell(now)
        self._say(f"{child.role} {_ended(code)}; again in {pause:.1f} s (its log: {child.log})")

    def _begin(self, child: Child, now: float) -> None:
        command = [sys.executable, "-m", *_program(child.role), "--parent", str(os.getpid())]
        with _log(child.log) as log:
            child.process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                env={**os.environ, **environment(self._settings)},
            )  # fmt: skip
        child.started = now
        child.family = []

    def _tell(self, child: Child) -> None:
        """Says what has changed in the worker's own words: alarms, and that it is at work."""
        found = status.read(self._settings, _short(child.role))
        if found is None or found.state == "starting" or (found.state, found.detail) == child.told:
            return
        before, child.told = child.told, (found.state, found.detail)
        child.family = _family(child.process)
        if found.state == "waiting":
            self._say(f"ALARM {child.role} waits: {found.detail}")
        elif found.state == "running":
            self._say(f"{child.role} {'goes on' if before[0] == 'waiting' else 'runs'}")

    def _end_all(self) -> None:
        alive = [child.process for child in self._children if child.process is not None]
        families = [member for process in alive for member in _family(process)]
        for process in alive:
            process.send_signal(signal.SIGTERM)
        deadline = time.monotonic() + STOP_SECONDS
        for process in alive:
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(max(0.0, deadline - time.monotonic()))
        for process in alive:
            if process.poll() is None:
                process.kill()
                process.wait()
        _end_family(families)


class Servers:
    """Starts the local servers again that `kawat up` started and that have died since.

    A server that `kawat down` stopped stays stopped. In a thread of its own, as a start takes its time.
    """

    def __init__(self, settings: Settings, say: Say) -> None:
        self._settings = settings
        self._say = say
        self._asked = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="servers", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._asked.set()
        if self._thread.is_alive():
            self._thread.join(SERVERS_SECONDS)

    def _watch(self) -> None:
        from streams.local import LocalServers

        servers = LocalServers(self._settings)
        failed: set[Name] = set()  # to start them did not work: tried again, ever more seldom
        before: set[Name] = set()  # dead at one look alone, a server may just be going down as asked
        pause = SERVERS_SECONDS
        while not self._asked.wait(pause):
            dead = set(servers.dead())
            failed = {name for name in failed | dead & before if not self._restarted(servers, name)}
            before = dead
            pause = min(LONGEST_PAUSE, 2 * pause) if failed else SERVERS_SECONDS

    def _restarted(self, servers: "LocalServers", name: "Name") -> bool:
        self._say(f"ALARM {name} has died; starting it again")
        try:
            servers.start(name)
        except KawatError as error:
            self._say(f"ALARM {name}: {error}")
            return False
        self._say(f"{name} runs again")
        return True


def environment(settings: Settings) -> dict[str, str]:
    """The settings as a child process reads them."""
    values = settings.model_dump(mode="json")
    return {f"KAWAT_{name.upper()}": str(value) for name, value in values.items() if value is not None}


def _program(role: str) -> list[str]:
    """The module to run, and its arguments."""
    return ["streams.monitor"] if role == "monitor" else ["streams.worker", role]


def _short(role: str) -> str:
    return role.rpartition(".")[2]


def _ended(code: int) -> str:
    if code < 0:
        return f"was ended by {signal.Signals(-code).name}"
    if code == os.EX_TEMPFAIL:
        return "left its batch uncommitted, to begin it again"
    return f"left with status {code}"


def _log(path: Path) -> IO[bytes]:
    if path.exists() and path.stat().st_size > LOG_BYTES:
        path.replace(path.with_suffix(".log.1"))
    return path.open("ab")


def _family(process: subprocess.Popen[bytes] | None) -> list[psutil.Process]:
    try:
        return psutil.Process(process.pid).children(recursive=True) if process else []
    except psutil.NoSuchProcess:
        return []


def _end_family(members: Sequence[psutil.Process]) -> None:
    """They end with their parent; what has not by now is ended (psutil knows a pid that is another's)."""
    _, alive = psutil.wait_procs(members, timeout=ORPHAN_SECONDS)
    for member in alive:
        with contextlib.suppress(psutil.NoSuchProcess):
            member.kill()
