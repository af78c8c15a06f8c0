"""What an arms watcher must hear of each arrival: the rules of docs/alerting.md, said as plainly as can be.

Everything is looked for in plain lists, nothing is logged, indexed or shared with the modules that the alert
stage uses. The rule it stands for watches everything, with a digest for what does not alert.
"""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import NamedTuple

import msgspec

from processors import amounts
from processors.identity import slug
from processors.records import ArmsDeal, Claims
from processors.story_life import Version, standing

FAMILIES = {"suspension": "restriction", "embargo": "restriction", "smuggling": "smuggling"}
STAGES = {"talks": 1, "agreement": 2, "order": 3, "delivery": 4}
STATED = ("reported", "confirmed", "alleged")


NOTICES = ("kill", "hold", "advisory")
ADDING = ("add", "advisory")  # they take nothing back
SILENT = timedelta(days=3)  # how long a story is remembered that has nothing to say of deals


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


@dataclass(eq=False)
class Deal:
    number: int
    family: str
    suppliers: frozenset[str]
    recipients: frozenset[str]
    classes: frozenset[str]
    directed: bool
    last: datetime
    facts: set[tuple[str, str]] = field(default_factory=set)  # systems, quantities, values
    stage: int = 0
    linked: int | None = None  # of a restriction: the transfer that it restricts

    @property
    def parties(self) -> frozenset[str]:
        return self.suppliers | self.recipients


@dataclass(eq=False)
class Story:
    versions: set[Version] = field(default_factory=set)
    contents: set[str] = field(default_factory=set)
    keys: dict[Key, bool] = field(default_factory=dict)  # what it stands behind, and whether that alerts
    gist: dict[int, set[object]] = field(default_factory=dict)  # by deal, to compare versions
    killed: dict[Key, bool] = field(default_factory=dict)  # what it stood behind when it was killed
    heard: datetime | None = None  # last
    speaks: bool = False  # of deals, if only of past ones
    origin: str = ""
    source: str = ""
    until: datetime | None = None  # of its embargo


@dataclass(eq=False)
class Group:
    """What was told of one deal in one version of a story."""

    story: str
    order: int
    deal: int
    keys: set[Key]
    until: datetime | None
    over: bool = False  # overtaken
    corrected: set[int] = field(default_factory=set)  # orders of the versions that corrected it
    stopped: set[str] = field(default_factory=set)  # stories whose kill or hold was told


