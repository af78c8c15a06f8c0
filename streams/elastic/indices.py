"""The indices: mappings, templates and aliases, and how they are set up.

One mapping serves a bare server (with the analysis plugin of deploy/local) and a full Elasticsearch.
A text is stored once and analysed three ways: as it is, by Indonesian and by English rules; a query
takes the way of each story's language (`queries`), so that neither language's stemmer spoils the other.
Fields nobody mapped are kept but not indexed: a strange payload cannot blow up the mapping.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import msgspec
from elasticsearch import ApiError, AsyncElasticsearch, BadRequestError, NotFoundError

from processors.errors import ServiceError, TryLater
from streams.elastic.client import cause, describe, pausing
from streams.settings import Settings

ARTICLES = "kawat-articles"  # the version of each story that stands, live or not
LIVE = "kawat-live"  # those of them that are live; the embargo is judged at query time
VERSIONS = "kawat-versions"  # every version of every story, killed ones without their text
QUOTES = "kawat-quotes"  # one document per quote of the versions that stand
LIVE_QUOTES = "kawat-live-quotes"
MENTIONS = "kawat-mentions"  # one document per mention of an arms deal in the versions that stand
LIVE_MENTIONS = "kawat-live-mentions"
DECISIONS = "kawat-decisions"  # the alert stage's log, a page per document, numbered by `_id`
ALERTS = "kawat-alerts"  # one document per alert; those of killed stories without their text
FEEDBACK = "kawat-feedback"  # what the watchers say of alerts, one entry per document, numbered by `_id`
DELIVERIES = "kawat-deliveries"  # one document per alert and channel

Json = dict[str, Any]

# A keyword beyond this is kept but not indexed: Lucene refuses terms over 32,766 bytes.
_KEYWORD: Json = {"type": "keyword", "ignore_above": 1024}
_DATE: Json = {"type": "date", "format": "strict_date_optional_time||epoch_millis", "ignore_malformed": True}
_COUNT: Json = {"type": "long", "ignore_malformed": True}
_FLAG: Json = {"type": "boolean"}
_OFFSET: Json = {"type": "integer", "index": False, "doc_values": False}
_PLAIN_TEXT: Json = {"type": "text"}
_KEPT_KEYWORD: Json = {"type": "keyword", "index": False, "doc_values": False}
_KEPT_ONLY: Json = {"type": "object", "enabled": False}
_NAME: Json = {"type": "keyword", "ignore_above": 1024, "fields": {"text": {"type": "text"}}}


def _prose(**more: Json) -> Json:
    """Offsets in the postings let a body of any length be highlighted without analysing it again."""
    view = {"type": "text", "index_options": "offsets"}
    return view | {
        "fields": {
            "id": view | {"analyzer": "indonesian"},
            "en": view | {"analyzer": "english"},
            **more,
        }
    }


_STORY: Json = {
    "id": _KEYWORD,
    "source": _KEYWORD,
    "item_id": _KEYWORD,
    "version": _COUNT,
    "order": {"type": "long"},
    "status": _KEYWORD,
    "provider_status": _KEYWORD,
    "change": _KEYWORD,
    "corrects": _KEYWORD,
    "live": _FLAG,
    "killed": _FLAG,
    "embargo_until": _DATE,
    "version_time": _DATE,
    "at": _DATE,  # the story's time: of publication, else of the version, else of its arrival
    "published": _DATE,
    "received": _DATE,
    "parsed": _DATE,
    "format": _KEYWORD,
    "language": _KEYWORD,
    "cluster_id": _KEYWORD,
    "schema": _COUNT,
    "fingerprint": _KEYWORD,
}

_QUOTE: Json = {
    "text": _prose(),
    "kind": _KEYWORD,
    "speaker": _NAME,
    "speaker_id": _KEYWORD,
    "speaker_method": _KEYWORD,
    "start": _OFFSET,
    "end": _OFFSET,
    "speaker_mention": _KEPT_ONLY,
    "cue": _KEPT_ONLY,
}

_ARMS_DEAL: Json = {
    "start": _OFFSET,
    "end": _OFFSET,
    "evidence": _PLAIN_TEXT,
    "act": _KEYWORD,
    "status": _KEYWORD,
    "supplier": _NAME,
    "recipient": _NAME,
    "goods": _NAME,
    "claimant": _NAME,
    "quantity": _KEYWORD,
    "value": _KEYWORD,
    "background": _FLAG,
    "grade": _KEYWORD,
    "why": _KEYWORD,
    "supplier_ids": _KEYWORD,
    "recipient_ids": _KEYWORD,
    "directed": _FLAG,
    "goods_classes": _KEYWORD,
    "systems": _KEYWORD,
    "claimant_id": _KEYWORD,
    "claimant_kind": _KEYWORD,
    "claimant_country": _KEYWORD,
}

_ARTICLE: Json = _STORY | {
    "headline": _prose(keyword=_KEYWORD),
    "body": _prose(),
    "slugline": _NAME,
    "byline": _NAME,
    "dateline": {"properties": {"place": _NAME, "agency": _KEYWORD, "date": _KEYWORD}},
    "urgency": _COUNT,
    "sequence": _COUNT,
    "keywords": _NAME,
    "subjects": _NAME,
    "genre": _KEYWORD,
    "ednote": _PLAIN_TEXT,
    "copyright": _PLAIN_TEXT,
    "usage_terms": _PLAIN_TEXT,
    "url": _KEYWORD,
    "credited_sources": _KEYWORD,
    "translated": _FLAG,
    "provider": _KEYWORD,
    "entities": {
        "type": "nested",
        "properties": {
            "id": _KEYWORD,
            "name": _NAME,
            "type": _KEYWORD,
            "mentions": {"properties": {"text": _PLAIN_TEXT}},
        },
    },
    "quotes": {"type": "nested", "properties": _QUOTE},
    "arms_deals": {"type": "nested", "properties": _ARMS_DEAL},
    "signature": _KEPT_KEYWORD,
    "timings": {"properties": {"received": _DATE, "parsed": _DATE, "enriched": _DATE, "grouped": _DATE}},
    "latency_ms": _COUNT,  # from the wire until it could be indexed
    "pipeline": {"properties": {"schema": _COUNT, "model": _KEYWORD}},
    "life": _KEPT_ONLY,
}

# What a child carries of its story, beside the fields of every story.
_CHILD: Json = {
    "story": _KEYWORD,
    "n": _COUNT,
    "headline": _prose(keyword=_KEYWORD),
    "byline": _NAME,
    "url": _KEYWORD,
    "credited_sources": _KEYWORD,
    "translated": _FLAG,
}

_QUOTE_DOCUMENT: Json = _STORY | _QUOTE | _CHILD | {"speaker_printed": _KEYWORD}

_MENTION_DOCUMENT: Json = (
    _STORY
    | _ARMS_DEAL
    | _CHILD
    | {"evidence": _prose(), "story_status": _KEYWORD, "parties": _KEYWORD}  # "RU → KP"
)

_DECISIONS_PAGE: Json = {
    "number": {"type": "long"},
    "at": _DATE,
    "feedback": _COUNT,
    "ids": _KEYWORD,
    "stories": _KEYWORD,
    "alerts": _KEYWORD,
    "speaks": _FLAG,
    "decisions": _KEPT_ONLY,
    "silent": _KEPT_ONLY,
    "schema": _COUNT,
}

_EVIDENCE: Json = {
    "properties": {
        "text": _prose(),
        "start": _OFFSET,
        "end": _OFFSET,
        "act": _KEYWORD,
        "status": _KEYWORD,
        "grade": _KEYWORD,
        "supplier": _NAME,
        "recipient": _NAME,
        "goods": _NAME,
        "claimant": _NAME,
        "quantity": _KEYWORD,
        "value": _KEYWORD,
        "news": _KEYWORD,
        "why": _KEYWORD,
    }
}

_DEAL: Json = {
    "properties": {
        "id": _KEYWORD,
        "family": _KEYWORD,
        "supplier_ids": _KEYWORD,
        "recipient_ids": _KEYWORD,
        "goods_classes": _KEYWORD,
        "directed": _FLAG,
        "linked": _KEYWORD,
    }
}

_ALERT: Json = {
    "id": _KEYWORD,
    "short": _KEYWORD,
    "group": _KEYWORD,
    "kind": _KEYWORD,
    "rule": _KEYWORD,
    "rule_why": _KEYWORD,
    "channels": _KEYWORD,
    "digest": _KEYWORD,
    "deal": _DEAL,
    "news": _KEYWORD,
    "evidence": _EVIDENCE,
    "before": _KEPT_ONLY,
    "remaining": _COUNT,
    "origins": _KEYWORD,
    "outlets": _KEYWORD,
    "first_alert": _KEYWORD,
    "follows": _KEYWORD,
    "story": _KEYWORD,
    "order": {"type": "long"},
    "version": _COUNT,
    "dated": _FLAG,
    "source": _KEYWORD,
    "headline": _prose(keyword=_KEYWORD),
    "language": _KEYWORD,
    "url": _KEYWORD,
    "claims": _KEYWORD,  # the keys that its group alerted
    "at": _DATE,  # since when it may be seen: decided, or the end of the embargo
    "not_before": _DATE,
    "published": _DATE,
    "received": _DATE,
    "decided": _DATE,
    "killed": _FLAG,
    "schema": _COUNT,
}

_FEEDBACK: Json = {
    "number": {"type": "long"},
    "id": _KEYWORD,
    "at": _DATE,
    "who": _KEYWORD,
    "action": _KEYWORD,
    "alert": _KEYWORD,
    "group": _KEYWORD,
    "deal": _KEYWORD,
    "claims": _KEYWORD,
    "other": _KEYWORD,
    "rule": _KEYWORD,
    "source": _KEYWORD,
    "until": _DATE,
    "note": _PLAIN_TEXT,
}

_DELIVERY: Json = {
    "id": _KEYWORD,
    "alert": _KEYWORD,
    "group": _KEYWORD,
    "follows": _KEYWORD,
    "kind": _KEYWORD,
    "rule": _KEYWORD,
    "channel": _KEYWORD,
    "digest": _KEYWORD,
    "title": _KEYWORD,
    "deal": _KEYWORD,
    "source": _KEYWORD,
    "story": _KEYWORD,
    "state": _KEYWORD,
    "rank": {"type": "long"},
    "received": _DATE,
    "made": _DATE,
    "since": _DATE,
    "due": _DATE,
    "attempts": _COUNT,
    "lease": _DATE,
    "owner": _KEYWORD,
    "maybe": _FLAG,
    "then": _KEYWORD,
    "by": _KEYWORD,
    "by_kind": _KEYWORD,
    "after": _KEYWORD,
    "message": _KEYWORD,
    "sent": _DATE,
    "status": _COUNT,
    "receipt": _KEYWORD,
    "error": _PLAIN_TEXT,
    "record": _KEPT_ONLY,
    "schema": _COUNT,
}

_LIVE_ONLY: Json = {"term": {"live": True}}


@dataclass(frozen=True, slots=True)
class Index:
    """One kind of document: its alias `name`, and the index `<name>-1` behind it."""

    name: str
    properties: Json
    filtered: Mapping[str, Json] = field(default_factory=dict)  # further aliases and their filters

    @property
    def physical(self) -> str:
        return f"{self.name}-1"

    def mappings(self) -> Json:
        """The mapping, with its digest, by which a worker sees that there is nothing to set up."""
        digest = hashlib.sha256(msgspec.json.encode(self.properties, order="deterministic")).hexdigest()[:16]
        return {"dynamic": False, "_meta": {"kawat": digest}, "properties": self.properties}

    def index_settings(self, settings: Settings) -> Json:
        """Those an existing index takes, too, and the number of its shards."""
        return {
            "number_of_shards": 1,
            "number_of_replicas": settings.replication - 1,
            "refresh_interval": "1s",  # explicit: else an index nobody searches stops refreshing
            "mapping.total_fields.limit": 500,
            "highlight.max_analyzed_offset": 20_000_000,  # beyond any payload: "begin*" has no postings
            "mapping.nested_objects.limit": 50_000,  # every name and quote is one
        }

    def aliases(self, settings: Settings) -> dict[str, Json]:
        filtered = {settings.named(alias): {"filter": query} for alias, query in self.filtered.items()}
        return {settings.named(self.name): {}} | filtered


INDICES = (
    Index(ARTICLES, _ARTICLE, {LIVE: _LIVE_ONLY}),
    Index(VERSIONS, _STORY),
    Index(QUOTES, _QUOTE_DOCUMENT, {LIVE_QUOTES: _LIVE_ONLY}),
    Index(MENTIONS, _MENTION_DOCUMENT, {LIVE_MENTIONS: _LIVE_ONLY}),
    Index(DECISIONS, _DECISIONS_PAGE),
    Index(ALERTS, _ALERT),
    Index(FEEDBACK, _FEEDBACK),
    Index(DELIVERIES, _DELIVERY),
)


async def is_set_up(client: AsyncElasticsearch, settings: Settings) -> bool:
    """Whether all indices stand behind their aliases with the mapping of this Kawat."""
    aliases = [alias for index in INDICES for alias in index.aliases(settings)]
    try:
        found = await client.indices.get(index=aliases, filter_path="*.mappings._meta,*.aliases")
    except NotFoundError:
        return False
    return all(_stands(index, found.body, settings) for index in INDICES)


async def make_ready(client: AsyncElasticsearch, settings: Settings) -> None:
    """For stages: sets up what is missing. Raises TryLater unless all indices can be written."""
    with pausing():
        await client.cluster.health(timeout="5s")
        if not await is_set_up(client, settings):
            try:
                await set_up(client, settings)
            except ServiceError as error:
                raise TryLater(str(error)) from error
        names = [settings.named(index.name) for index in INDICES]
        await client.cluster.health(index=names, wait_for_status="yellow", timeout="5s")


async def set_up(client: AsyncElasticsearch, settings: Settings) -> None:
    """Creates what is missing and adds what is new; safe to repeat, and by several at once.

    Raises ServiceError where an index cannot take the mapping, ApiError or TransportError where
    Elasticsearch does not answer.
    """
    for index in INDICES:
        await _put_template(client, index, settings)
        if not await _created(client, index, settings):
            await _bring_up_to_date(client, index, settings)


def _stands(index: Index, found: Json, settings: Settings) -> bool:
    described = found.get(settings.named(index.physical))
    if described is None:
        return False
    digest = described.get("mappings", {}).get("_meta", {}).get("kawat")
    missing = index.aliases(settings).keys() - described.get("aliases", {}).keys()
    return bool(digest == index.mappings()["_meta"]["kawat"]) and not missing


async def _put_template(client: AsyncElasticsearch, index: Index, settings: Settings) -> None:
    try:
        await client.indices.put_index_template(
            name=settings.named(index.name),
            index_patterns=[settings.named(f"{index.name}-*")],
            priority=200,
            template={"settings": {"index": index.index_settings(settings)}, "mappings": index.mappings()},
        )
    except BadRequestError as error:
        raise _unusable(index, settings, error) from error


async def _created(client: AsyncElasticsearch, index: Index, settings: Settings) -> bool:
    try:
        await client.indices.create(
            index=settings.named(index.physical),
            aliases=index.aliases(settings),
            settings={"index": index.index_settings(settings)},
            mappings=index.mappings(),
        )
    except BadRequestError as error:
        if cause(error)[0] == "resource_already_exists_exception":
            return False
        raise _unusable(index, settings, error) from error
    return True


async def _bring_up_to_date(client: AsyncElasticsearch, index: Index, settings: Settings) -> None:
    name = settings.named(index.physical)
    changeable = {k: v for k, v in index.index_settings(settings).items() if k != "number_of_shards"}
    actions = [
        {"add": {"index": name, "alias": alias} | options}
        for alias, options in index.aliases(settings).items()
    ]
    try:
        await client.indices.put_settings(index=name, settings={"index": changeable})
        await client.indices.update_aliases(actions=actions)
        mappings = index.mappings()
        await client.indices.put_mapping(
            index=name, dynamic="false", meta=mappings["_meta"], properties=mappings["properties"]
        )
    except BadRequestError as error:
        raise _unusable(index, settings, error) from error


def _unusable(index: Index, settings: Settings, error: ApiError) -> ServiceError:
    name = settings.named(index.physical)
    if "analyzer [indonesian]" in str(error.body) or "analyzer [english]" in str(error.body):
        return ServiceError(
            "This Elasticsearch has no indonesian or english analyzer: `kawat up` starts one that has"
        )
    return ServiceError(f"Elasticsearch cannot give {name} the mapping of this Kawat: {describe(error)}")
