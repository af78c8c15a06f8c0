"""What the alert stage knows: stories, deals, claims, groups. A bounded fold of decisions and feedback."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import takewhile

import msgspec

from processors import deals
from processors.claims import Claim, Support, deal_of, moved
from processors.deals import Index
from processors.decisions import ALERTING, Decision, FollowUp, Group, Known, Outcome, Said
from processors.feedback import Feedback
from processors.records import AlertKind, Claims, Status
from processors.story_life import Version

WINDOW = timedelta(days=30)
KEPT = timedelta(days=90)  # what is older than this says nothing any more
SILENT = timedelta(days=3)  # how long a story is remembered that never spoke of a deal

# Outcomes of mentions that make the story stand behind their claims. The digest's do not alert.
_SUPPORTING: frozenset[Outcome] = ALERTING | {
    "copy", "digest", "background", "corrected", "restored", "suppressed", "seeded",
}  # fmt: skip
_NO_CLAIM = Claim()


@dataclass(slots=True)
class Story:
    """A story as far as its versions have been heard."""

    decided: datetime  # last
    versions: set[Version] = field(default_factory=set)
    fingerprints: set[str] = field(default_factory=set)
    speaks: Version | None = None  # whose claims these are
    said: tuple[Said, ...] = ()  # claims of the version that stands; none where it is not usable
    held: dict[str, str] = field(default_factory=dict)  # own claims that a hold or kill stopped, and origin

    @property
    def status(self) -> Status:
        return self.speaks.status if self.speaks else "usable"


@dataclass(slots=True)
class Told:
    """A group, and what followed."""

    group: Group
    decided: datetime
    claims: set[str]
    lowered: dict[str, AlertKind] = field(default_factory=dict)  # notice given, by the story that caused it
    over: bool = False  # overtaken before it was due


@dataclass(slots=True)
class State:
    """Everything is public to `alerts.decide`, which only reads; `apply` and `hear` alone write."""

    window: timedelta = WINDOW
    seq: int = 0  # of the last decision
    stories: dict[str, Story] = field(default_factory=dict)  # longest unheard first
    deals: dict[str, Known] = field(default_factory=dict)
    claims: dict[str, Claim] = field(default_factory=dict)
    groups: dict[str, Told] = field(default_factory=dict)  # oldest first
    suppressed: set[str] = field(default_factory=set)  # claim keys marked as false
    same: dict[str, str] = field(default_factory=dict)  # deal: the deal it was marked the same as
    heard: set[str] = field(default_factory=set)  # ids of feedback

    open: dict[str, datetime] = field(default_factory=dict, compare=False)  # last mention, least recent first
    index: Index = field(default_factory=Index, compare=False)
    of_deal: defaultdict[str, set[str]] = field(default_factory=lambda: defaultdict(set), compare=False)
    of_claim: defaultdict[str, set[str]] = field(default_factory=lambda: defaultdict(set), compare=False)
    silent: dict[str, datetime] = field(default_factory=dict, compare=False)  # stories, by last decision
    of_story: defaultdict[str, set[str]] = field(default_factory=lambda: defaultdict(set), compare=False)

    def has_decided(self, claims: Claims) -> bool:
        """Whether this version's decision has been applied: the stored one is to be rendered again."""
        story = self.stories.get(claims.id)
        return story is not None and any(each.order == claims.order for each in story.versions)

    def deal(self, id_: str) -> Known | None:
        """A deal by its id, or by that of one that was marked the same."""
        return self.deals.get(self.resolved(id_))

    def group(self, id_: str) -> Group | None:
        told = self.groups.get(id_)
        return told.group if told else None

    def resolved(self, deal: str) -> str:
        while deal in self.same:
            deal = self.same[deal]
        return deal

    def claim(self, key: str) -> Claim:
        return self.claims.get(key, _NO_CLAIM)

    def claim_keys(self, deal: str) -> Iterable[str]:
        return self.of_deal.get(deal, ())

    def groups_of(self, keys: Iterable[str]) -> Iterator[tuple[str, Told]]:
        """The groups that stand for any of the claims, oldest first."""
        ids = {id_ for key in keys for id_ in self.of_claim.get(key, ())}
        yield from sorted(
            ((id_, self.groups[id_]) for id_ in ids), key=lambda each: (each[1].decided, each[0])
        )

    def groups_told_by(self, story: str) -> Iterator[tuple[str, Told]]:
        ids = self.of_story.get(story, ())
        yield from sorted(
            ((id_, self.groups[id_]) for id_ in ids), key=lambda each: (each[1].decided, each[0])
        )


