"""What an arms watcher must hear of each arrival: the rules of docs/alerting.md, said as plainly as can be.

Everything is looked for in plain lists, nothing is logged, indexed or shared with the modules that the alert
stage uses. The rule it stands for watches everything that alerts at once.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import chain
from typing import NamedTuple

import msgspec

from processors import amounts
from processors.identity import slug
from processors.records import ArmsDeal, Claims
from processors.story_life import Version, standing

FAMILIES = {"suspension": "restriction", "embargo": "restriction", "smuggling": "smuggling"}
STAGES = {"talks": 1, "agreement": 2, "order": 3, "delivery": 4}
STATED = ("reported", "confirmed", "alleged")
ADDING = ("add", "advisory")  # they take nothing back


class Key(NamedTuple):
    """What makes a claim known: its deal (by number), the class of who says it, and how it is put."""

    deal: int
    claimant: str
    status: str


class Told(NamedTuple):
    """One thing that must come out. A follow-up has the order of the story's version that it follows."""

    kind: str
    story: str
    order: int
    suppliers: frozenset[str]
    recipients: frozenset[str]
    follows: int | None = None
    remaining: int | None = None


class Behind(NamedTuple):
    """How a story stands behind a claim."""

    alerts: bool  # not for a digest only
    since: datetime | None  # the end of the embargo that hides it from others


@dataclass(eq=False)
class Sight:
    """A deal as somebody sees it."""

    family: str
    suppliers: frozenset[str] = frozenset()
    recipients: frozenset[str] = frozenset()
    classes: frozenset[str] = frozenset()
    directed: bool = True
    facts: set[tuple[str, str]] = field(default_factory=set)  # systems, quantities, values
    stage: int = 0

    @property
    def parties(self) -> frozenset[str]:
        return self.suppliers | self.recipients


class Said(NamedTuple):
    """What somebody added to a deal."""

    mention: ArmsDeal
    story: str
    known: datetime  # to others, from then on


@dataclass(eq=False)
class Deal:
    number: int
    family: str
    last: datetime
    said: list[Said] = field(default_factory=list)
    linked: int | None = None  # of a restriction: the transfer that it restricts

    def seen(self, by: str | None, at: datetime) -> Sight | None:
        """None where nothing of it is known to this story at that time."""
        visible = [each for each in self.said if each.story == by or each.known <= at]
        return self._sight(sorted(visible, key=lambda each: each.known)) if visible else None

    def whole(self) -> Sight:
        return self._sight(self.said)

    def _sight(self, said: Iterable[Said]) -> Sight:
        sight = _sight(self.said[0].mention)  # whoever opened it, it is this deal
        for each in said:
            _learn(sight, each.mention)
        return sight


@dataclass(eq=False)
class Story:
    versions: set[Version] = field(default_factory=set)
    contents: set[str] = field(default_factory=set)
    keys: dict[Key, Behind] = field(default_factory=dict)
    gist: dict[int, set[object]] = field(default_factory=dict)  # by deal, to compare versions
    reported: dict[Key, str] = field(default_factory=dict)  # what it had by itself when it was stopped
    killed: bool = False
    origin: str = ""
    source: str = ""


@dataclass(eq=False)
class Group:
    """What was told of one deal in one version of a story."""

    story: str
    order: int
    deal: int
    keys: set[Key]
    until: datetime | None  # nobody is told before
    over: bool = False  # told otherwise before it was due
    corrected: set[int] = field(default_factory=set)  # orders of the versions that corrected it
    stopped: dict[str, str] = field(default_factory=dict)  # what was told of stories that ended


@dataclass(eq=False)
class Arrival:
    """A version on its way in."""

    claims: Claims
    story: Story
    now: datetime
    hidden_until: datetime | None  # its embargo's end, if that is to come
    keys: dict[Key, Behind]  # of the version before
    gist: dict[int, set[object]]
    stood: dict[Group, int]  # origins behind each group so far
    said: set[Key] = field(default_factory=set)  # by this version itself

    @property
    def at(self) -> datetime:
        """When it will be told: what is known by then is known."""
        return self.hidden_until or self.now


