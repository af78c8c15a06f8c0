"""Which deal a mention speaks of: families, keys, what is compatible, and the index of open deals.

A mention belongs to the open deal of exactly its key; else to the one compatible deal, if there is just one.
"""

import hashlib
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import datetime
from itertools import product
from typing import Literal, NamedTuple

import msgspec

from processors.decisions import Known, Part
from processors.records import Act, ArmsDeal, Deal, DealStatus, Grade

Family = Literal["transfer", "restriction", "smuggling"]

STAGES: Mapping[Act, int] = {"talks": 1, "agreement": 2, "order": 3, "delivery": 4}
STAGE_NAMES = {stage: act for act, stage in STAGES.items()}
_FAMILIES: Mapping[Act, Family] = {
    "suspension": "restriction", "embargo": "restriction", "smuggling": "smuggling",
}  # fmt: skip
_SAID: frozenset[DealStatus] = frozenset({"reported", "confirmed", "alleged"})
_OPENS: frozenset[Grade] = frozenset({"A", "B"})
_ID_DIGITS = 20

Ids = frozenset[str]
_NOTHING: set[str] = set()


class Sketch(NamedTuple):
    """What a mention or a deal says of its deal's identity; empty: not said."""

    family: str
    suppliers: Ids
    recipients: Ids
    classes: Ids
    directed: bool

    @property
    def parties(self) -> Ids:
        return self.suppliers | self.recipients

    @property
    def complete(self) -> bool:
        """Names both parties and what is dealt in."""
        both = self.suppliers and self.recipients if self.directed else len(self.parties) > 1
        return bool(both and self.classes)

    @property
    def key(self) -> str:
        sides = (self.suppliers, self.recipients) if self.directed else (self.parties,)
        return "|".join([self.family, *(" ".join(sorted(ids)) for ids in (*sides, self.classes))])


def family(act: Act) -> Family:
    return _FAMILIES.get(act, "transfer")


def stage(act: Act, status: DealStatus) -> int:
    """How far a deal has come by a mention of it: 1 talks to 4 delivery; 0: it does not say."""
    return STAGES.get(act, 0) if status in _SAID else 0


def sketch(mention: ArmsDeal) -> Sketch:
    return Sketch(
        family(mention.act),
        frozenset(mention.supplier_ids),
        frozenset(mention.recipient_ids),
        frozenset(mention.goods_classes),
        mention.directed,
    )


def sketch_of(deal: Deal) -> Sketch:
    return Sketch(
        deal.family,
        frozenset(deal.supplier_ids),
        frozenset(deal.recipient_ids),
        frozenset(deal.goods_classes),
        deal.directed,
    )


def opens(mention: ArmsDeal) -> bool:
    """Whether the mention may open a deal of its own: told as news, of grade A or B, with a party."""
    return mention.grade in _OPENS and not mention.background and bool(sketch(mention).parties)


def deal_id(key: str, version: str) -> str:
    """The id of the deal that this version of a story opened."""
    return hashlib.sha256(f"{key}\n{version}".encode()).hexdigest()[:_ID_DIGITS]


def compatible(one: Sketch, other: Sketch) -> bool:
    """Whether nothing that either says is against what the other says."""
    if one.family != other.family:
        return False
    if one.classes and other.classes and not one.classes & other.classes:
        return False
    if not (one.directed and other.directed):
        return _fits(one.parties, other.parties)
    return _fits(one.suppliers, other.suppliers) and _fits(one.recipients, other.recipients)


def _fits(one: Ids, other: Ids) -> bool:
    return one <= other or other <= one  # the empty set is part of any


def opened(id_: str, wanted: Sketch, now: datetime, since: datetime | None, *, loose: bool = False) -> Known:
    """A deal of which this is all that is known."""
    deal = Deal(
        id=id_,
        family=wanted.family,
        supplier_ids=sorted(wanted.suppliers),
        recipient_ids=sorted(wanted.recipients),
        goods_classes=sorted(wanted.classes),  # type: ignore[arg-type]
        directed=wanted.directed,
    )
    return Known(deal=deal, last=now, since=since, loose=loose)


def filled(deal: Deal, other: Deal) -> Deal:
    """The deal with its empty parts taken from the other; whose direction is unknown learns it."""
    turned = not deal.directed and other.directed and _covers(sketch_of(other), sketch_of(deal))
    fits = deal.directed and other.directed
    return msgspec.structs.replace(
        deal,
        supplier_ids=other.supplier_ids if turned else _first(deal.supplier_ids, other.supplier_ids, fits),
        recipient_ids=other.recipient_ids
        if turned
        else _first(deal.recipient_ids, other.recipient_ids, fits),
        goods_classes=deal.goods_classes or other.goods_classes,
        directed=deal.directed or turned,
        linked=deal.linked or other.linked,
    )