def apply(state: State, decision: Decision) -> None:
    """Makes the decision part of the state; a decision that is part of it changes nothing."""
    story = state.stories.get(decision.story)
    if story is not None and any(each.order == decision.order for each in story.versions):
        return
    decision = _resolved(state, decision)
    _forget(state, decision.decided)
    state.seq = max(state.seq, decision.seq)
    for known in decision.deals:
        _put_deal(state, known, decision.decided)
    if decision.speaks:
        claims = revised(state, decision)
        _hear_story(state, decision)
        for key, claim in claims.items():
            _put_claim(state, key, claim)
    else:
        _hear_story(state, decision)
    for group in decision.groups:
        _put_group(state, group, decision.decided)
    if _never_spoke(state, decision.story):
        state.silent[decision.story] = state.stories[decision.story].decided
    for follow_up in decision.follow_ups:
        _follow(state, follow_up, decision)


def revised(state: State, decision: Decision) -> dict[str, Claim]:
    """Every claim that the version makes, or the one before it made, with who stands behind it now."""
    story = state.stories.get(decision.story)
    supports = _supports(state, decision)
    touched = {*supports, *(_keys(story.said) if story else ()), *(story.held if story else ())}
    own = decision.origin == decision.source
    claims: dict[str, Claim] = {}
    for key in sorted(touched):
        before = state.claim(key)
        supporters, killed = dict(before.supporters), dict(before.killed)
        stopped = supporters.pop(decision.story, None)
        held = story.held.get(key) if story else None
        if decision.version.status == "canceled" and (held or (stopped and stopped.own)):
            killed[decision.story] = held or (stopped.origin if stopped else "")
        if key in supports:
            supporters[decision.story] = supports[key]._replace(own=own)
        claims[key] = Claim(supporters, killed)
    return claims


def _supports(state: State, decision: Decision) -> dict[str, Support]:
    supports: dict[str, Support] = {}
    kept = len(decision.kept)
    for n, said in enumerate((*decision.kept, *decision.said)):
        if said.claim is None or said.outcome not in _SUPPORTING:
            continue
        before = state.claim(said.claim).supporters.get(decision.story)
        already = before is not None and (before.since is None or before.since <= decision.decided)
        since = before.since if before is not None and n < kept else decision.not_before
        supports[said.claim] = Support(
            origin=decision.origin,
            own=decision.origin == decision.source,
            source=decision.source,
            since=None if already else since,
            alerting=_alerts(said) or (said.claim in supports and supports[said.claim].alerting),
        )
    return supports


def _alerts(said: Said) -> bool:
    fact = said.fact
    return fact.grade != "C" and fact.status != "urged_against" and not fact.background


def _keys(said: Iterable[Said]) -> set[str]:
    return {each.claim for each in said if each.claim is not None}


def _hear_story(state: State, decision: Decision) -> None:
    story = state.stories.pop(decision.story, None) or Story(decided=decision.decided)
    state.stories[decision.story] = story  # now the last to be forgotten
    story.decided = max(story.decided, decision.decided)
    story.versions.add(decision.version)
    state.silent.pop(decision.story, None)
    if decision.fingerprint:
        story.fingerprints.add(decision.fingerprint)
    if not decision.speaks:
        return
    if decision.version.status == "usable":
        killed = {key for key in story.held if decision.story in state.claim(key).killed}
        story.held = {key: story.held[key] for key in killed}
    else:
        story.held |= _stopped(state, decision.story, _keys(story.said))
    story.speaks = decision.version
    said = (*decision.kept, *decision.said)
    story.said = tuple(each for each in said if each.claim is not None and each.outcome in _SUPPORTING)