class Watch:
    """The model. Feed it arrivals in their order."""

    def __init__(self, window: timedelta = timedelta(days=30)) -> None:
        self.window = window
        self.stories: dict[str, Story] = {}
        self.deals: list[Deal] = []
        self.groups: list[Group] = []

    def arrives(self, claims: Claims, now: datetime) -> list[Told]:
        """What must come out when this version arrives."""
        story = self.stories.setdefault(claims.id, Story())
        version = Version.of(msgspec.structs.asdict(claims))
        if version in story.versions or (claims.fingerprint and claims.fingerprint in story.contents):
            return []  # it came before
        story.versions.add(version)
        story.contents.add(claims.fingerprint)
        if standing(story.versions).version != version:
            return []  # another version speaks

        until = claims.embargo_until if claims.embargo_until and claims.embargo_until > now else None
        stood = {group: self._origins(group, now) for group in self.groups}
        arrival = Arrival(claims, story, now, until, dict(story.keys), dict(story.gist), stood)
        if claims.status == "usable" and not story.killed:
            story.reported = {}
        story.killed = claims.status == "canceled"
        told: list[Told] = []
        if claims.status == "usable":
            told += self._speak(arrival)
        else:
            own = story.origin == story.source
            story.reported |= dict.fromkeys(story.keys, story.origin) if own else {}
            story.keys, story.gist = {}, {}
        return told + self._dropped(arrival)

    def _speak(self, arrival: Arrival) -> list[Told]:
        claims, story, now = arrival.claims, arrival.story, arrival.now
        known = {key for key in self._keys() if self._known(key, arrival)}
        story.source, story.origin = claims.source, _origin(claims)
        story.keys, story.gist = {}, {}
        if claims.change in ADDING:
            story.keys, story.gist = dict(arrival.keys), dict(arrival.gist)
        mine: list[Deal] = []
        news: dict[int, set[Key]] = {}
        first = len(self.deals)
        attached: list[tuple[ArmsDeal, Deal, Sight | None]] = []  # and what was known of the deal until then
        for mention in sorted(claims.arms_deals, key=lambda one: (one.grade, one.start)):
            deal = self._deal(mention, mine, arrival)
            if deal is None:
                continue
            mine += [deal] if deal not in mine else []
            deal.last = now
            attached.append((mention, deal, deal.seen(claims.id, arrival.at)))
            if _alerts(mention):
                deal.said.append(Said(mention, claims.id, arrival.at))
        for mention, deal, before in attached:
            if mention.background:
                continue
            claimant = _class(mention, deal.seen(claims.id, arrival.at))
            key = Key(deal.number, claimant, _status(mention, claimant))
            alerts = _alerts(mention)
            retold = key not in known and self._repeats_killed(key, story)
            if alerts and not retold and self._is_news(mention, before, key, known):
                news.setdefault(deal.number, set()).add(key)
            arrival.said.add(key)
            self._stand(arrival, key, alerts)
            story.gist.setdefault(deal.number, set()).update(_gist(mention, key))
        for deal in self.deals[first:]:
            if deal.family == "restriction":
                self._link(deal, mine, arrival)
        return self._told(arrival, news, known)

    def _stand(self, arrival: Arrival, key: Key, alerts: bool) -> None:
        before = arrival.keys.get(key)
        out = before is not None and (before.since is None or before.since <= arrival.now)
        again = arrival.story.keys.get(key)
        alerts = alerts or (again is not None and again.alerts and arrival.claims.change not in ADDING)
        arrival.story.keys[key] = Behind(alerts, None if out else arrival.hidden_until)

    def _told(self, arrival: Arrival, news: dict[int, set[Key]], known: set[Key]) -> list[Told]:
        claims = arrival.claims
        corrected = self._corrected(arrival) if claims.change == "correction" else {}
        told = [self._follow_up("correction", arrival, group, n) for group, n in corrected.items()]
        for number, said in news.items():
            keys = {key for key in said if not self._is_back(key, claims.id)}
            if number in corrected.values() or not keys:
                continue
            deal = self.deals[number]
            is_known = any(key.deal in (number, deal.linked) for key in known)
            self.groups.append(Group(claims.id, claims.order, number, keys, arrival.hidden_until))
            kind = "development" if is_known else "new"
            told.append(Told(kind, claims.id, claims.order, *self._sides(number, arrival)))
        return told

    def _is_back(self, key: Key, story: str) -> bool:
        """Whether those who were told that it ended hear that it is restored."""
        return any(story in each.stopped and not each.over and key in each.keys for each in self.groups)

    def _corrected(self, arrival: Arrival) -> dict[Group, int]:
        """Groups of this story whose deal is told otherwise now, and of which deal it is told."""
        before, after = arrival.gist, arrival.story.gist
        found = {}
        for group, stood in arrival.stood.items():
            mine = group.story == arrival.claims.id and group.deal in before
            anew = self._waits(group, arrival) and group.until != arrival.hidden_until
            if not mine or group.over or anew or arrival.claims.id in group.stopped or not stood:
                continue
            family = self.deals[group.deal].family
            gained = [n for n in after if n not in before and self.deals[n].family == family]
            now = group.deal if group.deal in after else gained[0] if len(gained) == 1 else None
            if now is not None and (now != group.deal or before[group.deal] != after[now]):
                found[group] = now
        for group, number in found.items():
            group.corrected.add(arrival.claims.order)
            group.keys |= {key for key in arrival.story.keys if key.deal == number}
        return found

    def _dropped(self, arrival: Arrival) -> list[Told]:
        """What those hear who were told of what this version has ended, or brought back."""
        told: list[Told] = []
        claims = arrival.claims
        for group, stood in arrival.stood.items():
            if group.over or claims.order in group.corrected:
                continue
            if self._overtaken(group, stood, arrival):
                group.over = True
                continue
            stands = self._origins(group, arrival.now)
            if claims.status == "usable" and claims.id in group.stopped:
                if any(key in arrival.story.keys for key in group.keys):
                    del group.stopped[claims.id]
                    told.append(self._follow_up("restored", arrival, group, group.deal))
                continue
            killed = claims.status == "canceled" and group.stopped.get(claims.id) == "on_hold"
            if stands >= stood and not (killed and not stands):
                continue
            kind = "weakened" if stands else "on_hold" if claims.status == "withheld" else "retraction"
            group.stopped[claims.id] = kind
            if kind != "retraction" or not self._waits(group, arrival):  # nobody has heard it yet
                told.append(self._follow_up(kind, arrival, group, group.deal, stands or None))
        return told

    def _overtaken(self, group: Group, stood: int, arrival: Arrival) -> bool:
        """Whether what waits for its time has come out otherwise, or is told anew."""
        if not self._waits(group, arrival) or arrival.claims.status != "usable":
            return False
        if not stood and "on_hold" not in group.stopped.values():
            return False
        if group.story == arrival.claims.id:
            again = arrival.claims.change not in ADDING or group.keys <= arrival.said
            return again and group.until != arrival.hidden_until
        own = self.stories[group.story].keys
        return bool(group.until and group.until > arrival.at) and all(
            any(
                story.keys[key].alerts or key not in own or not own[key].alerts
                for name, story in self._standing(key, arrival.at, arrival.claims.id)
                if name != group.story
            )
            for key in group.keys
        )

    @staticmethod
    def _waits(group: Group, arrival: Arrival) -> bool:
        return group.until is not None and group.until > arrival.now

    def _follow_up(
        self, kind: str, arrival: Arrival, group: Group, number: int, remaining: int | None = None
    ) -> Told:
        order = arrival.claims.order
        return Told(kind, group.story, order, *self._sides(number, arrival), group.order, remaining)

    def _sides(self, number: int, arrival: Arrival) -> tuple[frozenset[str], frozenset[str]]:
        deal = self.deals[number]
        sight = deal.seen(arrival.claims.id, arrival.at) or deal.whole()
        return sight.suppliers, sight.recipients

    # ── deals ─────────────────────────────────────────────────────────────────────────────────────

    def _deal(self, mention: ArmsDeal, mine: list[Deal], arrival: Arrival) -> Deal | None:
        """The deal that a mention speaks of: known, opened by it, or none."""
        wanted = _sight(mention)
        found = self._matching(wanted, mine, arrival)
        if len(found) == 1:
            return found[0]
        opens = mention.grade != "C" and not mention.background and wanted.parties
        if not opens or (found and not _complete(wanted)):
            return None
        deal = Deal(len(self.deals), wanted.family, arrival.now)
        self.deals.append(deal)
        return deal

    def _matching(self, wanted: Sight, mine: list[Deal], arrival: Arrival) -> list[Deal]:
        """The deal it is; else those it might be: of this version, the one before, all that are open."""
        me, at = arrival.claims.id, arrival.at
        earlier = [self.deals[number] for number in arrival.gist]
        opened = [deal for deal in self.deals if arrival.now - deal.last <= self.window]
        for deal in (*mine, *earlier, *opened):
            if deal.said and _key(deal.seen(me, at) or deal.whole()) == _key(wanted):
                return [deal]
        public = [deal for deal in opened if deal.seen(None, at)]
        for among in (mine, earlier, public):
            seen = [(deal, deal.seen(me, at)) for deal in among]
            if found := [deal for deal, sight in seen if sight and _compatible(sight, wanted)]:
                return found
        return []

    def _link(self, deal: Deal, mine: list[Deal], arrival: Arrival) -> None:
        sight = deal.whole()
        sight.family = "transfer"
        transfers = self._matching(sight, mine, arrival)
        deal.linked = transfers[0].number if len(transfers) == 1 else None

    @staticmethod
    def _is_news(mention: ArmsDeal, before: Sight | None, key: Key, known: set[Key]) -> bool:
        if key not in known or before is None:
            return True
        named = _learn(before_ := _copy(before), mention)
        if named or before_.stage > before.stage:
            return True
        new = before_.facts - before.facts
        kinds = {kind for kind, _ in before.facts}
        return any(kind == "system" or kind in kinds for kind, _ in new)

    # ── claims ────────────────────────────────────────────────────────────────────────────────────

    def _keys(self) -> set[Key]:
        return {key for story in self.stories.values() for key in story.keys}

    def _standing(self, key: Key, at: datetime, viewer: str | None) -> list[tuple[str, Story]]:
        """Stories that stand behind a claim: not those that repeat an origin that killed its own."""
        behind = [
            (name, story) for name, story in self.stories.items()
            if key in story.keys and (name == viewer or _out(story.keys[key], at))
        ]  # fmt: skip
        taken_back = self._taken_back(key, [story for _, story in behind])
        return [(name, story) for name, story in behind if story.origin not in taken_back]

    def _taken_back(self, key: Key, behind: Iterable[Story]) -> set[str]:
        """Origins that killed what they had reported, and have no other story of their own that says it."""
        killed = {s.reported[key] for s in self.stories.values() if s.killed and key in s.reported}
        return killed - {story.origin for story in behind if story.origin == story.source}

    def _repeats_killed(self, key: Key, story: Story) -> bool:
        behind = [each for each in self.stories.values() if key in each.keys]
        return story.origin != story.source and story.origin in self._taken_back(key, behind)

    def _known(self, key: Key, arrival: Arrival) -> bool:
        """Whether the readers know it by the time they are told; what waits for another time is told anew."""
        me = arrival.claims.id
        own = arrival.keys.get(key)
        mine = own is not None and (_out(own, arrival.now) or own.since == arrival.hidden_until)
        return any(
            story.keys[key].alerts and (mine or name != me)
            for name, story in self._standing(key, arrival.at, me if mine else None)
        )

    def _origins(self, group: Group, now: datetime) -> int:
        return len({s.origin for key in group.keys for _, s in self._standing(key, now, group.story)})