class Watch:
    """The model. Feed it arrivals in their order."""

    def __init__(self, window: timedelta = timedelta(days=30)) -> None:
        self.window = window
        self.stories: dict[str, Story] = {}
        self.deals: list[Deal] = []
        self.groups: list[Group] = []

    def arrives(self, claims: Claims, now: datetime) -> list[Told]:
        """What must come out when this version arrives."""
        self._forget(now)
        story = self.stories.setdefault(claims.id, Story())
        version = Version.of(msgspec.structs.asdict(claims))
        if version in story.versions or (claims.fingerprint and claims.fingerprint in story.contents):
            return []  # it came before
        story.heard = now
        story.versions.add(version)
        story.contents.add(claims.fingerprint)
        if standing(story.versions).version != version:
            return []  # another version speaks

        stood = {id(group): self._origins(group) for group in self.groups}
        known = {key for key in self._keys() if self._known(key, claims.id, now)}
        before_keys, before_gist = dict(story.keys), dict(story.gist)
        story.source, story.origin = claims.source, _origin(claims)
        story.until = claims.embargo_until
        told: list[Told] = []
        if claims.status == "usable":
            told += self._speak(claims, story, before_keys, before_gist, known, now)
        else:
            story.killed |= before_keys if claims.status == "canceled" else {}
            story.keys, story.gist, story.speaks = {}, {}, False
        return told + self._dropped(claims, story, stood)

    def _forget(self, now: datetime) -> None:
        told = {group.story for group in self.groups}
        for name, story in list(self.stories.items()):
            stopped = any(version.status != "usable" for version in story.versions)
            if not (story.speaks or stopped or name in told) and story.heard and story.heard < now - SILENT:
                del self.stories[name]

    def _speak(
        self, claims: Claims, story: Story, keys: dict[Key, bool], gist: dict[int, set[object]],
        known: set[Key], now: datetime,
    ) -> list[Told]:  # fmt: skip
        said: dict[int, list[tuple[ArmsDeal, Key, list[str]]]] = {}
        story.keys, story.gist = ({}, {}) if claims.change not in ADDING else (dict(keys), dict(gist))
        story.speaks = story.speaks and claims.change in ADDING
        mine: list[Deal] = []
        earlier, first = [self.deals[number] for number in gist], len(self.deals)
        for mention in sorted(claims.arms_deals, key=lambda one: (one.grade, one.start)):
            deal = self._deal(mention, mine, earlier, now)
            generic = mention.grade == "C" and not mention.background
            story.speaks = story.speaks or deal is not None or generic
            if deal is None:
                continue
            mine += [deal] if deal not in mine else []
            deal.last = now
            if mention.background:
                continue
            key = Key(deal.number, _class(mention, deal), _status(mention))
            alerts = mention.grade != "C" and mention.status != "urged_against"
            new = self._reasons(mention, deal, key, known) if alerts else []
            story.keys[key] = story.keys.get(key, False) or alerts
            story.gist.setdefault(deal.number, set()).update(_gist(mention, key))
            if alerts:
                said.setdefault(deal.number, []).append((mention, key, new))
        for deal in self.deals[first:]:
            if deal.family == "restriction":
                transfers = self._matching(replace(deal, family="transfer"), mine, earlier, now)
                deal.linked = transfers[0].number if len(transfers) == 1 else None
        return self._told(claims, story, said, gist, known)

    def _told(
        self, claims: Claims, story: Story, said: dict[int, list[tuple[ArmsDeal, Key, list[str]]]],
        gist: dict[int, set[object]], known: set[Key],
    ) -> list[Told]:  # fmt: skip
        told: list[Told] = []
        corrected: dict[Group, int] = {}
        if claims.change == "correction":
            corrected = self._corrected(claims.id, claims.order, gist, story.gist)
        for group, number in corrected.items():
            told.append(self._follow_up("correction", claims, group, number))
        silent = set(corrected.values())
        for number, mentions in said.items():
            news = [key for _, key, new in mentions if new]
            back = any(key in group.keys and claims.id in group.stopped
                       for key in news for group in self.groups)  # fmt: skip
            if not news or number in silent or back:
                continue
            deal = self.deals[number]
            kind = "development" if any(key.deal in (number, deal.linked) for key in known) else "new"
            self.groups.append(Group(claims.id, claims.order, number, set(news), claims.embargo_until))
            told.append(Told(kind, claims.id, claims.order, deal.suppliers, deal.recipients))
        return told

    def _corrected(
        self, story: str, order: int, before: dict[int, set[object]], after: dict[int, set[object]]
    ) -> dict[Group, int]:
        """Groups of this story whose deal is told otherwise now, and of which deal it is told."""
        found = {}
        for group in self.groups:
            if group.story != story or group.over or group.stopped or group.deal not in before:
                continue
            family = self.deals[group.deal].family
            gained = [n for n in after if n not in before and self.deals[n].family == family]
            now = group.deal if group.deal in after else gained[0] if len(gained) == 1 else None
            if now is not None and (now != group.deal or before[group.deal] != after[now]):
                found[group] = now
        for group, number in found.items():
            group.corrected.add(order)
            group.keys |= {key for key in self.stories[story].keys if key.deal == number}
        return found

    def _dropped(self, claims: Claims, story: Story, stood: dict[int, int]) -> list[Told]:
        """What those hear who were told of what this version has ended, or brought back."""
        told: list[Told] = []
        for group in self.groups:
            if group.over or id(group) not in stood or claims.order in group.corrected:
                continue
            was, stands = stood[id(group)], self._origins(group)
            if claims.status == "usable" and claims.id in group.stopped:
                if stands > was or any(key in story.keys for key in group.keys):
                    group.stopped.discard(claims.id)
                    told.append(self._follow_up("restored", claims, group, group.deal))
                continue
            if stands >= was:
                continue
            kind = "weakened" if stands else "on_hold" if claims.status == "withheld" else "retraction"
            if claims.status != "usable":
                group.stopped.add(claims.id)
            told.append(self._follow_up(kind, claims, group, group.deal, stands or None))
        return told

    def _follow_up(
        self, kind: str, claims: Claims, group: Group, number: int, remaining: int | None = None
    ) -> Told:
        deal = self.deals[number]
        return Told(kind, group.story, claims.order, deal.suppliers, deal.recipients, group.order, remaining)

    # ── deals ─────────────────────────────────────────────────────────────────────────────────────

    def _deal(self, mention: ArmsDeal, mine: list[Deal], earlier: list[Deal], now: datetime) -> Deal | None:
        """The deal that a mention speaks of: known, opened by it, or none."""
        wanted = Deal(
            len(self.deals), FAMILIES.get(mention.act, "transfer"), frozenset(mention.supplier_ids),
            frozenset(mention.recipient_ids), frozenset(mention.goods_classes), mention.directed, now,
        )  # fmt: skip
        found = self._matching(wanted, mine, earlier, now)
        if len(found) == 1:
            return found[0]
        opens = mention.grade != "C" and not mention.background and wanted.parties
        if not opens or (found and not _complete(wanted)):
            return None
        self.deals.append(wanted)
        return wanted

    def _matching(self, wanted: Deal, mine: list[Deal], earlier: list[Deal], now: datetime) -> list[Deal]:
        """The deal it is; else those it might be: of this version, of the one before, of all that are open."""
        open_deals = [deal for deal in self.deals if now - deal.last <= self.window]
        exact = [deal for deal in (*mine, *earlier, *open_deals) if _key(deal) == _key(wanted)]
        if exact:
            return exact[:1]
        for among in (mine, earlier, open_deals):
            if found := [deal for deal in among if _compatible(deal, wanted)]:
                return found
        return []

    def _reasons(self, mention: ArmsDeal, deal: Deal, key: Key, known: set[Key]) -> list[str]:
        """What is new; the deal learns it."""
        reasons = [] if key in known else ["claim"]
        stage = STAGES.get(mention.act, 0) if mention.status in STATED else 0
        reasons += ["stage"] if stage > deal.stage else []
        deal.stage = max(deal.stage, stage)
        reasons += self._named(mention, deal)
        facts = {("system", name) for name in mention.systems}
        reasons += ["system"] if facts - deal.facts else []
        for name, said in (("quantity", mention.quantity), ("value", mention.value)):
            fact = (name, amounts.canonical(said, "id"))
            others = {value for kind, value in deal.facts if kind == name}
            if fact[1] and others and fact not in deal.facts:
                reasons.append(name)
            facts |= {fact} if fact[1] else set()
        deal.facts |= facts
        return reasons

    def _named(self, mention: ArmsDeal, deal: Deal) -> list[str]:
        """Empty parts of the deal that the mention fills."""
        named = []
        for side, said in (
            ("suppliers", mention.supplier_ids),
            ("recipients", mention.recipient_ids),
            ("classes", mention.goods_classes),
        ):
            if said and not getattr(deal, side) and (side == "classes" or mention.directed == deal.directed):
                setattr(deal, side, frozenset(said))
                named.append(side)
        if mention.directed and not deal.directed and mention.supplier_ids and mention.recipient_ids:
            deal.directed = True
            deal.suppliers, deal.recipients = (
                frozenset(mention.supplier_ids),
                frozenset(mention.recipient_ids),
            )
        return named

    # ── claims ────────────────────────────────────────────────────────────────────────────────────

    def _keys(self) -> set[Key]:
        return {key for story in self.stories.values() for key in story.keys}

    def _standing(self, key: Key) -> list[tuple[str, Story]]:
        """Stories that stand behind a claim: not those that repeat an origin that killed its own."""
        behind = [(name, story) for name, story in self.stories.items() if key in story.keys]
        own = {story.origin for _, story in behind if story.origin == story.source}
        killed = {
            story.origin for story in self.stories.values()
            if key in story.killed and story.origin == story.source
        }  # fmt: skip
        return [(name, story) for name, story in behind if story.origin not in killed - own]

    def _known(self, key: Key, teller: str, now: datetime) -> bool:
        """Whether somebody stands behind it, so that it alerts, whom the teller's readers may know of."""
        return any(
            story.keys[key] and (name == teller or story.until is None or story.until <= now)
            for name, story in self._standing(key)
        )

    def _origins(self, group: Group) -> int:
        return len({story.origin for key in group.keys for _, story in self._standing(key)})


