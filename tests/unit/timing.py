"""How long something takes, on machines that have other work."""

import time
from collections.abc import Callable


def takes_less(seconds: float, work: Callable[[], object]) -> bool:
    """Whether one of three goes takes less processor time: neighbours and the collector slow any of them."""
    return any(_once(work) < seconds for _ in range(3))


def _once(work: Callable[[], object]) -> float:
    began = time.process_time()
    work()
    return time.process_time() - began
