"""What a channel says about an attempt."""

from dataclasses import dataclass
from typing import Protocol

from streams.notify.messages import Message


@dataclass(frozen=True, slots=True)
class Sent:
    status: int | None = None  # HTTP's
    receipt: str | None = None  # the provider's id of the message


@dataclass(frozen=True, slots=True)
class Failed:
    """`again`: worth another try; `after`: not before so many seconds; `maybe`: it may have got through."""

    detail: str  # no address of the channel in it: they hold secrets
    again: bool = True
    maybe: bool = False
    after: float = 0.0
    status: int | None = None


Outcome = Sent | Failed


class Outlet(Protocol):
    """An open channel."""

    seconds: float  # an attempt may take
    knows_keys: bool  # the receiver can tell a message that comes again by its key

    async def send(self, message: Message) -> Outcome: ...

    async def close(self) -> None: ...
