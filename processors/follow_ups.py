"""What those hear who were alerted, when a story is corrected, loses a claim, is stopped or comes back."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

import msgspec

from processors import amounts
from processors.alert_state import State, Told
from processors.claims import Claim, deal_of, is_background, put
from processors.deals import family, ripened
from processors.decisions import Decision, Fact, FollowUp, Said
from processors.records import AlertKind, Claims, Deal

_NOTHING: Mapping[str, Claim] = {}


class Correction(NamedTuple):
    """Of a group: what the story had said, and the deal that it says it of now."""

    deal: str
    before: tuple[Fact, ...]
    changed: tuple[str, ...]  # "quantity: 42 → 24"
    digest: bool  # only digests had it


# ── corrections ───────────────────────────────────────────────────────────────────────────────────


def corrections(
    state: State, draft: Decision, claims: Claims, said: Sequence[Said], not_before: datetime | None
) -> dict[str, Correction]:
    """By group that this story alerted: what the correction changes of it."""
    story = state.stories.get(claims.id)
    if story is None or claims.change != "correction":
        return {}
    before, after = _by_deal(story.said), _by_deal(said)
    found: dict[str, Correction] = {}
    for id_, told in state.groups_told_by(claims.id):
        deal = state.resolved(told.group.deal)
        if deal not in before or not _hears(state, told, draft, not_before):
            continue
        new = deal if deal in after else _replacement(deal, before, after, state)
        if new is None:
            continue
        changed = _changed(before[deal], after[new], claims.language)
        if changed or new != deal:
            facts = tuple(each.fact for each in before[deal])
            found[id_] = Correction(new, facts, tuple(changed), told.group.digest)
    return found


def _hears(state: State, told: Told, draft: Decision, not_before: datetime | None) -> bool:
    """Whether the group's alert stands: neither withdrawn, nor told anew under another embargo."""
    pending = told.group.not_before is not None and told.group.not_before > draft.decided
    anew = pending and told.group.not_before != not_before
    return not (told.over or anew or draft.story in told.lowered) and bool(
        origins_of(told, state, _NOTHING, draft.decided)
    )


def _by_deal(said: Iterable[Said]) -> dict[str, list[Said]]:
    found: defaultdict[str, list[Said]] = defaultdict(list)
    for each in said:
        if each.deal is not None and not each.fact.background:
            found[each.deal].append(each)
    return dict(found)


def _replacement(
    deal: str, before: Mapping[str, object], after: Mapping[str, Sequence[Said]], state: State
) -> str | None:
    """The one deal of the same family that the version before had not: parties were corrected."""
    known = state.deal(deal)
    gained = [
        id_
        for id_, there in after.items()
        if id_ not in before and known is not None and family(there[0].fact.act) == known.deal.family
    ]
    return gained[0] if len(gained) == 1 else None


def _changed(before: Iterable[Said], after: Iterable[Said], language: str) -> list[str]:
    """What a reader must know anew, each "name: before → after"."""
    one, other = _gist(before, language), _gist(after, language)
    return [
        f"{name}: {_listed(one[name])} → {_listed(other[name])}" for name in one if one[name] != other[name]
    ]


def _gist(said: Iterable[Said], language: str) -> dict[str, set[str]]:
    said = list(said)
    facts = [each.fact for each in said]
    return {
        "supplier": {id_ for fact in facts for id_ in fact.supplier_ids},
        "recipient": {id_ for fact in facts for id_ in fact.recipient_ids},
        "goods": {name for fact in facts for name in (*fact.goods_classes, *fact.systems)},
        "quantity": {amounts.canonical(fact.quantity, language) for fact in facts} - {""},
        "value": {amounts.canonical(fact.value, language) for fact in facts} - {""},
        "status": {put(each.claim) for each in said if each.claim},
    }


def _listed(names: Iterable[str]) -> str:
    return ", ".join(sorted(names)) or "–"


# ── everything that follows ───────────────────────────────────────────────────────────────────────


def changes(
    state: State,
    draft: Decision,
    after: Mapping[str, Claim],
    corrected: Mapping[str, Correction] | None = None,
) -> Decision:
    """The decision with what those hear who were alerted before. `after`: its claims, once applied."""
    follow_ups = tuple(_follow_ups(state, draft, after, corrected or {}))
    return msgspec.structs.replace(draft, follow_ups=follow_ups)


def _follow_ups(
    state: State, draft: Decision, after: Mapping[str, Claim], corrected: Mapping[str, Correction]
) -> Iterator[FollowUp]:
    touched = dict(state.groups_of(after))
    touched |= {id_: told for id_, told in state.groups_told_by(draft.story) if told.group.not_before}
    for id_, told in touched.items():
        if told.over:
            continue
        if id_ in corrected:
            yield _correction(state, draft, after, told, corrected[id_])
        elif _is_overtaken(state, draft, after, told):
            notice = _notice(state, draft, after, told, "retraction")
            yield msgspec.structs.replace(notice, news=("overtaken",), overtaken=True)
        else:
            yield from _drop_or_return(state, draft, after, told)


