"""Refuses to start what a full disk would break, and tells when one did."""

import shutil
from pathlib import Path

from processors.errors import ServiceError

MIB = 1 << 20


def require_space(folder: Path, least_mb: int) -> None:
    """Raises ServiceError where the disk of `folder` has less than `least_mb` MiB left."""
    free = shutil.disk_usage(folder).free // MIB
    if free < least_mb:
        raise ServiceError(
            f"disk full: {free} MB left in {folder}, {least_mb} MB needed: free some, or move with KAWAT_HOME"
        )


def disk_full(said: str) -> bool:
    """Whether what a program said tells of a full disk."""
    return "No space left on device" in said
