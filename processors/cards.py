"""What a desk sees of a story or an alert in a list: a card. Pure.

A story that no longer stands (withdrawn, on hold) and an alert of one have cards without a word of text.
"""

from collections.abc import Iterable
from datetime import datetime

import msgspec

from processors.decisions import short_id
from processors.records import Alert, AlertKind, Change, Deal, Document, Entity, EntityType, Evidence, Status

_BEGINNING = 200  # characters
_NAMES = 6  # of each kind


class Country(msgspec.Struct, frozen=True):
    id: str
    name: str


class Card(msgspec.Struct, frozen=True, kw_only=True):
    id: str
    source: str
    order: int
    version: int
    status: Status
    change: Change
    language: str
    headline: str | None
    beginning: str | None  # of the body, on one line
    slugline: str | None
    byline: str | None
    published: datetime | None
    received: datetime
    shown: datetime  # when the desk saw it
    latency_ms: int  # from the wire to the desk
    embargo_until: datetime | None
    url: str | None
    persons: list[str]
    organisations: list[str]
    countries: list[Country]
    quotes: int
    deals: int
    alerts: int = 0
    cluster: str | None
    copies: int = 0  # other stories of its cluster so far
    translated: bool


class AlertCard(msgspec.Struct, frozen=True, kw_only=True):
    id: str
    short: str  # what people call it by
    group: str
    kind: AlertKind
    rule: str | None
    rule_why: list[str]
    news: list[str]
    story: str
    headline: str | None
    source: str
    deal: Deal
    evidence: list[Evidence]
    before: list[Evidence]
    origins: list[str]
    outlets: list[str]
    first_alert: str | None
    follows: str | None
    received: datetime
    decided: datetime
    not_before: datetime | None
    latency_ms: int  # from the wire to the decision
    feedback: str  # the command that says it is right
    killed: bool = False  # its words are gone


def card(document: Document, shown: datetime) -> Card:
    """The card of a version that the desk shows at `shown`."""
    stands = document.status == "usable"
    return Card(
        id=document.id,
        source=document.source,
        order=document.order,
        version=document.version,
        status=document.status,
        change=document.change,
        language=document.language,
        headline=document.headline if stands else None,
        beginning=_beginning(document.body) if stands else None,
        slugline=document.slugline if stands else None,
        byline=document.byline if stands else None,
        published=document.published,
        received=document.received,
        shown=shown,
        latency_ms=max(0, round((shown - _free(document)).total_seconds() * 1000)),
        embargo_until=document.embargo_until,
        url=document.url if stands else None,
        persons=_names(document, "PER") if stands else [],
        organisations=_names(document, "ORG") if stands else [],
        countries=_countries(document) if stands else [],
        quotes=len(document.quotes) if stands else 0,
        deals=len(document.arms_deals) if stands else 0,
        cluster=document.cluster_id,
        translated=document.translated,
    )


def alert_card(alert: Alert) -> AlertCard:
    return AlertCard(
        id=alert.id,
        short=short_id(alert.id),
        group=alert.group,
        kind=alert.kind,
        rule=alert.rule,
        rule_why=alert.rule_why,
        news=alert.news,
        story=alert.story,
        headline=alert.headline,
        source=alert.source,
        deal=alert.deal,
        evidence=alert.evidence,
        before=alert.before,
        origins=alert.origins,
        outlets=alert.outlets,
        first_alert=alert.first_alert,
        follows=alert.follows,
        received=alert.received,
        decided=alert.decided,
        not_before=alert.not_before,
        latency_ms=max(0, round((alert.decided - alert.received).total_seconds() * 1000)),
        feedback=f"kawat alerts mark {short_id(alert.id)} true",
    )


def blank(alert: AlertCard) -> AlertCard:
    """What stays of an alert whose story was killed: that it was sent, not what it said."""
    return msgspec.structs.replace(alert, headline=None, evidence=[], before=[], killed=True)


def _free(document: Document) -> datetime:
    """When it could be shown at the earliest: when it came, or when its embargo ended."""
    return max(document.received, document.embargo_until or document.received)


def _beginning(body: str) -> str:
    text = " ".join(body[: 4 * _BEGINNING].split())
    return text if len(text) <= _BEGINNING else text[:_BEGINNING].rpartition(" ")[0] + " …"


def _names(document: Document, kind: EntityType) -> list[str]:
    return [entity.name for entity in _most_mentioned(document, kind)][:_NAMES]


def _countries(document: Document) -> list[Country]:
    places = _most_mentioned(document, "LOC")
    return [Country(place.id, place.name) for place in places if len(place.id) == 2 and place.id.isupper()][
        :_NAMES
    ]


def _most_mentioned(document: Document, kind: EntityType) -> Iterable[Entity]:
    """Of one number, in text order."""
    return sorted(
        (entity for entity in document.entities if entity.type == kind),
        key=lambda entity: -len(entity.mentions),
    )