def _alerts(mention: ArmsDeal) -> bool:
    return mention.grade != "C" and mention.status != "urged_against" and not mention.background


def _out(behind: Behind, at: datetime) -> bool:
    return behind.since is None or behind.since <= at


def _sight(mention: ArmsDeal) -> Sight:
    """The deal that the mention by itself would open."""
    return Sight(
        FAMILIES.get(mention.act, "transfer"), frozenset(mention.supplier_ids),
        frozenset(mention.recipient_ids), frozenset(mention.goods_classes), mention.directed,
    )  # fmt: skip


def _copy(sight: Sight) -> Sight:
    return Sight(
        sight.family,
        sight.suppliers,
        sight.recipients,
        sight.classes,
        sight.directed,
        set(sight.facts),
        sight.stage,
    )


def _learn(deal: Sight, mention: ArmsDeal) -> Sequence[str]:
    """Fills what is empty and adds what is said; which parts were empty."""
    deal.stage = max(deal.stage, STAGES.get(mention.act, 0) if mention.status in STATED else 0)
    deal.facts |= {("system", name) for name in mention.systems}
    for name, said in (("quantity", mention.quantity), ("value", mention.value)):
        deal.facts |= {(name, fact)} if (fact := amounts.canonical(said, "id")) else set()
    sides = {"suppliers": mention.supplier_ids, "recipients": mention.recipient_ids}
    turns = not deal.directed and all(sides.values()) and deal.parties <= {*chain(*sides.values())}
    named = []
    if mention.directed and (deal.directed or turns):
        named = [side for side, ids in sides.items() if ids and not getattr(deal, side)]
        for side in sides if turns else named:
            setattr(deal, side, frozenset(sides[side]))
        deal.directed = True
    if mention.goods_classes and not deal.classes:
        deal.classes = frozenset(mention.goods_classes)
        named.append("classes")
    return named