def _correction(
    state: State, draft: Decision, after: Mapping[str, Claim], told: Told, correction: Correction
) -> FollowUp:
    said = [(n, each) for n, each in enumerate(draft.said) if each.deal == correction.deal]
    return msgspec.structs.replace(
        _notice(state, draft, after, told, "correction", correction.deal),
        news=correction.changed,
        claims=_distinct(each.claim for _, each in said if each.claim and not is_background(each.claim)),
        before=correction.before,
        after=tuple(n for n, _ in said),
    )


def _is_overtaken(state: State, draft: Decision, after: Mapping[str, Claim], told: Told) -> bool:
    """Whether an alert that waits for its embargo has nothing left to tell when it ends, or is told anew."""
    due = told.group.not_before
    if due is None or due <= draft.decided or draft.seed or draft.version.status != "usable":
        return False
    if "on_hold" not in told.lowered.values() and not origins_of(told, state, _NOTHING, draft.decided):
        return False  # retracted already
    if told.group.story == draft.story:
        return due != draft.not_before and _says_again(draft, told)
    at = draft.not_before or draft.decided
    return due > at and all(_is_out(state, after, key, told, at, draft.story) for key in told.claims)


def _says_again(draft: Decision, told: Told) -> bool:
    """What only adds to a story leaves what the story said in its own time, but where it says it again."""
    return not draft.kept or told.claims <= {each.claim for each in draft.said}


def _is_out(
    state: State, after: Mapping[str, Claim], key: str, told: Told, at: datetime, viewer: str
) -> bool:
    """Whether somebody else will have told the claim by then, so that it alerts if the group's does."""
    own = state.claim(key).supporters.get(told.group.story)
    claim = after.get(key, state.claim(key))
    alerting = own is not None and own.alerting
    return bool(claim.standing(at, viewer, without=told.group.story, alerting=alerting))


def _drop_or_return(
    state: State, draft: Decision, after: Mapping[str, Claim], told: Told
) -> Iterator[FollowUp]:
    status = draft.version.status
    if status == "usable" and draft.story in told.lowered:
        if any(draft.story in after[key].supporters for key in told.claims if key in after):
            notice = _notice(state, draft, after, told, "restored")
            positions = tuple(n for n, said in enumerate(draft.said) if said.claim in told.claims)
            yield msgspec.structs.replace(notice, after=positions)
        return
    stood = len(origins_of(told, state, _NOTHING, draft.decided))
    stands = len(origins_of(told, state, after, draft.decided))
    held_before = status == "canceled" and told.lowered.get(draft.story) == "on_hold"
    if stands and stands < stood:
        yield msgspec.structs.replace(_notice(state, draft, after, told, "weakened"), remaining=stands)
    elif not stands and (stood or held_before):
        yield _notice(state, draft, after, told, "on_hold" if status == "withheld" else "retraction")


def _notice(
    state: State, draft: Decision, after: Mapping[str, Claim], told: Told, kind: AlertKind, deal: str = ""
) -> FollowUp:
    deal = deal or state.resolved(told.group.deal)
    origins, outlets = who_stands(state, deal, after, draft.decided, draft.story)
    return FollowUp(
        follows=told.group.id,
        kind=kind,
        deal=_described(state, draft, deal),
        first_alert=told.group.first_alert,
        origins=origins,
        outlets=outlets,
        not_before=draft.not_before,
    )


def _described(state: State, draft: Decision, deal: str) -> Deal:
    """The deal after this version; forgotten ones by their id alone."""
    touched = next((known for known in draft.deals if known.deal.id == deal), None)
    known = touched or state.deal(deal)
    if known is not None:
        return ripened(known, draft.not_before or draft.decided, draft.story).deal
    return Deal(id=deal, family="", supplier_ids=[], recipient_ids=[], goods_classes=[])


# ── who stands behind what ────────────────────────────────────────────────────────────────────────


def origins_of(told: Told, state: State, after: Mapping[str, Claim], at: datetime) -> set[str]:
    """The origins that stand behind any of a group's claims, where `after` says what becomes of them."""
    return {
        support.origin
        for key in told.claims
        for support in after.get(key, state.claim(key)).standing(at, told.group.story)
    }


def who_stands(
    state: State, deal: str, after: Mapping[str, Claim], at: datetime, viewer: str
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Origins and outlets of all that is claimed of a deal, sorted."""
    keys = {*state.claim_keys(deal), *(key for key in after if deal_of(key) == deal)}
    standing = [
        support
        for key in keys
        if not is_background(key)
        for support in after.get(key, state.claim(key)).standing(at, viewer)
    ]
    return _distinct(each.origin for each in standing), _distinct(each.source for each in standing)


def _distinct(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(set(names)))
