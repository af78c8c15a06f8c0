"""Every error Kawat raises on purpose, on one page.

Two of them decide what becomes of a record in a stage: `Rejected` sends it to the dead letters,
`TryLater` pauses the stage until its dependency answers. Anything else is a programmer's mistake
and ends in a traceback.
"""

from enum import StrEnum


class Reason(StrEnum):
    """Why a payload or a document was refused; the `reason` header of a dead letter."""

    EMPTY = "empty-payload"
    UNKNOWN_FORMAT = "unknown-format"
    BAD_ENCODING = "bad-encoding"
    MALFORMED = "malformed"  # the format is known, the payload breaks it: truncated JSON, a missing body
    TOO_LARGE = "too-large"
    UNREADABLE = "unreadable"  # a damaged archive, a file that could not be read
    BAD_RECORD = "bad-record"  # a record on a topic that is none of ours
    KILLS_WORKER = "kills-worker"  # took an enrichment process down twice
    TOO_SLOW = "too-slow"  # did not end within the time limit, alone
    FAULT = "fault"  # our own code raised on it: a defect; replay after it is mended
    REFUSED_BY_INDEX = "refused-by-index"  # Elasticsearch refused this document for a fault of its own


class KawatError(Exception):
    """Root of the tree."""


class UsageError(KawatError):
    """The user's mistake: one line that says what to do. The command line prints it and exits with 2."""


class ServiceError(KawatError):
    """The local servers or a worker could not do what was asked; one line for the user. Exits with 1."""


class Rejected(KawatError):
    """The record's own fault: it goes to the dead letters and the next one flows."""

    def __init__(self, reason: Reason, detail: str) -> None:
        super().__init__(f"{reason}: {detail}")
        self.reason = reason
        self.detail = detail

    def __reduce__(self) -> tuple[type["Rejected"], tuple[Reason, str]]:
        return Rejected, (self.reason, self.detail)  # crosses process borders


class TryLater(KawatError):
    """A dependency does not answer: nothing is acknowledged, the stage waits and tries again."""
