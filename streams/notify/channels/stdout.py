"""Alerts as text or JSON lines on the worker's standard output: under `kawat work`, its log."""

from streams.notify.channels.outcome import Outcome, Sent
from streams.notify.messages import Message, body, text


class Stdout:
    seconds = 10.0
    knows_keys = False

    def __init__(self, *, as_json: bool) -> None:
        self._as_json = as_json

    async def send(self, message: Message) -> Outcome:
        shown = body(message).decode() if self._as_json else f"{text(message)}\n"
        print(shown, flush=True)
        return Sent()

    async def close(self) -> None:
        """Stays open: it is the process's."""
