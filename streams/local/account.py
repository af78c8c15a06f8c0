"""Under which account the servers run and in which folder, where root starts them.

Elasticsearch refuses to run as root, so both servers run as `nobody` then. It needs folders it may
pass through: a home under /root is replaced by links to a folder under /var/tmp.
"""

import hashlib
import os
import pwd
import shutil
import stat
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import psutil

from processors.errors import ServiceError, UsageError

OUTSIDE = Path("/var/tmp")  # noqa: S108 - survives a reboot; see trusted_outside


@dataclass(frozen=True, slots=True)
class Account:
    """A user other than the one who starts the servers."""

    uid: int
    gid: int


def as_root() -> bool:
    """Whether root starts the servers."""
    return os.geteuid() == 0


def passable(folder: Path) -> bool:
    """Whether every account may pass through the folder and all above it."""
    folder = folder.resolve()
    return all(path.stat().st_mode & stat.S_IXOTH for path in (folder, *folder.parents) if path.exists())


def account_for(folder: Path) -> Account | None:
    """Who runs the server whose data lie in `folder`; None: whoever starts it.

    Data that already belong to an ordinary user stay theirs when root starts the server.
    """
    if not as_root():
        return None
    if folder.exists() and (owner := folder.stat()).st_uid != 0:
        return Account(owner.st_uid, owner.st_gid)
    nobody = pwd.getpwnam("nobody")
    return Account(nobody.pw_uid, nobody.pw_gid)


def server_folder(home: Path, name: str) -> Path:
    """The folder of one server's data, logs and configuration, which its account may pass and write.

    Raises UsageError where it belongs to someone else.
    """
    folder = home / name
    if as_root() and not folder.exists() and not passable(home):
        folder = _linked_outside(folder)
    account = account_for(folder)
    folder.mkdir(parents=True, exist_ok=True)
    if account:
        os.chown(folder, account.uid, account.gid)
        folder.chmod(0o755)
    elif not os.access(folder, os.W_OK):
        raise UsageError(f"{folder} is another user's: remove it, or choose another folder with KAWAT_HOME")
    return folder.resolve()


def trusted_outside(name: str) -> Path:
    """A folder of root's under /var/tmp. Anyone may make folders there: another's is refused."""
    folder = OUTSIDE / name
    with suppress(FileExistsError):
        folder.mkdir()
        folder.chmod(0o755)  # whatever the umask
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != 0 or found.st_mode & 0o022:
        raise ServiceError(f"{folder} was not made by root alone: remove it and start again")
    return folder


def _linked_outside(link: Path) -> Path:
    digest = hashlib.sha256(os.fsencode(link.parent.resolve())).hexdigest()[:12]
    target = trusted_outside(f"kawat-{digest}") / link.name
    if target.exists():
        _discard(target)  # its home was removed, and with the home the link: nobody owns these data any more
    target.mkdir()
    link.unlink(missing_ok=True)  # a link whose target was removed
    link.symlink_to(target)
    return target


def _discard(folder: Path) -> None:
    for process in psutil.process_iter(["cmdline"]):
        if any(str(folder) in argument for argument in process.info["cmdline"] or ()):
            raise ServiceError(
                f"process {process.pid} still runs in {folder}, whose home was removed: stop it"
            )
    shutil.rmtree(folder)
