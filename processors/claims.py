"""Claims: who says what of which deal, by which two tellings of it are the same."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import cache
from typing import NamedTuple

import msgspec

from processors.decisions import ClaimantClass, Fact
from processors.identity import slug
from processors.languages.pack import LANGUAGES
from processors.languages.registry import acting_for, registry, territories
from processors.records import ArmsDeal, Claims, Deal, DealStatus, Document

_DIGESTED: frozenset[DealStatus] = frozenset({"urged_against"})
_BACKGROUND = "background"
_TAKEN = [name for name in Claims.__struct_fields__ if name not in {"arms_deals", "seed", "schema"}]


class Support(NamedTuple):
    """A story that stands behind a claim."""

    origin: str  # whose report it is
    own: bool  # the story's source is its origin
    source: str
    since: datetime | None  # an embargo's end; None: for all to know
    alerting: bool  # told so that it alerts, not only for the digest


class Claim(NamedTuple):
    """Who stands behind a claim. `killed`: origin by its story that was killed having made the claim."""

    supporters: Mapping[str, Support] = {}
    killed: Mapping[str, str] = {}

    def standing(
        self, at: datetime, viewer: str | None = None, *, without: str | None = None, alerting: bool = False
    ) -> list[Support]:
        """Those who stand behind it at a time, embargoed ones not, but for the viewer's own story.

        Whoever repeats an origin that killed its own story does not count, unless another of its own stands.
        """
        known = [
            support
            for story, support in self.supporters.items()
            if (support.since is None or support.since <= at or story == viewer)
            and story != without
            and (support.alerting or not alerting)
        ]
        gone = self.retracted(known)
        return [support for support in known if support.origin not in gone]

    def retracted(self, known: Iterable[Support] | None = None) -> set[str]:
        """Origins that killed what they had reported."""
        if not self.killed:
            return set()
        known = self.supporters.values() if known is None else known
        return set(self.killed.values()) - {support.origin for support in known if support.own}


def claims_of(document: Document, *, seed: bool = False) -> Claims:
    """The record on wire.mentions for a document: all but its body, entities and quotes.

    Bodies of states become the states: what a ministry of defence buys, its country buys.
    """
    taken = {name: getattr(document, name) for name in _TAKEN}
    return Claims(**taken, arms_deals=[_of_states(each) for each in document.arms_deals], seed=seed)


def state_of(id_: str) -> str:
    """The country's id for a body of a state ("org:defence-ministry-ru": "RU", "org:tni-au": "ID").

    Any other id is as it is.
    """
    if not id_.startswith("org:"):
        return id_
    name = id_.removeprefix("org:")
    kind, _, code = name.rpartition("-")
    is_body = kind in _bodies() and code.upper() in _countries()
    return code.upper() if is_body else acting_for().get(name, id_)


def bodies_of(code: str) -> set[str]:
    """The ids of those for whom `state_of` says this country's id."""
    bodies = {f"org:{kind}-{code.lower()}" for kind in _bodies()}
    return bodies | {f"org:{slug}" for slug, state in acting_for().items() if state == code}


def claimant_class(mention: ArmsDeal, deal: Deal | None = None) -> ClaimantClass:
    """On which side of the deal the claimant stands, else what kind it is of."""
    ids = {mention.claimant_id, mention.claimant_country} - {None}
    if ids & {*mention.supplier_ids, *(deal.supplier_ids if deal else ())}:
        return "supplier"
    if ids & {*mention.recipient_ids, *(deal.recipient_ids if deal else ())}:
        return "recipient"
    return "third_government" if mention.claimant_kind == "government" else mention.claimant_kind


def claim_key(deal: str, claimant: ClaimantClass, status: DealStatus, *, background: bool = False) -> str:
    """`deal:claimant:status`. Background is kept apart."""
    return ":".join([deal, claimant, status, *([_BACKGROUND] if background else [])])


def claimed(mention: ArmsDeal, claimant: ClaimantClass) -> DealStatus:
    """The status of the claim: what media confirm they report, but for a named one that speaks for a side."""
    outlet = mention.claimant_kind == "media" and mention.claimant_id is None
    confirms = mention.status == "confirmed" and (outlet or claimant == "media")
    return "reported" if confirms else mention.status


def put(key: str) -> str:
    """How the claim is put, for people: "denied by supplier"."""
    _, claimant, status = key.split(":")[:3]
    return f"{status} by {claimant}"


def deal_of(key: str) -> str:
    return key.partition(":")[0]


def moved(key: str, deal: str) -> str:
    """The same claim on another deal."""
    return deal + key[len(deal_of(key)) :]


def is_background(key: str) -> bool:
    return key.endswith(f":{_BACKGROUND}")


def digested(mention: ArmsDeal) -> bool:
    """Whether the mention is for digests only: generic, or urged against."""
    return mention.grade == "C" or mention.status in _DIGESTED


def fact(mention: ArmsDeal, claimant: ClaimantClass) -> Fact:
    return Fact(
        start=mention.start,
        end=mention.end,
        act=mention.act,
        status=mention.status,
        grade=mention.grade,
        claimant_class=claimant,
        supplier=tuple(mention.supplier),
        recipient=tuple(mention.recipient),
        goods=tuple(mention.goods),
        claimant=mention.claimant,
        quantity=mention.quantity,
        value=mention.value,
        why=tuple(mention.why),
        supplier_ids=tuple(sorted(mention.supplier_ids)),
        recipient_ids=tuple(sorted(mention.recipient_ids)),
        directed=mention.directed,
        goods_classes=tuple(sorted(mention.goods_classes)),
        systems=tuple(sorted(mention.systems)),
        background=mention.background,
    )


def origin(claims: Claims) -> str:
    """Whose report it is: the first source it credits, else its own."""
    return slug(next(iter(claims.credited_sources), "")) or claims.source


def _of_states(mention: ArmsDeal) -> ArmsDeal:
    return msgspec.structs.replace(
        mention,
        supplier_ids=sorted({state_of(id_) for id_ in mention.supplier_ids}),
        recipient_ids=sorted({state_of(id_) for id_ in mention.recipient_ids}),
        claimant_id=mention.claimant_id and state_of(mention.claimant_id),
    )


@cache
def _bodies() -> frozenset[str]:
    """Every kind of body that each state has one of."""
    return frozenset(kind for language in LANGUAGES for kind in registry(language).bodies.values())


@cache
def _countries() -> frozenset[str]:
    return frozenset(territories(LANGUAGES[0]))