def _key(deal: Deal) -> tuple[object, ...]:
    sides = (deal.suppliers, deal.recipients) if deal.directed else (deal.parties,)
    return deal.family, deal.classes, *sides


def _compatible(one: Deal, other: Deal) -> bool:
    if one.family != other.family or (one.classes and other.classes and not one.classes & other.classes):
        return False
    if not (one.directed and other.directed):
        return _fits(one.parties, other.parties)
    return _fits(one.suppliers, other.suppliers) and _fits(one.recipients, other.recipients)


def _fits(one: frozenset[str], other: frozenset[str]) -> bool:
    return one <= other or other <= one


def _complete(deal: Deal) -> bool:
    both = deal.suppliers and deal.recipients if deal.directed else len(deal.parties) > 1
    return bool(both and deal.classes)


def _class(mention: ArmsDeal, deal: Deal) -> str:
    ids = {mention.claimant_id, mention.claimant_country} - {None}
    if ids & {*mention.supplier_ids, *deal.suppliers}:
        return "supplier"
    if ids & {*mention.recipient_ids, *deal.recipients}:
        return "recipient"
    return "third_government" if mention.claimant_kind == "government" else mention.claimant_kind


def _status(mention: ArmsDeal) -> str:
    """A medium that confirms and one that reports say the same; whose word it is stays in the claimant."""
    media = mention.claimant_kind == "media" and mention.claimant_id is None
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
