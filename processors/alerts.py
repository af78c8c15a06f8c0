"""From claims to alerts: what is new, what follows an alert, and what is a copy. Pure.

The stage does, for each record of wire.mentions, in order:

    stored = fetch(decision_id(...)) if state.has_decided(claims) else None     # the record came again
    decision = stored or decide(state, claims, now)                             # None: it changes nothing
    # logged before anything is sent; where another has logged since, what it decided is applied first
    apply(state, decision)                                                      # twice is once
    alerts = render(decision, claims, rules)                                    # same input, same ids

State is the fold of `apply` over all decisions by `seq`, with `hear` for each feedback entry between them by
time (decision.decided, feedback.at). docs/alerting.md has the rules in words.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

import msgspec

from processors import amounts, deals, story_life
from processors.alert_state import State, Story, apply, hear, revised
from processors.attaching import Attached, Attaching, Touched
from processors.claims import Claim, claim_key, claimant_class, claimed, deal_of, digested, fact, origin, put
from processors.decisions import ALERTING, Decision, Group, Known, Outcome, Said, decision_id, group_id
from processors.follow_ups import Correction, changes, corrections, who_stands
from processors.records import ArmsDeal, Claims
from processors.rendering import render
from processors.story_life import Version

__all__ = ["State", "apply", "decide", "decision_id", "hear", "render"]

_ADDS = {"add", "advisory"}  # they take nothing back
_TOLD: frozenset[Outcome] = ALERTING | {"digest"}
_GROUPED: frozenset[Outcome] = _TOLD | {"background"}


def decide(state: State, claims: Claims, now: datetime) -> Decision | None:
    """What this version of a story changes; None where it changes nothing. The state stays as it is."""
    story = state.stories.get(claims.id)
    if state.has_decided(claims) or (story and claims.fingerprint in story.fingerprints):
        return None
    if story is None and not _worth_remembering(claims):
        return None
    version = Version.of(msgspec.structs.asdict(claims))
    speaks = _speaks(story, version)
    draft = Decision(
        id=decision_id(claims.id, claims.order),
        seq=state.seq + 1,
        decided=now,
        story=claims.id,
        order=claims.order,
        version=version,
        source=claims.source,
        fingerprint=claims.fingerprint,
        speaks=speaks,
        origin=origin(claims),
        seed=claims.seed,
    )
    if not speaks:
        return draft
    if version.status != "usable":
        return changes(state, draft, revised(state, draft))
    return _Telling(state, claims, now, draft, story).decision()


def _worth_remembering(claims: Claims) -> bool:
    """Of a story never heard of: has it deals, or might it overrule an older version that has some?"""
    return (
        bool(claims.arms_deals) or claims.status != "usable" or claims.change != "new" or claims.version > 1
    )


def _speaks(story: Story | None, version: Version) -> bool:
    """Whether what the story says is what this version says, or it silences the story."""
    if story is None:
        return True
    versions = {*story.versions, version}
    stands = story_life.standing(versions).version
    if stands == version:
        return True
    was_usable = story.speaks is not None and story.speaks.status == "usable"
    if stands.status != "usable":
        return was_usable
    # The one that brings a killed story back is heard, though a silent newer one stands from now on.
    killed = story_life.is_killed(version, story_life.kill_among(versions))
    return version.status == "usable" and not was_usable and not killed


@dataclass(slots=True)
class _Telling:
    """A usable version on its way to its decision."""

    state: State
    claims: Claims
    now: datetime
    draft: Decision
    story: Story | None
    not_before: datetime | None = None
    at: datetime = field(init=False)  # when it will be told: what is known by then is known
    attaching: Attaching = field(init=False)

    def __post_init__(self) -> None:
        embargo = self.claims.embargo_until
        self.not_before = embargo if embargo and embargo > self.now else None
        self.at = self.not_before or self.now
        said = self.story.said if self.story else ()
        self.attaching = Attaching(
            self.state, self.claims, self.now, self.at, self.not_before,
            version=f"{self.claims.id}@{self.claims.order}",
            earlier=_distinct(each.deal for each in said if self._may_mean(each)),
        )  # fmt: skip

    def _may_mean(self, said: Said) -> bool:
        """Whether a vague mention may mean the deal of what the version before said."""
        known = self.state.deals.get(said.deal or "")
        return known is not None and not known.loose and not said.fact.background

    def decision(self) -> Decision:
        attached = self.attaching.attach()
        mentions = self.claims.arms_deals
        plain = tuple(self._said(*each) for each in zip(mentions, attached, strict=True))
        corrected = corrections(self.state, self.draft, self.claims, plain, self.not_before)
        said = tuple(self._judged(*each, corrected) for each in zip(plain, mentions, attached, strict=True))
        draft = msgspec.structs.replace(self.draft, not_before=self.not_before, said=said, kept=self._kept())
        after = revised(self.state, draft)
        groups = () if self.claims.seed else tuple(self._groups(said, after))
        first = {
            group.deal: group.id for group in groups if group.first_alert is None and _alerts(group, said)
        }
        draft = msgspec.structs.replace(draft, groups=groups, deals=tuple(self._deals(first)))
        return changes(self.state, draft, after, corrected)

    def _kept(self) -> tuple[Said, ...]:
        if self.story is None or self.claims.change not in _ADDS:
            return ()
        return tuple(msgspec.structs.replace(each, outcome="copy", news=()) for each in self.story.said)

    def _deals(self, first: Mapping[str, str]) -> Iterable[Known]:
        for id_, touched in self.attaching.touched.items():
            known = self.attaching.outcome(touched)
            alert = first.get(id_)
            if alert and (known.first_alert is None or not self._deal_known(id_)):
                known = msgspec.structs.replace(known, first_alert=alert)
            yield known

    # ── what is known ─────────────────────────────────────────────────────────────────────────────

    def _known(self, key: str, *, alerting: bool) -> bool:
        """Whether somebody stands behind the claim when this is told; what lies under another embargo
        of the same story counts for nothing: that is told anew."""
        claim = self.state.claim(key)
        own = claim.supporters.get(self.claims.id)
        mine = own is not None and (
            own.since is None or own.since <= self.now or own.since == self.not_before
        )
        viewer, without = (self.claims.id, None) if mine else (None, self.claims.id)
        return bool(claim.standing(self.at, viewer, without=without, alerting=alerting))

    def _deal_known(self, deal: str) -> bool:
        return any(self._known(key, alerting=True) for key in self.state.claim_keys(deal))

    def _repeats_killed(self, key: str) -> bool:
        """Told by the word of somebody who has killed what they reported."""
        own = self.draft.origin == self.draft.source
        return not own and self.draft.origin in self.state.claim(key).retracted()

    def _is_back(self, key: str) -> bool:
        """Told before this story was stopped, to people who hear that it is back."""
        groups = self.state.groups_of([key])
        return any(self.claims.id in told.lowered and not told.over for _, told in groups)

    # ── what is new ───────────────────────────────────────────────────────────────────────────────

    def _said(self, mention: ArmsDeal, attached: Attached) -> Said:
        """The mention and its claim, not judged yet."""
        if attached.deal is None:
            outcome: Outcome = "ambiguous" if attached.several else "unattached"
            return Said(fact=fact(mention, claimant_class(mention)), outcome=outcome)
        deal = self.attaching.touched[attached.deal].view.deal
        who = claimant_class(mention, deal)
        key = claim_key(deal.id, who, claimed(mention, who), background=mention.background)
        return Said(fact=fact(mention, who), outcome="copy", deal=deal.id, claim=key)

    def _judged(
        self, said: Said, mention: ArmsDeal, attached: Attached, corrected: Mapping[str, Correction]
    ) -> Said:
        if said.claim is None or said.deal is None:
            return said
        outcome, news = self._outcome(said.claim, mention, attached)
        corrects = (each for each in corrected.values() if each.deal == said.deal)
        # What only a digest had, and hears corrected, is news to who is alerted.
        if outcome in _TOLD and any(outcome == "digest" or not each.digest for each in corrects):
            outcome = "corrected"
        return msgspec.structs.replace(said, outcome=outcome, news=tuple(news))

    def _outcome(self, key: str, mention: ArmsDeal, attached: Attached) -> tuple[Outcome, list[str]]:
        if self.claims.seed:
            return "seeded", []
        if key in self.state.suppressed:
            return "suppressed", []
        alerting = not (mention.background or digested(mention))
        known = self._known(key, alerting=alerting)
        if mention.background:
            return ("copy", []) if known else ("background", ["background"])
        if not known and self._repeats_killed(key):
            return "copy", []
        if not known and self._is_back(key):
            return "restored", []
        if not alerting:
            return ("copy", []) if known else ("digest", [f"status {put(key)}"])
        outcome, news = self._news(key, mention, attached, known)
        return (outcome, news) if news else ("copy", [])

    def _news(
        self, key: str, mention: ArmsDeal, attached: Attached, known: bool
    ) -> tuple[Outcome, list[str]]:
        touched = self.attaching.touched[deal_of(key)]
        linked = touched.base.deal.linked
        if not self._deal_known(deal_of(key)):
            if linked and self._deal_known(self.state.resolved(linked)):
                return "development", ["restriction begins"]
            return "new", ["deal"]
        reasons = [] if known else [f"status {put(key)}"]
        return "development", reasons + self._differences(touched, mention) + list(attached.named)

    def _differences(self, touched: Touched, mention: ArmsDeal) -> list[str]:
        """What the mention says of the deal that was not known or was known otherwise."""
        before, language = touched.seen, self.claims.language
        stage = deals.stage(mention.act, mention.status)
        found = [f"stage {deals.STAGE_NAMES[stage]}"] if stage > before.stage else []
        found += [f"system {name}" for name in sorted(set(mention.systems) - set(before.systems))]
        for name, said, known in (
            ("quantity", mention.quantity, before.quantities),
            ("value", mention.value, before.values),
        ):
            if amounts.differs(amounts.canonical(said, language), known):
                found.append(f"{name} {said}")
        return found

    # ── who is told ───────────────────────────────────────────────────────────────────────────────

    def _groups(self, said: Iterable[Said], after: Mapping[str, Claim]) -> Iterable[Group]:
        of_deal: dict[str, list[Said]] = {}
        for each in said:
            if each.deal is not None and each.outcome in _GROUPED:
                of_deal.setdefault(each.deal, []).append(each)
        for deal, told in of_deal.items():
            yield self._group(deal, told, after)

    def _group(self, deal: str, told: list[Said], after: Mapping[str, Claim]) -> Group:
        outcomes = {each.outcome for each in told}
        known = self._deal_known(deal)
        new = "new" in outcomes or not (known or "development" in outcomes)
        touched = self.attaching.touched[deal]
        linked = self.state.deal(touched.base.deal.linked or "")
        first = touched.base.first_alert or (linked.first_alert if linked else None)
        origins, outlets = who_stands(self.state, deal, after, self.at, self.claims.id)
        return Group(
            id=group_id(self.draft.id, deal),
            deal=deal,
            kind="new" if new else "development",
            story=self.claims.id,
            claims=tuple(sorted({each.claim for each in _stood_for(told) if each.claim})),
            digest="digest" in outcomes and not outcomes & ALERTING,
            first_alert=None if new else first,
            origins=origins,
            outlets=outlets,
            not_before=self.not_before,
        )


def _stood_for(told: Iterable[Said]) -> list[Said]:
    """What a group is about: what alerts; where nothing does, what the digest has."""
    return [each for each in told if each.outcome in ALERTING] or [
        each for each in told if each.outcome == "digest"
    ]


def _alerts(group: Group, said: Iterable[Said]) -> bool:
    return any(each.deal == group.deal and each.outcome in ALERTING for each in said)


def _distinct(ids: Iterable[str | None]) -> list[str]:
    return list(dict.fromkeys(id_ for id_ in ids if id_ is not None))
