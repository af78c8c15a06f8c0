"""What each worker is doing, in a small file of its own: for the supervisor, `kawat run` and people."""

import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

import msgspec
import psutil

from streams.settings import Settings

State = Literal["starting", "waiting", "running", "stopping"]


class Status(msgspec.Struct, frozen=True, kw_only=True):
    """`detail` says what a waiting worker waits for."""

    role: str
    instance: str
    pid: int
    started: float  # the process's start, as the system counts it: a pid alone may be another's by now
    state: State
    since: datetime
    detail: str | None = None

    @property
    def alive(self) -> bool:
        try:
            process = psutil.Process(self.pid)
            return abs(process.create_time() - self.started) < 1 and process.status() != psutil.STATUS_ZOMBIE
        except psutil.NoSuchProcess:
            return False


def folder(settings: Settings) -> Path:
    """Where the workers of this home keep status, locks and Faust's data."""
    return settings.home / "workers"


def path(settings: Settings, role: str) -> Path:
    return folder(settings) / f"{role}-{settings.instance}.json"


def write(settings: Settings, role: str, state: State, detail: str | None = None) -> None:
    """Replaces the file in one step, so that a reader never sees half of it."""
    me = psutil.Process()
    status = Status(
        role=role, instance=settings.instance, pid=me.pid, started=me.create_time(), state=state,
        since=datetime.now(UTC), detail=detail,
    )  # fmt: skip
    target = path(settings, role)
    target.parent.mkdir(parents=True, exist_ok=True)
    draft = target.with_suffix(f".{os.getpid()}")
    draft.write_bytes(msgspec.json.encode(status))
    draft.replace(target)


def read(settings: Settings, role: str) -> Status | None:
    """The worker's status; None where it never ran or is gone."""
    try:
        status = msgspec.json.decode(path(settings, role).read_bytes(), type=Status)
    except (FileNotFoundError, msgspec.MsgspecError):
        return None
    return status if status.alive else None


def running(settings: Settings, roles: tuple[str, ...]) -> bool:
    """True when each of the roles' workers on this machine has joined its group."""
    statuses = [read(settings, role) for role in roles]
    return all(status is not None and status.state == "running" for status in statuses)