def _key(deal: Sight) -> tuple[object, ...]:
    sides = (deal.suppliers, deal.recipients) if deal.directed else (deal.parties,)
    return deal.family, deal.classes, *sides


def _compatible(one: Sight, other: Sight) -> bool:
    if one.family != other.family or (one.classes and other.classes and not one.classes & other.classes):
        return False
    if not (one.directed and other.directed):
        return _fits(one.parties, other.parties)
    return _fits(one.suppliers, other.suppliers) and _fits(one.recipients, other.recipients)


def _fits(one: frozenset[str], other: frozenset[str]) -> bool:
    return one <= other or other <= one


def _complete(deal: Sight) -> bool:
    both = deal.suppliers and deal.recipients if deal.directed else len(deal.parties) > 1
    return bool(both and deal.classes)


def _class(mention: ArmsDeal, deal: Sight | None) -> str:
    ids = {mention.claimant_id, mention.claimant_country} - {None}
    if ids & {*mention.supplier_ids, *(deal.suppliers if deal else ())}:
        return "supplier"
    if ids & {*mention.recipient_ids, *(deal.recipients if deal else ())}:
        return "recipient"
    return "third_government" if mention.claimant_kind == "government" else mention.claimant_kind


def _status(mention: ArmsDeal, claimant: str) -> str:
    """A medium that confirms and one that reports say the same, but where it speaks for a side."""
    outlet = mention.claimant_kind == "media" and mention.claimant_id is None
    media = outlet or claimant == "media"
    return "reported" if media and mention.status == "confirmed" else mention.status


def _gist(mention: ArmsDeal, key: Key) -> set[object]:
    """All of a mention by which a reader would call it changed."""
    sides = (("supplier", mention.supplier_ids), ("recipient", mention.recipient_ids))
    goods = (("goods", [*mention.goods_classes, *mention.systems]),)
    figures = (("quantity", [mention.quantity]), ("value", [mention.value]))
    found: set[object] = {(name, one) for name, all_ in sides + goods for one in all_}
    found |= {(name, amounts.canonical(one, "id")) for name, all_ in figures for one in all_ if one}
    return found | {("status", key.claimant, key.status)}


def _origin(claims: Claims) -> str:
    return slug(next(iter(claims.credited_sources), "")) or claims.source
