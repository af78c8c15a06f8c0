"""The command line as a user runs it, against the tests' servers."""

import os
import subprocess
import sys
from pathlib import Path

from streams.settings import Settings


def environment(settings: Settings) -> dict[str, str]:
    """The process's environment with the settings in it."""
    chosen = {
        "KAWAT_KAFKA": settings.kafka,
        "KAWAT_ELASTICSEARCH": settings.elasticsearch,
        "KAWAT_NAMESPACE": settings.namespace,
        "KAWAT_HOME": str(settings.home),
        "KAWAT_MONITOR_PORT": str(settings.monitor_port),
    }
    return os.environ | chosen


def kawat(settings: Settings, *arguments: str | Path) -> subprocess.CompletedProcess[bytes]:
    """Runs `kawat ARGUMENTS` to its end."""
    return subprocess.run(
        started(*arguments), env=environment(settings), capture_output=True, timeout=120, check=False
    )


def started(*arguments: str | Path) -> list[str]:
    """The command line of `kawat ARGUMENTS`."""
    return [sys.executable, "-m", "streams", *map(str, arguments)]
