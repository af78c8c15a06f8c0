"""What has become of the stories whose alerts had to wait: nothing of a killed one is sent."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from elasticsearch import AsyncElasticsearch

from processors.records import Alert
from streams.elastic.client import pausing
from streams.elastic.indices import ARTICLES
from streams.settings import Settings


class Fate(NamedTuple):
    """Of the version that stands."""

    order: int
    killed: bool
    embargo_until: datetime | None


async def fates(client: AsyncElasticsearch, settings: Settings, stories: Sequence[str]) -> Mapping[str, Fate]:
    """Of those that are indexed, read in real time. Raises TryLater where Elasticsearch does not answer."""
    if not stories:
        return {}
    with pausing():
        answer = await client.mget(
            index=settings.named(ARTICLES),
            ids=list(stories),
            source_includes=["order", "status", "embargo_until"],
        )
    return {each["_id"]: _fate(each["_source"]) for each in answer["docs"] if each.get("found")}


def embargo(alert: Alert, fate: Fate | None) -> datetime | None:
    """Until when nobody may hear of an alert: a newer version of its story may have lifted or set one."""
    if fate is None or fate.order < alert.order:
        return alert.not_before  # the index is behind the alert
    if alert.follows is not None and alert.not_before is None:
        return None  # of what was known before
    return fate.embargo_until


def _fate(fields: Mapping[str, Any]) -> Fate:
    until = fields.get("embargo_until")
    return Fate(
        fields["order"], fields["status"] == "canceled", datetime.fromisoformat(until) if until else None
    )
