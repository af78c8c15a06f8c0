"""The records that flow, and nothing else.

`Origin` + bytes (wire.raw) → `Item`, what a format reads → `Article` (wire.articles) → `Document`
(wire.enriched, wire.stories, Elasticsearch). Offsets are code points into `body`, end exclusive;
`body[start:end] == text` always holds. Datetimes carry a time zone; `order` is explained in `identity`.
"""

from datetime import datetime
from typing import Literal

import msgspec

SCHEMA = 1

Status = Literal["usable", "withheld", "canceled"]
Change = Literal[
    "new", "update", "correction", "lead", "add", "writethru", "advisory", "hold", "kill", "restored"
]
EntityType = Literal["PER", "ORG", "LOC"]
QuoteKind = Literal["direct", "indirect", "mixed"]
SpeakerMethod = Literal["explicit", "coreference", "role", "implied"]


class Origin(msgspec.Struct, frozen=True, kw_only=True):
    """Where a payload came from: the headers of its wire.raw record."""

    feed: str  # the feed's name, e.g. the folder's
    locator: str  # stable within the feed: relative path, "archive.zip!member", "wire.jsonl:17", URL
    received: datetime  # the timestamp of the wire.raw record, UTC
    source: str | None = None  # --source, beats what the payload says
    format: str | None = None  # --format, beats sniffing


class Dateline(msgspec.Struct, frozen=True, kw_only=True):
    place: str | None = None
    agency: str | None = None
    date: str | None = None  # as printed


class Item(msgspec.Struct, kw_only=True):
    """One story as a format reads it: what the payload says, nothing guessed. None = not said."""

    format: str
    body: str  # plain text, paragraphs separated by a blank line; not cleaned yet
    item_id: str | None = None
    provider: str | None = None
    version: int | None = None
    version_time: datetime | None = None  # the provider's time of this version
    status: Status = "usable"
    provider_status: str | None = None  # the status as printed; None: the payload did not say
    change: Change = "new"
    corrects: str | None = None
    embargo_until: datetime | None = None  # `identity.UNTIL_FURTHER_NOTICE` where no time can be read
    language: str | None = None
    headline: str | None = None
    slugline: str | None = None
    byline: str | None = None
    dateline: Dateline | None = None
    published: datetime | None = None
    urgency: int | None = None
    keywords: list[str] = []
    subjects: list[str] = []
    genre: str | None = None
    ednote: str | None = None
    usage_terms: str | None = None
    copyright: str | None = None
    url: str | None = None
    sequence: int | None = None
    credited_sources: list[str] = []
    translated: bool = False


class Article(Item, kw_only=True):
    """A cleaned story with its identity: what wire.articles carries. Key of its record: `id`."""

    id: str  # "<source>:<item_id>"
    source: str
    item_id: str
    version: int
    order: int
    live: bool  # status is usable and nothing newer replaced it; an embargo is judged at query time
    fingerprint: str = ""  # of all that the payload says: the same story sent again has the same
    received: datetime
    language: str
    schema: int = SCHEMA
    parsed: datetime | None = None  # when the parse stage was done with it


class Mention(msgspec.Struct, frozen=True, kw_only=True):
    start: int
    end: int
    text: str


class Entity(msgspec.Struct, kw_only=True):
    """One person, organisation or place of the article with all its mentions, in text order."""

    id: str
    name: str
    type: EntityType
    mentions: list[Mention]


class Quote(msgspec.Struct, kw_only=True):
    """Somebody's words. `speaker`: the full name found anywhere in the article, else role or organisation."""

    text: str
    start: int
    end: int
    kind: QuoteKind
    speaker: str | None = None
    speaker_id: str | None = None
    speaker_method: SpeakerMethod | None = None
    speaker_mention: Mention | None = None
    cue: Mention | None = None


class ArmsDeal(msgspec.Struct, kw_only=True):
    """One mention of an arms deal; the values of act, status and grade are listed in docs/architecture.md."""

    start: int
    end: int
    evidence: str
    act: str
    status: str
    supplier: list[str] = []
    recipient: list[str] = []
    goods: list[str] = []
    claimant: str | None = None
    quantity: str | None = None
    value: str | None = None
    background: bool = False
    grade: str = "C"
    why: list[str] = []


class Timings(msgspec.Struct, kw_only=True):
    """When the story passed each stage, UTC."""

    received: datetime
    parsed: datetime | None = None
    enriched: datetime | None = None
    grouped: datetime | None = None


class Pipeline(msgspec.Struct, frozen=True, kw_only=True):
    schema: int
    model: str


class Document(Article, kw_only=True):
    """The enriched article: what `kawat enrich` prints and Elasticsearch holds."""

    entities: list[Entity] = []
    quotes: list[Quote] = []
    arms_deals: list[ArmsDeal] = []
    cluster_id: str | None = None
    timings: Timings
    pipeline: Pipeline
