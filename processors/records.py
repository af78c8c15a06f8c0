"""The records that flow, and nothing else.

`Origin` + bytes (wire.raw) → `Item`, what a format reads → `Article` (wire.articles) → `Document`
(wire.enriched, wire.stories, Elasticsearch) → `Claims` (wire.mentions) → `Alert` (wire.alerts).
Offsets are code points into `body`, end exclusive;
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
Act = Literal[
    "sale", "purchase", "supply", "transfer", "donation", "agreement", "talks",
    "order", "delivery", "suspension", "embargo", "smuggling", "production_licence",
]  # fmt: skip
DealStatus = Literal[
    "alleged", "reported", "confirmed", "planned", "denied", "urged_against", "suspended", "possible"
]
GoodsClass = Literal[
    "small_arms", "ammunition", "artillery", "missiles", "air_defence", "combat_aircraft", "drones",
    "warships", "submarines", "armour", "sensors", "technology",
]  # fmt: skip
ClaimantKind = Literal["government", "company", "media", "analyst", "other"]
Grade = Literal["A", "B", "C"]
AlertKind = Literal[
    "new", "development", "correction", "weakened", "retraction", "on_hold", "restored"
]  # the last five follow an alert


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
    """One mention of an arms deal. Names are as in the article; ids are those of its entities."""

    start: int
    end: int
    evidence: str  # the clause or sentence: body[start:end]
    act: Act
    status: DealStatus
    supplier: list[str] = []
    recipient: list[str] = []
    goods: list[str] = []
    claimant: str | None = None  # who says so; None: the outlet itself
    quantity: str | None = None  # as printed: "42 unit"
    value: str | None = None  # as printed: "8,1 miliar dolar AS"
    background: bool = False
    grade: Grade = "C"
    why: list[str] = []  # the rules that made it, for people: "act: membeli"
    supplier_ids: list[str] = []
    recipient_ids: list[str] = []
    directed: bool = True  # False: who supplies whom is not said ("kedua negara"); both are in `supplier`
    goods_classes: list[GoodsClass] = []  # empty: generic ("senjata")
    systems: list[str] = []  # named systems, normalised: "su-35", "himars"
    claimant_id: str | None = None
    claimant_kind: ClaimantKind = "media"
    claimant_country: str | None = None  # ISO 3166 code of a government, official or company


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
    signature: str | None = None  # of the body (`duplicates`); None: it says too little
    cluster_id: str | None = None
    timings: Timings
    pipeline: Pipeline


class Claims(msgspec.Struct, kw_only=True):
    """What one version of a story says of arms deals: its record on wire.mentions, without the body.

    Every document makes one, also without any deal: it may take back what the version before said.
    """

    id: str
    source: str
    item_id: str
    version: int
    order: int
    status: Status
    provider_status: str | None
    version_time: datetime | None
    change: Change
    corrects: str | None
    embargo_until: datetime | None
    live: bool
    language: str
    headline: str | None
    byline: str | None
    url: str | None
    published: datetime | None
    received: datetime
    credited_sources: list[str]
    cluster_id: str | None
    fingerprint: str
    arms_deals: list[ArmsDeal]
    seed: bool = False  # indexed before alerting began: known from now on, alerts nobody
    schema: int = SCHEMA


class Deal(msgspec.Struct, kw_only=True):
    """The identity of a deal; what is not known yet is empty. Lists are sorted."""

    id: str
    family: str  # transfer, restriction, smuggling
    supplier_ids: list[str]
    recipient_ids: list[str]
    goods_classes: list[GoodsClass]
    directed: bool = True
    linked: str | None = None  # of a restriction: the transfer it restricts


class Evidence(msgspec.Struct, kw_only=True):
    """One mention inside an alert, and what is new about it ("deal", "status denied by supplier")."""

    text: str
    start: int
    end: int
    act: Act
    status: DealStatus
    grade: Grade
    supplier: list[str]
    recipient: list[str]
    goods: list[str]
    claimant: str | None
    quantity: str | None
    value: str | None
    news: list[str]
    why: list[str]


class Alert(msgspec.Struct, kw_only=True):
    """One alert for one rule, deal and version of a story, or what follows one. The record of wire.alerts.

    A follow-up (`follows` is set) has no rule: it goes wherever the alerts of that group went.
    """

    id: str  # of a rule's alert "<group>/<rule>", of a follow-up the group itself; hashed where long
    group: str  # decision and deal: alerts of all rules for the same news share it
    kind: AlertKind
    rule: str | None
    rule_why: list[str]  # the rule's conditions that hold: "supplier RU"
    channels: list[str]  # names in the rules file
    digest: str | None  # the rule's schedule, where this goes to the digest; None: at once
    deal: Deal
    news: list[str]  # what is new, for people
    evidence: list[Evidence]  # empty in follow-ups to a killed story
    before: list[Evidence]  # of a correction: what was said
    remaining: int | None  # of weakened: origins that still stand
    origins: list[str]  # who reported it first-hand, as far as credited
    outlets: list[str]  # whose stories carry it
    first_alert: str | None  # group of the deal's first alert; None: it is this
    follows: str | None  # group
    story: str  # Article.id
    order: int
    source: str
    headline: str | None
    language: str
    url: str | None
    not_before: datetime | None  # an embargo's end
    published: datetime | None
    received: datetime
    decided: datetime
    schema: int = SCHEMA
