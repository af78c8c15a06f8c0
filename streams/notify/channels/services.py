"""Slack, Telegram, mail and a hundred other services, by an Apprise URL.

Apprise blocks, so that each channel has a thread of its own: one that hangs holds up nobody else.
"""

import asyncio
import logging
import re
from concurrent.futures import Future, ThreadPoolExecutor
from urllib.parse import unquote

from apprise import Apprise, AppriseAsset, AppriseResult, AppriseResultStatus, NotifyFormat
from apprise.common import OverflowMode

from processors.errors import UsageError
from streams.notify.channels.outcome import Failed, Outcome, Sent
from streams.notify.messages import Message, text, title

SECONDS = 25.0
SHORTEST_SECRET = 4  # characters; a shorter piece of a URL is a word

# What Apprise says is recorded with the delivery, without the secrets that its own lines hold.
logging.getLogger("apprise").propagate = False
logging.getLogger("apprise").addHandler(logging.NullHandler())


class Service:
    seconds = SECONDS + 5.0
    knows_keys = False

    def __init__(self, name: str, url: str) -> None:
        asset = AppriseAsset(app_id="Kawat", app_desc="Kawat", app_url="", async_mode=False)
        service = Apprise.instantiate(url, asset=asset)
        if service is None:
            raise UsageError(f"channel {name}: Apprise does not know such a url")
        if "overflow=" not in url:
            service.overflow_mode = OverflowMode.SPLIT  # a digest may be longer than the service's messages
        self._apprise = Apprise(asset=asset)
        self._apprise.add(service)
        self._secrets = secrets(url)
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix=f"channel-{name}")
        self._attempt: Future[AppriseResult] | None = None

    async def send(self, message: Message) -> Outcome:
        if self._attempt is not None and not self._attempt.done():
            return Failed("the attempt before is still under way")
        self._attempt = self._thread.submit(self._notify, title(message), text(message))
        return self._outcome(await asyncio.wrap_future(self._attempt))

    async def close(self) -> None:
        self._thread.shutdown(wait=False, cancel_futures=True)

    def _notify(self, heading: str, content: str) -> AppriseResult:
        return self._apprise.notify(
            title=heading, body=content, body_format=NotifyFormat.TEXT, timeout=SECONDS
        )

    def _outcome(self, result: AppriseResult) -> Outcome:
        if result:
            return Sent()
        said = "; ".join(str(entry.message) for entry in result.logs())
        late = result.status == AppriseResultStatus.TIMEOUT
        detail = redacted(said, self._secrets) or ("no answer" if late else "the service did not take it")
        return Failed(detail[:300], maybe=True)


def secrets(url: str) -> list[str]:
    """Every piece of a channel's URL that may be secret, longest first."""
    pieces = re.split(r"[/:@?&=#]+", url.partition("://")[2])
    every = {piece for part in pieces for piece in (part, unquote(part)) if len(piece) >= SHORTEST_SECRET}
    return sorted(every, key=len, reverse=True)


def redacted(said: str, pieces: list[str]) -> str:
    for piece in pieces:
        said = said.replace(piece, "…")
    return said
