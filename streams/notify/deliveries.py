"""The documents of kawat-deliveries: one for each alert and channel, and one to say that an alert was routed.

Whoever changes a delivery names the change it has seen last (`if_seq_no`), so that of two who want the same
delivery one gets it. What is read by id is read in real time; what is searched is up to a second old, which
the same rule makes harmless.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

import msgspec
from elasticsearch import AsyncElasticsearch

from processors.errors import TryLater
from processors.records import SCHEMA, Alert, AlertKind
from streams.elastic.client import pausing, reasons
from streams.elastic.indices import DELIVERIES
from streams.settings import Settings

State = Literal["pending", "sending", "sent", "failed", "cancelled", "held", "muted", "routed"]
Json = dict[str, Any]

OPEN: tuple[State, ...] = ("pending", "sending")
PAGE = 50
MOST = 1_000  # deliveries of one group


class Delivery(msgspec.Struct, kw_only=True):
    """One alert on its way to one channel. It keeps the alert's text only for as long as it may be sent."""

    id: str
    alert: str  # Alert.id
    group: str
    follows: str | None
    kind: AlertKind
    rule: str | None
    channel: str
    digest: str | None  # the schedule whose message it waits for
    title: str  # the deal: ids and goods classes, no words of a publisher
    deal: str
    source: str
    story: str
    state: State
    rank: int  # the order of a channel's deliveries
    received: datetime  # from the wire
    made: datetime
    since: datetime  # its first chance: from then on it is tried for so long and no longer
    due: datetime
    attempts: int = 0
    lease: datetime | None = None  # until when `sending` is its owner's business alone
    owner: str | None = None
    maybe: bool = False  # an attempt may have got through without our hearing of it
    then: Literal["cancelled", "held"] | None = None  # what becomes of it if the attempt under way fails
    by: str | None = None  # the follow-up that cancelled, held or released it, or the mute
    by_kind: AlertKind | None = None
    after: list[str] = []  # deliveries it may not overtake
    message: str | None = None  # the digest's message it goes in, once that was tried
    sent: datetime | None = None
    status: int | None = None  # HTTP's, of the last attempt
    receipt: str | None = None  # the provider's id of the message
    error: str | None = None
    record: Alert | None = None
    schema: int = SCHEMA

    @property
    def key(self) -> str:
        """What the receiver knows the message by, however often it comes."""
        return self.message or self.id

    @property
    def heard(self) -> bool:
        """Whether somebody has been told, as far as we know."""
        return self.maybe or self.state in ("sent", "sending")


@dataclass(frozen=True, slots=True)
class Stored:
    """A delivery as it stands in the index, and the change that made it so."""

    delivery: Delivery
    seq_no: int
    primary_term: int


@dataclass(frozen=True, slots=True)
class Refused:
    """Elasticsearch does not take the document, for a fault of its own."""

    detail: str


def delivery_id(alert: str, channel: str) -> str:
    """The `_id` of a delivery; with no channel, of the note that an alert was routed."""
    return hashlib.sha256(f"{alert}\n{channel}".encode()).hexdigest()[:20]


