"""What has become of the sample wire: asked of the index and of the dead letters."""

from datetime import datetime

from elasticsearch import Elasticsearch

from processors.errors import Rejected
from processors.parse import articles
from processors.records import Origin
from streams import dead_letter_topic, sample
from streams.elastic.indices import ARTICLES
from streams.elastic.queries import is_embargoed
from streams.settings import Settings


def outcome(client: Elasticsearch, settings: Settings, anchor: datetime, now: datetime) -> sample.Expected:
    """The same figures as `sample.expected`, as they are at the moment.

    Raises the client's ApiError and TransportError, and TryLater where Kafka does not answer.
    """
    ids = sorted(stories(anchor))
    answer = client.search(  # not by id: what is told is what can be searched
        index=settings.named(ARTICLES),
        query={"ids": {"values": ids}},
        size=len(ids),
        source_includes=["status", "live", "embargo_until"],
    )
    found = [hit["_source"] for hit in answer["hits"]["hits"]]
    embargoed = [each for each in found if each["live"] and is_embargoed(each, now)]
    return sample.Expected(
        live=sum(each["live"] for each in found) - len(embargoed),
        killed=sum(each["status"] == "canceled" for each in found),
        withheld=sum(each["status"] == "withheld" for each in found),
        embargoed=len(embargoed),
        dead=len(_dead(settings)),
    )


def stories(anchor: datetime) -> set[str]:
    """The ids of all stories in the wire."""
    found: set[str] = set()
    for locator, content in sample.wire(anchor):
        origin = Origin(feed=sample.FEED, locator=locator, received=anchor)
        try:
            found |= {each.id for each in articles(content, origin) if not isinstance(each, Rejected)}
        except Rejected:
            continue  # it is one of those meant for the dead letters
    return found


def _dead(settings: Settings) -> set[str]:
    """Payloads, not letters: a payload that is fed again dies again."""
    letters = dead_letter_topic.current(settings).values()
    return {letter.about for letter in letters if letter.feed == sample.FEED}