def _never_spoke(state: State, id_: str) -> bool:
    story = state.stories[id_]
    stopped = any(each.status != "usable" for each in story.versions)
    return not (story.said or story.held or stopped or id_ in state.of_story)


def _stopped(state: State, story: str, keys: Iterable[str]) -> dict[str, str]:
    """The claims that it stands behind, each with its origin where that is the story itself, else ""."""
    made = {key: state.claim(key).supporters.get(story) for key in keys}
    return {key: support.origin if support.own else "" for key, support in made.items() if support}


def _put_deal(state: State, known: Known, decided: datetime) -> None:
    id_ = known.deal.id
    state.deals.pop(id_, None)
    state.deals[id_] = known
    state.open.pop(id_, None)
    if known.loose or known.last + state.window < decided:
        return
    state.open[id_] = known.last
    state.index.file(known.deal)


def _put_claim(state: State, key: str, claim: Claim) -> None:
    if claim.supporters or claim.killed:
        state.claims[key] = claim
        state.of_deal[deal_of(key)].add(key)
        return
    state.claims.pop(key, None)
    _discard(state.of_deal, deal_of(key), key)


def _put_group(state: State, group: Group, decided: datetime) -> None:
    state.groups[group.id] = Told(group, decided, set())
    state.of_story[group.story].add(group.id)
    _stands_for(state, group.id, group.claims)


def _stands_for(state: State, id_: str, keys: Iterable[str]) -> None:
    for key in keys:
        state.groups[id_].claims.add(key)
        state.of_claim[key].add(id_)


def _follow(state: State, follow_up: FollowUp, decision: Decision) -> None:
    told = state.groups.get(follow_up.follows)
    if told is None:
        return
    if follow_up.overtaken:
        told.over = True
    elif follow_up.kind == "restored":
        told.lowered.pop(decision.story, None)
    elif follow_up.kind == "correction":
        _stands_for(state, follow_up.follows, follow_up.claims)
    else:
        told.lowered[decision.story] = follow_up.kind


# ── what is forgotten ─────────────────────────────────────────────────────────────────────────────


def _forget(state: State, now: datetime) -> None:
    for id_ in _before(now - state.window, state.open.items()):
        del state.open[id_]
        state.index.drop(id_)
    for id_ in _before(now - KEPT, ((id_, each.last) for id_, each in state.deals.items())):
        del state.deals[id_]
    for id_ in _before(now - KEPT, ((id_, each.decided) for id_, each in state.groups.items())):
        _forget_group(state, id_)
    for id_ in _before(now - SILENT, state.silent.items()):
        _forget_story(state, id_)
    for id_ in _before(now - KEPT, ((id_, each.decided) for id_, each in state.stories.items())):
        _forget_story(state, id_)


def _forget_group(state: State, id_: str) -> None:
    told = state.groups.pop(id_)
    _discard(state.of_story, told.group.story, id_)
    for key in told.claims:
        _discard(state.of_claim, key, id_)


def _forget_story(state: State, id_: str) -> None:
    state.silent.pop(id_, None)
    story = state.stories.pop(id_)
    for key in _keys(story.said) | story.held.keys():
        _put_claim(state, key, _less(state.claim(key), id_))


def _before(limit: datetime, dated: Iterable[tuple[str, datetime]]) -> list[str]:
    """Those at the front that are older than the limit."""
    return [id_ for id_, _ in takewhile(lambda each: each[1] < limit, dated)]


def _less(claim: Claim, story: str) -> Claim:
    return Claim(
        {each: support for each, support in claim.supporters.items() if each != story},
        {each: origin for each, origin in claim.killed.items() if each != story},
    )


def _discard(table: defaultdict[str, set[str]], key: str, member: str) -> None:
    members = table.get(key)
    if members is None:
        return
    members.discard(member)
    if not members:
        del table[key]


# ── feedback ──────────────────────────────────────────────────────────────────────────────────────


def hear(state: State, feedback: Feedback) -> None:
    """Makes feedback part of the state; the same entry again changes nothing."""
    if feedback.id in state.heard:
        return
    state.heard.add(feedback.id)
    if feedback.action == "false":
        state.suppressed |= {_rekeyed(state, key) for key in feedback.claims}
    elif feedback.action == "same-as" and feedback.deal and feedback.other:
        _join(state, state.resolved(feedback.deal), state.resolved(feedback.other))
    elif feedback.action == "split" and feedback.group and feedback.group in state.groups:
        _split(state, feedback.group)


