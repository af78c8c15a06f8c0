"""Which deal each mention of a version belongs to, and what the version adds to the deals it touches."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime

import msgspec

from processors import amounts, claims, deals
from processors.alert_state import State
from processors.deals import Sketch
from processors.decisions import Known, Part
from processors.records import ArmsDeal, Claims, Deal

_SIDES = (("supplier", "supplier_ids"), ("recipient", "recipient_ids"), ("goods", "goods_classes"))


@dataclass(slots=True)
class Touched:
    """A deal that the version mentions."""

    base: Known  # as everybody knows it
    seen: Known  # as the story knew it before this version
    part: Part  # what the version adds
    opened: bool  # by this version

    @property
    def view(self) -> Known:
        return deals.grown(self.seen, self.part)


@dataclass(frozen=True, slots=True)
class Attached:
    """`deal` None: to none, because it could be `several` or because nothing fits."""

    deal: str | None = None
    several: bool = False
    named: tuple[str, ...] = ()  # parts of the deal that were empty until this mention: "supplier RU"


@dataclass(slots=True)
class Attaching:
    """One version's mentions on their way to their deals."""

    state: State
    claims: Claims
    now: datetime
    at: datetime  # when it will be told
    not_before: datetime | None
    version: str  # story@order
    touched: dict[str, Touched] = field(default_factory=dict)
    earlier: list[str] = field(default_factory=list)  # deals of the story's version before

    def attach(self) -> list[Attached]:
        """What becomes of each mention, by its position; fills `touched`. The best grades come first."""
        mentions = self.claims.arms_deals
        found: dict[int, Attached] = {}
        for position in sorted(range(len(mentions)), key=lambda n: (mentions[n].grade, mentions[n].start, n)):
            found[position] = self._attach(mentions[position])
        self._link()
        return [found[position] for position in range(len(mentions))]

    def _attach(self, mention: ArmsDeal) -> Attached:
        wanted = deals.sketch(mention)
        matches = self._matches(wanted)
        if len(matches) == 1:
            return self._attached(self._touch(matches[0]), mention)
        if deals.opens(mention) and (not matches or wanted.complete):
            return self._attached(self._open(wanted), mention)
        if mention.grade == "C" and not mention.background:
            return Attached(self._loose(wanted).base.deal.id)
        return Attached(several=bool(matches))

    def _matches(self, wanted: Sketch) -> list[str]:
        """The deal it is; several, where it might be any of them; none."""
        if exact := self._exact(wanted):
            return [exact]
        article = [id_ for id_, touched in self.touched.items() if not touched.base.loose]
        for ids in (article, self.earlier):
            if matches := [id_ for id_ in ids if deals.compatible(self._sketch(id_), wanted)]:
                return matches
        return self._two_of(self._compatible(wanted))

    def _exact(self, wanted: Sketch) -> str | None:
        mine = [id_ for id_ in (*self.touched, *self.earlier) if self._sketch(id_).key == wanted.key]
        mine = [id_ for id_ in mine if not self._known(id_).loose]
        is_open = (id_ for id_ in self.state.index.exactly(wanted) if self._is_open(id_))
        return next(iter(mine), None) or next(is_open, None)

    def _compatible(self, wanted: Sketch) -> Iterator[str]:
        for id_ in self.state.index.candidates(wanted):
            since = self.state.deals[id_].since
            hidden = since is not None and since > self.at
            if not hidden and self._is_open(id_) and deals.compatible(self._sketch(id_), wanted):
                yield id_

    @staticmethod
    def _two_of(ids: Iterator[str]) -> list[str]:
        """Enough to tell none, one and several."""
        return [id_ for id_, _ in zip(ids, range(2), strict=False)]

    def _is_open(self, id_: str) -> bool:
        return id_ in self.touched or self.state.deals[id_].last + self.state.window >= self.now

    def _known(self, id_: str) -> Known:
        if id_ in self.touched:
            return self.touched[id_].view
        return deals.ripened(self.state.deals[id_], self.at, self.claims.id)

    def _sketch(self, id_: str) -> Sketch:
        return deals.sketch_of(self._known(id_).deal)

    # ── the deals it touches ──────────────────────────────────────────────────────────────────────

    def _touch(self, id_: str) -> Touched:
        if id_ not in self.touched:
            known = self.state.deals[id_]
            base = deals.ripened(known, self.now)
            if base.since is not None and (self.not_before is None or self.not_before < base.since):
                base = msgspec.structs.replace(base, since=self.not_before)  # comes out otherwise
            seen = deals.ripened(known, self.at, self.claims.id)
            self.touched[id_] = Touched(base, seen, self._nothing(base.deal), opened=False)
        return self.touched[id_]

    def _open(self, wanted: Sketch, *, loose: bool = False) -> Touched:
        id_ = self._loose_id(wanted) if loose else deals.deal_id(wanted.key, self.version)
        known = deals.opened(id_, wanted, self.now, self.not_before, loose=loose)
        self.touched[id_] = Touched(known, known, self._nothing(known.deal), opened=True)
        return self.touched[id_]

    def _loose(self, wanted: Sketch) -> Touched:
        """The deal, so to say, of generic mentions in one cluster of stories: the digest has them once."""
        id_ = self._loose_id(wanted)
        known = id_ in self.touched or id_ in self.state.deals
        return self._touch(id_) if known else self._open(wanted, loose=True)

    def _loose_id(self, wanted: Sketch) -> str:
        return deals.deal_id(f"loose {wanted.family}", self.claims.cluster_id or self.claims.id)

    def _nothing(self, deal: Deal) -> Part:
        empty = Deal(id=deal.id, family=deal.family, supplier_ids=[], recipient_ids=[], goods_classes=[])
        return Part(since=self.not_before or self.now, story=self.claims.id, deal=empty)

    def _attached(self, touched: Touched, mention: ArmsDeal) -> Attached:
        """Takes note of what an alerting mention adds to its deal."""
        id_ = touched.base.deal.id
        if mention.background or claims.digested(mention):
            return Attached(id_)
        before = touched.view.deal
        touched.part = self._with(touched.part, mention, sides=deals.tells_sides(before, mention))
        return Attached(id_, named=tuple(_named(before, touched.view.deal)))

    def _with(self, part: Part, mention: ArmsDeal, *, sides: bool) -> Part:
        said = msgspec.structs.replace(
            part.deal,
            supplier_ids=sorted(mention.supplier_ids) if sides else [],
            recipient_ids=sorted(mention.recipient_ids) if sides else [],
            goods_classes=sorted(mention.goods_classes),
        )
        language = self.claims.language
        both = deals.filled(part.deal, said) if _says(part.deal) else said
        return msgspec.structs.replace(
            part,
            deal=both,
            systems=_also(part.systems, mention.systems),
            quantities=_also(part.quantities, [amounts.canonical(mention.quantity, language)]),
            values=_also(part.values, [amounts.canonical(mention.value, language)]),
            stage=max(part.stage, deals.stage(mention.act, mention.status)),
        )

    def _link(self) -> None:
        """Restrictions that began in this version, to the one transfer that they can mean."""
        for touched in self.touched.values():
            if not touched.opened or touched.base.deal.family != "restriction":
                continue
            wanted = deals.sketch_of(touched.view.deal)._replace(family="transfer")
            if len(matches := self._matches(wanted)) == 1:
                linked = msgspec.structs.replace(touched.base.deal, linked=matches[0])
                touched.base = touched.seen = msgspec.structs.replace(touched.base, deal=linked)

    # ── the outcome ───────────────────────────────────────────────────────────────────────────────

    def outcome(self, touched: Touched) -> Known:
        """The deal after this version; what an embargo hides stays apart."""
        base, part = touched.base, touched.part
        if touched.opened or self.not_before is None:
            base = deals.grown(base, part)
        elif _adds(part):
            base = msgspec.structs.replace(base, parts=(*base.parts, part))
        return msgspec.structs.replace(base, last=max(base.last, self.now))


def _named(before: Deal, after: Deal) -> Iterator[str]:
    for name, side in _SIDES:
        ids = getattr(after, side)
        if ids and not getattr(before, side):
            yield f"{name} {', '.join(ids)}"


def _also(some: Iterable[str], more: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted({*some, *more} - {""}))


def _says(deal: Deal) -> bool:
    return bool(deal.supplier_ids or deal.recipient_ids or deal.goods_classes)


def _adds(part: Part) -> bool:
    return _says(part.deal) or bool(part.systems or part.quantities or part.values or part.stage)