class Deliveries:
    """The index. Every method raises TryLater where Elasticsearch does not answer."""

    def __init__(self, client: AsyncElasticsearch, settings: Settings) -> None:
        self._client = client
        self._index = settings.named(DELIVERIES)

    async def create(self, deliveries: Sequence[Delivery]) -> list[Stored | Refused | None]:
        """What became of each: None where it is there already. Durable when it returns."""
        lines: list[Any] = []
        for each in deliveries:
            lines += ({"create": {"_index": self._index, "_id": each.id}}, msgspec.json.encode(each))
        return await self._write(deliveries, lines)

    async def replace(self, changed: Sequence[Stored]) -> list[Stored | None]:
        """Writes each delivery over the change it was read at: None where somebody else changed it since."""
        lines: list[Any] = []
        for each in changed:
            where = {"_index": self._index, "_id": each.delivery.id}
            seen = {"if_seq_no": each.seq_no, "if_primary_term": each.primary_term}
            lines += ({"index": where | seen}, msgspec.json.encode(each.delivery))
        written = await self._write([each.delivery for each in changed], lines)
        refused = next((each for each in written if isinstance(each, Refused)), None)
        if refused is not None:
            raise TryLater(f"Elasticsearch refuses a delivery: {refused.detail}")
        return [each if isinstance(each, Stored) else None for each in written]

    async def get(self, ids: Sequence[str]) -> dict[str, Stored]:
        """Those that are there, as they are now."""
        if not ids:
            return {}
        with pausing():
            answer = await self._client.mget(index=self._index, ids=list(ids))
        for each in answer["docs"]:
            if "error" in each:
                raise TryLater(f"Elasticsearch: {reasons(each['error'])}"[:500])
        return {each["_id"]: _stored(each) for each in answer["docs"] if each.get("found")}

    async def of_group(self, group: str) -> list[Stored]:
        """All deliveries of a group's alerts and of what follows them, as they are now, in their order."""
        with pausing():
            await self._client.indices.refresh(index=self._index)
        either = [{"term": {"group": group}}, {"term": {"follows": group}}]
        query: Json = {"bool": {"should": either, "minimum_should_match": 1, "must_not": _in("routed")}}
        return await self._search(query, MOST)

    async def due(self, channel: str, now: datetime, *, follow_ups_only: bool = False) -> list[Stored]:
        """The first of those that the channel may be sent now, those of a sender that died among them."""
        filters: list[Json] = [_term("channel", channel), {"range": {"due": {"lte": now.isoformat()}}}]
        if follow_ups_only:
            filters.append({"exists": {"field": "follows"}})
        return await self._search(_open(filters, now), PAGE)

    async def of_digest(self, first: Delivery, now: datetime, most: int) -> list[Stored]:
        """What goes in one message with the first: all that is due of its rule, or what was tried with it."""
        with pausing():
            await self._client.indices.refresh(index=self._index)
        filters: list[Json] = [_term("channel", first.channel), {"exists": {"field": "digest"}}]
        filters.append(_term("rule", first.rule) if first.rule else {"match_all": {}})
        if first.message:
            filters.append(_term("message", first.message))
            return await self._search(_open(filters, now), most)
        filters.append({"range": {"due": {"lte": now.isoformat()}}})
        fresh = _open(filters, now)
        fresh["bool"]["must_not"] = {"exists": {"field": "message"}}
        return await self._search(fresh, most)

    async def sent_since(self, channel: str, since: datetime, most: int) -> list[datetime]:
        """When the channel's last messages went, follow-ups apart; oldest first."""
        within: Json = {"range": {"sent": {"gte": since.isoformat()}}}
        filters: list[Json] = [_term("channel", channel), *_in("sent"), within]
        query = {"bool": {"filter": filters, "must_not": {"exists": {"field": "follows"}}}}
        with pausing():
            answer = await self._client.search(
                index=self._index, query=query, size=most, sort=[{"sent": "desc"}],
                source_includes=["id", "message", "sent"],
            )  # fmt: skip
        hits = [hit["_source"] for hit in answer["hits"]["hits"]]
        by_message = {hit.get("message") or hit["id"]: datetime.fromisoformat(hit["sent"]) for hit in hits}
        return sorted(by_message.values())

    async def _search(self, query: Json, size: int) -> list[Stored]:
        with pausing():
            answer = await self._client.search(
                index=self._index, query=query, size=size, sort=[{"rank": "asc"}],
                seq_no_primary_term=True, allow_partial_search_results=False,
            )  # fmt: skip
        return [_stored(hit) for hit in answer["hits"]["hits"]]

    async def _write(
        self, deliveries: Sequence[Delivery], lines: Iterable[Any]
    ) -> list[Stored | Refused | None]:
        if not deliveries:
            return []
        with pausing():
            answer = await self._client.bulk(
                operations=list(lines), require_alias=True, timeout="20s",
                filter_path="items.*.status,items.*.error,items.*._seq_no,items.*._primary_term",
            )  # fmt: skip
        items = [next(iter(item.values())) for item in answer["items"]]
        return [_written(each, item) for each, item in zip(deliveries, items, strict=True)]


def _written(delivery: Delivery, item: Mapping[str, Any]) -> Stored | Refused | None:
    status: int = item["status"]
    if status < 300:
        return Stored(delivery, item["_seq_no"], item["_primary_term"])
    if status == 409:
        return None
    detail = f"{item['error'].get('type', '')}: {reasons(item['error'])}"[:500]
    if status == 400:
        return Refused(detail)
    raise TryLater(f"Elasticsearch: {status} {detail}")


def _stored(hit: Mapping[str, Any]) -> Stored:
    return Stored(msgspec.convert(hit["_source"], Delivery), hit["_seq_no"], hit["_primary_term"])


def _open(filters: Sequence[Json], now: datetime) -> Json:
    """Pending, or claimed by somebody whose lease is over."""
    expired: Json = {"bool": {"filter": [*_in("sending"), {"range": {"lease": {"lt": now.isoformat()}}}]}}
    ways = [*_in("pending"), expired]
    return {"bool": {"filter": [*filters, {"bool": {"should": ways, "minimum_should_match": 1}}]}}


def _in(*states: State) -> list[Json]:
    return [{"terms": {"state": list(states)}}]


def _term(name: str, value: str) -> Json:
    return {"term": {name: value}}
