"""A detached process that is found again by its pid and start time."""

import json
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import psutil

from processors.errors import ServiceError
from streams.local.layout import Layout

# The shell ends at once, so that the server is nobody's child: it survives the terminal and leaves no zombie.
_DETACH = 'ulimit -n "$(ulimit -Hn)" 2>/dev/null; "$@" </dev/null >"$KAWAT_CONSOLE" 2>&1 & echo $!'


@dataclass(frozen=True, slots=True)
class Record:
    """Which process it was: a pid alone is given to another process in time."""

    pid: int
    started: float  # seconds since the epoch, as the kernel tells them

    @classmethod
    def read(cls, path: Path) -> "Record | None":
        """The record in a file; None where there is none."""
        try:
            return cls(**json.loads(path.read_text()))
        except FileNotFoundError:
            return None
        except (ValueError, TypeError):  # cut short by a full disk or a crash
            return None

    def write(self, path: Path) -> None:
        """Replaces the file as a whole."""
        fresh = path.with_suffix(".new")
        fresh.write_text(json.dumps({"pid": self.pid, "started": self.started}))
        fresh.replace(path)

    @property
    def since(self) -> datetime:
        """When the process started, UTC."""
        return datetime.fromtimestamp(self.started, UTC)

    def process(self) -> psutil.Process | None:
        """The living process; None where it has ended or its pid is another's by now."""
        try:
            process = psutil.Process(self.pid)
            alive = abs(process.create_time() - self.started) < 1 and process.status() != psutil.STATUS_ZOMBIE
        except psutil.NoSuchProcess:
            return None
        return process if alive else None


@dataclass(frozen=True, slots=True)
class Launch:
    """What to run. The environment is all of it: no option of the user's shell gets in."""

    command: Sequence[str | Path]
    environment: Mapping[str, str]


def spawn(launch: Launch, layout: Layout) -> Record:
    """Starts a server in a session of its own; what it prints goes to the console log, anew at each start."""
    account = layout.account
    shell = subprocess.run(
        ["/bin/sh", "-c", _DETACH, "kawat", *map(str, launch.command)],
        env={**launch.environment, "KAWAT_CONSOLE": str(layout.console)},
        cwd=layout.folder,
        start_new_session=True,
        capture_output=True,
        text=True,
        check=False,
        user=account.uid if account else None,
        group=account.gid if account else None,
        extra_groups=() if account else None,
    )
    if shell.returncode or shell.stderr:
        raise ServiceError(f"cannot start {layout.folder.name}: {shell.stderr.strip()}")
    pid = int(shell.stdout)
    try:
        return Record(pid, psutil.Process(pid).create_time())
    except psutil.NoSuchProcess:  # ended at once: the caller finds it dead
        return Record(pid, time.time())


def run(launch: Launch, layout: Layout) -> "subprocess.CompletedProcess[str]":
    """Runs a command to its end, as the account that runs the server."""
    account = layout.account
    return subprocess.run(
        [str(part) for part in launch.command],
        env=dict(launch.environment),
        cwd=layout.folder,
        capture_output=True,
        text=True,
        check=False,
        user=account.uid if account else None,
        group=account.gid if account else None,
        extra_groups=() if account else None,
    )


def end(record: Record, grace: float) -> bool:
    """Asks the process to stop and kills it, and all it started, after `grace` seconds.

    Returns whether it stopped by itself.
    """
    process = record.process()
    if process is None:
        return True
    family = _family(process)
    process.terminate()
    _, left = psutil.wait_procs(family, timeout=grace)
    for process in left:
        _kill(process)
    psutil.wait_procs(left, timeout=10)
    return not left


def kill(record: Record) -> None:
    """Kills the process and all it started with SIGKILL, and waits until they are gone."""
    process = record.process()
    if process is None:
        return
    family = _family(process)
    for member in family:
        _kill(member)
    psutil.wait_procs(family, timeout=10)


def _family(process: psutil.Process) -> list[psutil.Process]:
    try:
        return [process, *process.children(recursive=True)]
    except psutil.NoSuchProcess:
        return [process]


def _kill(process: psutil.Process) -> None:
    try:
        process.send_signal(signal.SIGKILL)
    except psutil.NoSuchProcess:
        return
