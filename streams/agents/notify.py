"""wire.alerts → channels: a delivery for each alert and channel, then the senders' work.

A record is acknowledged when its deliveries are in Elasticsearch. Sending goes on beside it, from there: no
channel that fails or hangs holds up the records or another channel.
"""

import asyncio
import logging
import os
import socket
from collections.abc import Mapping, Sequence

import msgspec
from elasticsearch import AsyncElasticsearch

from processors.alert_rules import Rules
from processors.errors import Reason, UsageError
from processors.records import Alert
from streams import alert_rules
from streams.elastic import indices
from streams.elastic.client import agents_client
from streams.message import Dead, Message, Outcome, Stage
from streams.notify import channels
from streams.notify.deliveries import Deliveries, Stored
from streams.notify.mutes import Mutes
from streams.notify.routing import Router
from streams.notify.sending import Sender
from streams.patience import Patience
from streams.settings import MIB, Settings
from streams.topics import ALERTS, Topic

STOP_SECONDS = 1.5  # for attempts under way; the worker gives a stage 2 s

_decoder = msgspec.json.Decoder(Alert)

log = logging.getLogger(__name__)


def stage(settings: Settings) -> Stage:
    """Raises UsageError where the rules file has a mistake."""
    return Notify(settings, alert_rules.read(settings.rules), os.environ)


class Notify:
    name: str = "notify"
    source: Topic = ALERTS
    batch: int = 200
    batch_bytes: int = 4 * MIB
    window: int = 1  # a follow-up comes after what it follows

    def __init__(self, settings: Settings, rules: Rules, environment: Mapping[str, str]) -> None:
        self._settings = settings
        self._rules = rules
        self._environment = environment
        self._client: AsyncElasticsearch | None = None
        self._router: Router | None = None
        self._senders: dict[str, Sender] = {}
        self._tasks: list[asyncio.Task[None]] = []
        self._strange: set[str] = set()  # channels that alerts name and nobody sends to

    async def ready(self) -> None:
        """Sets up what is missing and begins to send what waits. Raises TryLater, as Elasticsearch does."""
        await indices.make_ready(self._connected(), self._settings)
        if self._router is None:
            self._router = self._begun(self._connected())

    async def process(self, messages: Sequence[Message]) -> Sequence[Sequence[Outcome]]:
        """Nothing for an alert whose deliveries are made, a Dead for what is none."""
        if self._router is None:
            await self.ready()
        assert self._router is not None  # noqa: S101
        decoded = [_decode(message) for message in messages]
        refusals = iter(await self._router.route([each for each in decoded if isinstance(each, Alert)]))
        return [[each] if isinstance(each, Dead) else _dead(next(refusals)) for each in decoded]

    async def close(self) -> None:
        """Lets attempts under way end, for a moment; what is cut off is sent again when its lease is over."""
        await asyncio.gather(*(each.stop(STOP_SECONDS) for each in self._senders.values()))
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._client is not None:
            await self._client.close()
            self._client = None

    def _connected(self) -> AsyncElasticsearch:
        if self._client is None:  # not before: it belongs to the loop that runs us
            self._client = agents_client(self._settings)
        return self._client

    def _begun(self, client: AsyncElasticsearch) -> Router:
        deliveries = Deliveries(client, self._settings)
        patience = Patience(lambda _: None)  # an outage is told once, whatever the number of channels
        owner = f"{socket.gethostname()}:{os.getpid()}:{self._settings.instance}"
        for name, channel in self._rules.channels.items():
            try:
                outlet = channels.outlet(channel, self._environment)
            except UsageError as error:
                log.error("ALARM %s; its deliveries wait", error)
                continue
            self._senders[name] = Sender(
                channel, outlet, deliveries, client, self._settings, patience, self._rules.zone, owner
            )
        self._tasks = [asyncio.create_task(each.run()) for each in self._senders.values()]
        return Router(deliveries, Mutes(client, self._settings), self._rules, self._offer)

    def _offer(self, stored: Sequence[Stored]) -> None:
        by_channel: dict[str, list[Stored]] = {}
        for each in stored:
            by_channel.setdefault(each.delivery.channel, []).append(each)
        for name, its in by_channel.items():
            if sender := self._senders.get(name):
                sender.offer(its)
            elif name not in self._strange:
                self._strange.add(name)
                log.error("ALARM no channel %s is open: its deliveries wait", name)


def _decode(message: Message) -> Alert | Dead:
    try:
        return _decoder.decode(message.value or b"")
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        return Dead(Reason.BAD_RECORD, f"no alert: {error}")


def _dead(refusal: str | None) -> list[Outcome]:
    return [] if refusal is None else [Dead(Reason.REFUSED_BY_INDEX, refusal)]
