"""wire.mentions → wire.alerts: decides what is new, in one order on one partition.

A batch is decided by the state, its decisions are written as one page of the log, then the alerts, then the
alerts are sent. Whatever goes wrong in between, the records come again: those that are on a page already are
rendered from the decision that stands there, and an alert that is there already is sent as it stands.
"""

import logging
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from itertools import chain

import msgspec
from elasticsearch import AsyncElasticsearch

from processors import alerts as alerting
from processors.decisions import Decision, decision_id
from processors.errors import Reason
from processors.records import Alert, Claims
from streams import alert_memory, alert_rules
from streams.alert_memory import Memory
from streams.elastic import alerts, decisions, indices
from streams.elastic.alerts import Stored
from streams.elastic.client import agents_client
from streams.message import Dead, Message, Outcome, Produced, Stage
from streams.settings import MIB, Settings
from streams.topics import ALERTS, MENTIONS, Topic

_Before = tuple[Decision, frozenset[str]]

_decoder = msgspec.json.Decoder(Claims)

log = logging.getLogger(__name__)


def stage(settings: Settings) -> Stage:
    """Raises UsageError where the rules file has a mistake."""
    return Alerting(settings)


class Alerting:
    name: str = "alert"
    source: Topic = MENTIONS
    batch: int = 200
    batch_bytes: int = 4 * MIB
    window: int = 1  # one order

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._rules = alert_rules.read(settings.rules)
        self._client: AsyncElasticsearch | None = None
        self._memory: Memory | None = None  # None: to be read from the logs

    async def ready(self) -> None:
        """Sets up what is missing and remembers. Raises TryLater where Elasticsearch does not answer."""
        await indices.make_ready(self._connected(), self._settings)
        await self._up_to_date()

    async def process(self, messages: Sequence[Message]) -> Sequence[Sequence[Outcome]]:
        """The alerts of each record, a Dead for what is none."""
        decoded = [_decode(message) for message in messages]
        try:
            return await self._settled(decoded)
        except BaseException:
            if self._memory is not None and self._memory.ahead:
                self._memory = None  # whether the page was written is to be read
            raise

    async def close(self) -> None:
        if self._client is not None:
            await self._client.close()
            self._client = None

    def _connected(self) -> AsyncElasticsearch:
        if self._client is None:  # not before: it belongs to the loop that runs us
            self._client = agents_client(self._settings)
        return self._client

    async def _up_to_date(self) -> Memory:
        if self._memory is None:
            window = timedelta(days=self._rules.window_days)
            now = datetime.now(UTC)
            self._memory = await alert_memory.recalled(self._connected(), self._settings, window, now)
        else:
            await alert_memory.catch_up(self._connected(), self._settings, self._memory)
        return self._memory

    async def _settled(self, decoded: Sequence[Claims | Dead]) -> list[list[Outcome]]:
        """Decides until no other worker has decided meanwhile and no record brings the code to a fault."""
        faulty: dict[int, Dead] = {}
        while True:
            records = {
                position: each
                for position, each in enumerate(decoded)
                if isinstance(each, Claims) and position not in faulty
            }
            told = None
            try:
                told = await self._told(records)
            except _Fault as fault:
                log.exception("record %d of the batch", fault.position)
                faulty[fault.position] = Dead(Reason.FAULT, str(fault))
            if told is not None:
                return [_outcomes(faulty.get(n, each), told.get(n, [])) for n, each in enumerate(decoded)]
            self._memory = None

    async def _told(self, records: Mapping[int, Claims]) -> dict[int, list[Stored]] | None:
        """The alerts of each record, all written; None where another worker has decided meanwhile."""
        client, memory = self._connected(), await self._up_to_date()
        now = datetime.now(UTC)
        made = _decided(memory, records, now)
        before = await self._decided_before(memory, records)
        told = {n: self._rendered(n, claims, made, before) for n, claims in records.items()}
        if made:
            new = [alert.id for n, claims in records.items() if _id(claims) in made for alert in told[n]]
            page = alert_memory.next_page(memory, list(made.values()), new, now)
            if not await decisions.append(client, self._settings, page):
                return None
            memory.noted(page)
        standing = await alerts.write(client, self._settings, list(chain.from_iterable(told.values())))
        kills = [claims for claims in records.values() if claims.status == "canceled"]
        await alerts.blank(client, self._settings, kills)
        return {n: [standing[alert.id] for alert in its_alerts] for n, its_alerts in told.items()}

    async def _decided_before(self, memory: Memory, records: Mapping[int, Claims]) -> dict[str, _Before]:
        """The decisions of an earlier batch, by their id, with the alerts that came of their page."""
        numbers = {page for claims in records.values() if (page := memory.page_of(claims)) is not None}
        pages = await decisions.pages(self._connected(), self._settings, sorted(numbers))
        return {
            decision.id: (decision, frozenset(page.alerts)) for page in pages for decision in page.in_order()
        }

    def _rendered(
        self, position: int, claims: Claims, made: Mapping[str, Decision], before: Mapping[str, _Before]
    ) -> list[Stored]:
        """The alerts of one record: of a decision made before, those that its rules told of then."""
        id_ = _id(claims)
        decision, told_then = before.get(id_, (made.get(id_), None))
        if decision is None:
            return []
        with _blamed(position):
            rendered = alerting.render(decision, claims, self._rules)
        keys = {group.id: group.claims for group in decision.groups}
        return [
            alerts.stored(alert, claims, keys.get(alert.group, ()))
            for alert in rendered
            if told_then is None or alert.id in told_then
        ]


class _Fault(Exception):
    """The code raised on a record."""

    def __init__(self, position: int, error: Exception) -> None:
        super().__init__(f"{type(error).__name__}: {error}"[:500])
        self.position = position


@contextmanager
def _blamed(position: int) -> Iterator[None]:
    """Within it, whatever is raised is put down to the record at this position of the batch."""
    try:
        yield
    except Exception as error:
        raise _Fault(position, error) from error


def _decided(memory: Memory, records: Mapping[int, Claims], now: datetime) -> dict[str, Decision]:
    """What is decided of those records that have not been decided before, in order; the memory has it."""
    made: dict[str, Decision] = {}
    for position, claims in records.items():
        if memory.page_of(claims) is not None or _id(claims) in made:
            continue
        with _blamed(position):
            decision = alerting.decide(memory.state, claims, now)
            if decision is not None:
                memory.take(decision)
                made[decision.id] = decision
    return made


def _id(claims: Claims) -> str:
    return decision_id(claims.id, claims.order)


def _decode(message: Message) -> Claims | Dead:
    try:
        return _decoder.decode(message.value or b"")
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        return Dead(Reason.BAD_RECORD, f"no claims: {error}")


def _outcomes(record: Claims | Dead, told: Sequence[Stored]) -> list[Outcome]:
    if isinstance(record, Dead):
        return [record]
    return [Produced(ALERTS, alert.group.encode(), msgspec.json.encode(_sent(alert))) for alert in told]


def _sent(alert: Stored) -> Alert:
    """Without what only the index needs."""
    return Alert(**{name: getattr(alert, name) for name in Alert.__struct_fields__})
