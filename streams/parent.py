"""A process that ends when its parent does, also when the parent is killed with -9.

On Linux the kernel sends the signal (PR_SET_PDEATHSIG); elsewhere, and where that is not to be had, a
thread looks whether the parent is still there.
"""

import ctypes
import os
import signal
import sys
import threading
import time

PR_SET_PDEATHSIG = 1
LOOK_SECONDS = 1.0


def end_with(parent: int, signum: signal.Signals = signal.SIGKILL, grace: float = 0.0) -> None:
    """Binds this process's life to that of `parent`, its parent's process id.

    `signum` is sent at the parent's end; what has not ended `grace` seconds later is ended. The kernel
    means the parent's *thread*: start children from one that lasts.
    """
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, int(signum), 0, 0, 0)
    threading.Thread(target=_watch, args=(parent, signum, grace), name="parent-watch", daemon=True).start()


def _watch(parent: int, signum: signal.Signals, grace: float) -> None:
    while os.getppid() == parent:
        time.sleep(LOOK_SECONDS)
    os.kill(os.getpid(), signum)
    time.sleep(grace)
    os._exit(1)