def _join(state: State, deal: str, other: str) -> None:
    """The deal is the other: its claims and groups are the other's from now on."""
    if deal == other:
        return
    state.same[deal] = other
    known, into = state.deals.pop(deal, None), state.deals.get(other)
    state.open.pop(deal, None)
    state.index.drop(deal)
    if known and into:
        both = msgspec.structs.replace(
            into,
            deal=deals.filled(into.deal, known.deal),
            last=max(into.last, known.last),
            first_alert=into.first_alert or known.first_alert,
            systems=tuple(sorted({*into.systems, *known.systems})),
            quantities=tuple(sorted({*into.quantities, *known.quantities})),
            values=tuple(sorted({*into.values, *known.values})),
            stage=max(into.stage, known.stage),
            parts=(*into.parts, *known.parts),
        )
        _put_deal(state, both, both.last)
    elif known:
        _put_deal(state, _named(known, other), known.last)
    _move(state, set(state.claim_keys(deal)), other)


def _split(state: State, id_: str) -> None:
    """The claims that the group told first get a deal of their own, of the same description."""
    told = state.groups[id_]
    known = state.deals.get(state.resolved(told.group.deal))
    if known is None:
        return
    own = deals.deal_id("split", id_)
    _put_deal(state, msgspec.structs.replace(_named(known, own), first_alert=id_), known.last)
    _move(state, set(told.claims), own, {id_})
    told.group = msgspec.structs.replace(told.group, deal=own)


def _named(known: Known, id_: str) -> Known:
    return msgspec.structs.replace(known, deal=msgspec.structs.replace(known.deal, id=id_))


def _move(state: State, keys: set[str], deal: str, only: set[str] | None = None) -> None:
    """Gives the claims to another deal, for every story, and for every group or `only` those."""
    to = {key: moved(key, deal) for key in keys}
    for old, new in to.items():
        one, other = state.claim(old), state.claim(new)
        _put_claim(state, old, Claim())
        _put_claim(state, new, Claim({**one.supporters, **other.supporters}, {**one.killed, **other.killed}))
        for id_ in sorted(state.of_claim.get(old, ())):
            if only is None or id_ in only:
                told = state.groups[id_]
                told.claims.discard(old)
                _discard(state.of_claim, old, id_)
                _stands_for(state, id_, [new])
    state.suppressed |= {to[key] for key in keys & state.suppressed}
    for story in state.stories.values():
        story.said = tuple(_retold(each, to) for each in story.said)
        story.held = {to.get(key, key): origin for key, origin in story.held.items()}


def _retold(said: Said, to: Mapping[str, str]) -> Said:
    if said.claim is None or said.claim not in to:
        return said
    key = to[said.claim]
    return msgspec.structs.replace(said, claim=key, deal=deal_of(key))


def _rekeyed(state: State, key: str) -> str:
    return moved(key, state.resolved(deal_of(key)))


def _resolved(state: State, decision: Decision) -> Decision:
    """The decision as it reads now, where deals that it names have been marked the same as others."""
    if not state.same:
        return decision
    to = state.resolved
    return msgspec.structs.replace(
        decision,
        deals=tuple(_named(each, to(each.deal.id)) for each in decision.deals),
        said=tuple(_resolved_said(state, each) for each in decision.said),
        kept=tuple(_resolved_said(state, each) for each in decision.kept),
        groups=tuple(
            msgspec.structs.replace(
                each, deal=to(each.deal), claims=tuple(_rekeyed(state, key) for key in each.claims)
            )
            for each in decision.groups
        ),
        follow_ups=tuple(
            msgspec.structs.replace(each, claims=tuple(_rekeyed(state, key) for key in each.claims))
            for each in decision.follow_ups
        ),
    )


def _resolved_said(state: State, said: Said) -> Said:
    if said.claim is None or said.deal is None:
        return said
    return msgspec.structs.replace(said, deal=state.resolved(said.deal), claim=_rekeyed(state, said.claim))