def tells_sides(deal: Deal, mention: ArmsDeal) -> bool:
    """Whether a mention may add to who supplies whom in a deal."""
    return mention.directed and (deal.directed or _covers(sketch(mention), sketch_of(deal)))


def _covers(one: Sketch, other: Sketch) -> bool:
    """Whether the one has both sides, and all parties of the other on them."""
    return bool(one.suppliers and one.recipients) and other.parties <= one.parties


def _first(ids: list[str], others: list[str], fits: bool) -> list[str]:
    return ids or (others if fits else [])


def grown(known: Known, part: Part) -> Known:
    """The deal with what the part adds."""
    return msgspec.structs.replace(
        known,
        deal=filled(known.deal, part.deal),
        systems=_together(known.systems, part.systems),
        quantities=_together(known.quantities, part.quantities),
        values=_together(known.values, part.values),
        stage=max(known.stage, part.stage),
    )


def ripened(known: Known, at: datetime, story: str | None = None) -> Known:
    """The deal as known at a time to a story: with what embargoes no longer hide, and what is its own."""
    if not known.parts:
        return known
    ripe = [part for part in known.parts if part.since <= at or part.story == story]
    for part in ripe:
        known = grown(known, part)
    left = tuple(part for part in known.parts if part not in ripe)
    return msgspec.structs.replace(known, parts=left)


def _together(some: Iterable[str], more: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted({*some, *more}))


class Index:
    """Finds open deals by key and by what they may be compatible with, without looking at all of them."""

    def __init__(self) -> None:
        self._filed: dict[str, Sketch] = {}
        self._by_key: defaultdict[str, list[str]] = defaultdict(list)  # in order of filing
        self._by_term: defaultdict[tuple[str, str, str], set[str]] = defaultdict(set)

    def __contains__(self, id_: str) -> bool:
        return id_ in self._filed

    def file(self, deal: Deal) -> None:
        """Adds the deal, or takes note that its identity has changed."""
        wanted = sketch_of(deal)
        if self._filed.get(deal.id) == wanted:
            return
        self.drop(deal.id)
        self._filed[deal.id] = wanted
        self._by_key[wanted.key].append(deal.id)
        for term in _terms(wanted):
            self._by_term[term].add(deal.id)

    def drop(self, id_: str) -> None:
        wanted = self._filed.pop(id_, None)
        if wanted is None:
            return
        self._by_key[wanted.key].remove(id_)
        if not self._by_key[wanted.key]:
            del self._by_key[wanted.key]
        for term in _terms(wanted):
            self._by_term[term].discard(id_)
            if not self._by_term[term]:
                del self._by_term[term]

    def exactly(self, wanted: Sketch) -> Collection[str]:
        return self._by_key.get(wanted.key, ())

    def candidates(self, wanted: Sketch) -> Iterator[str]:
        """Deals among which are all compatible ones, each once."""
        seen: set[str] = set()
        for terms in self._choices(wanted):
            sets = sorted((self._by_term.get(term, _NOTHING) for term in terms), key=len)
            for id_ in sets[0]:
                if id_ not in seen and all(id_ in others for others in sets[1:]):
                    seen.add(id_)
                    yield id_

    def _choices(self, wanted: Sketch) -> Iterator[tuple[tuple[str, str, str], ...]]:
        """Sets of terms; what is compatible is filed under all terms of one of them."""
        kind = wanted.family
        classes = [(kind, "class", name) for name in (*wanted.classes, "")] if wanted.classes else []
        undirected = [(kind, "undirected", id_) for id_ in wanted.parties]
        if not wanted.directed:
            undirected = [(kind, "party", id_) for id_ in wanted.parties]
        sides = [
            [(kind, side, id_) for id_ in (*ids, "")]
            for side, ids in (("supplier", wanted.suppliers), ("recipient", wanted.recipients))
            if ids and wanted.directed
        ]
        everything = [(kind, "all", "")]
        yield from product(*(sides or [[] if undirected else everything]), classes or everything)
        yield from product(undirected, classes or everything)


def _terms(wanted: Sketch) -> Iterator[tuple[str, str, str]]:
    kind = wanted.family
    yield kind, "all", ""
    for name in wanted.classes or ("",):
        yield kind, "class", name
    for id_ in wanted.parties:
        yield kind, "party", id_
    if not wanted.directed:
        for id_ in wanted.parties:
            yield kind, "undirected", id_
        return
    for id_ in wanted.suppliers or ("",):
        yield kind, "supplier", id_
    for id_ in wanted.recipients or ("",):
        yield kind, "recipient", id_
