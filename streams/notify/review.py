"""Deliveries looked at and tried again by hand, for the command line."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec
from elasticsearch import ConflictError, Elasticsearch

from streams.elastic.indices import DELIVERIES
from streams.notify.deliveries import Delivery, State
from streams.settings import Settings

Json = dict[str, Any]
MOST = 1_000


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which deliveries. None and empty: no condition."""

    states: Sequence[State] = ()
    channel: str | None = None
    alert: str | None = None  # its id, or its group's

    def query(self) -> Json:
        filters: list[Json] = []
        if self.states:
            filters.append({"terms": {"state": list(self.states)}})
        if self.channel:
            filters.append({"term": {"channel": self.channel}})
        if self.alert:
            names = ("alert", "group", "follows")
            filters.append({"bool": {"should": [{"term": {name: self.alert}} for name in names]}})
        return {"bool": {"filter": filters, "must_not": {"term": {"state": "routed"}}}}


def found(client: Elasticsearch, settings: Settings, wanted: Wanted, size: int) -> list[Delivery]:
    """The newest first. Raises the client's errors."""
    client.indices.refresh(index=settings.named(DELIVERIES))
    answer = client.search(
        index=settings.named(DELIVERIES), query=wanted.query(), size=size, sort=[{"rank": "desc"}]
    )
    return [msgspec.convert(hit["_source"], Delivery) for hit in answer["hits"]["hits"]]


def counts(client: Elasticsearch, settings: Settings, wanted: Wanted) -> Mapping[str, Mapping[State, int]]:
    """How many of them are in which state, by channel. Raises the client's errors."""
    by_state = {"by_state": {"terms": {"field": "state", "size": 20}}}
    answer = client.search(
        index=settings.named(DELIVERIES), query=wanted.query(), size=0,
        aggs={"by_channel": {"terms": {"field": "channel", "size": MOST}, "aggs": by_state}},
    )  # fmt: skip
    return {
        channel["key"]: {state["key"]: state["doc_count"] for state in channel["by_state"]["buckets"]}
        for channel in answer["aggregations"]["by_channel"]["buckets"]
    }


def retry(
    client: Elasticsearch, settings: Settings, wanted: Wanted, ids: Sequence[str], now: datetime
) -> list[str]:
    """Lets failed deliveries, those of the ids or all that are wanted, be tried anew. Returns their ids.

    Raises the client's errors. One that somebody changes meanwhile is left as it is.
    """
    index = settings.named(DELIVERIES)
    client.indices.refresh(index=index)
    query = Wanted(states=("failed",), channel=wanted.channel, alert=wanted.alert).query()
    if ids:
        query["bool"]["filter"].append({"terms": {"id": list(ids)}})
    done: list[str] = []
    answer = client.search(index=index, query=query, size=MOST, seq_no_primary_term=True)
    for hit in answer["hits"]["hits"]:
        again = {"state": "pending", "due": now.isoformat(), "since": now.isoformat(), "attempts": 0}
        try:
            client.index(
                index=index, id=hit["_id"], document=hit["_source"] | again,
                if_seq_no=hit["_seq_no"], if_primary_term=hit["_primary_term"], refresh=True,
            )  # fmt: skip
        except ConflictError:
            continue
        done.append(hit["_id"])
    return done
