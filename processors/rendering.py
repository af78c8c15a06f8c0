"""The alerts of a decision: for each rule that fires, and for whom something follows. Ids never change."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from processors import alert_rules
from processors.alert_rules import Material, Rule, Rules
from processors.deals import ripened
from processors.decisions import ALERTING, Decision, Fact, FollowUp, Group, Said, alert_id, bounded
from processors.records import Alert, Claims, Deal, Evidence

_Texts = Mapping[tuple[int, int], str]


def render(decision: Decision, claims: Claims, rules: Rules) -> list[Alert]:
    """The alerts of a decision about this record. The same input gives the same alerts, ids and all."""
    at = decision.not_before or decision.decided  # by then what an embargo hides is known
    deals = {known.deal.id: ripened(known, at, decision.story).deal for known in decision.deals}
    texts = {(each.start, each.end): each.evidence for each in claims.arms_deals}
    alerts = [
        alert
        for group in decision.groups
        for alert in _of_group(decision, group, deals[group.deal], claims, rules, texts)
    ]
    alerts += [_follow_up(decision, each, claims, texts) for each in decision.follow_ups]
    return alerts


def _of_group(
    decision: Decision, group: Group, deal: Deal, claims: Claims, rules: Rules, texts: _Texts
) -> Iterator[Alert]:
    said = [each for each in decision.said if each.deal == group.deal and each.outcome != "suppressed"]
    evidence = _evidence(said, texts)
    for rule in rules.rules:
        triggers = [each for each in said if _may_trigger(rule, each)]
        why = alert_rules.matched(rule, _material(group, deal, claims, triggers, texts))
        if why is None:
            continue
        yield _alert(
            decision, claims, deal,
            id=alert_id(group.id, rule.name), group=group.id, kind=group.kind,
            rule=rule.name, rule_why=why, channels=list(rule.channels), digest=rule.digest,
            news=_distinct(news for each in triggers for news in each.news),
            evidence=evidence, before=[], remaining=None,
            origins=list(group.origins), outlets=list(group.outlets),
            first_alert=group.first_alert, follows=None, not_before=group.not_before,
        )  # fmt: skip


def _may_trigger(rule: Rule, said: Said) -> bool:
    if said.outcome == "digest":
        return rule.digest is not None
    return said.outcome in ALERTING or (said.outcome == "background" and rule.background)


def _material(group: Group, deal: Deal, claims: Claims, triggers: Sequence[Said], texts: _Texts) -> Material:
    facts = [each.fact for each in triggers]
    return Material(
        kind=group.kind,
        deal=deal,
        facts=facts,
        texts=[texts.get((fact.start, fact.end), "") for fact in facts],
        source=claims.source,
        language=claims.language,
        headline=claims.headline or "",
    )


def _follow_up(decision: Decision, follow_up: FollowUp, claims: Claims, texts: _Texts) -> Alert:
    group = bounded(f"{decision.id}/{follow_up.kind}/{follow_up.follows}")
    after = [decision.said[position] for position in follow_up.after]
    return _alert(
        decision, claims, follow_up.deal,
        id=group, group=group, kind=follow_up.kind,
        rule=None, rule_why=[], channels=[], digest=None,
        news=list(follow_up.news),
        evidence=_evidence(after, texts),
        before=[_shown(fact, "", ()) for fact in follow_up.before],
        remaining=follow_up.remaining,
        origins=list(follow_up.origins), outlets=list(follow_up.outlets),
        first_alert=follow_up.first_alert, follows=follow_up.follows, not_before=follow_up.not_before,
    )  # fmt: skip


def _alert(decision: Decision, claims: Claims, deal: Deal, **fields: object) -> Alert:
    silenced = decision.version.status != "usable"  # a stopped story's words are not repeated
    return Alert(
        deal=deal,
        story=decision.story,
        order=decision.order,
        source=decision.source,
        headline=None if silenced else claims.headline,
        language=claims.language,
        url=None if silenced else claims.url,
        published=claims.published,
        received=claims.received,
        decided=decision.decided,
        **fields,  # type: ignore[arg-type]
    )


def _evidence(said: Iterable[Said], texts: _Texts) -> list[Evidence]:
    """In text order. A record enriched anew may have other mentions: then without their words."""
    ordered = sorted(said, key=lambda each: (each.fact.start, each.fact.end))
    return [_shown(each.fact, texts.get((each.fact.start, each.fact.end), ""), each.news) for each in ordered]


def _shown(fact: Fact, text: str, news: Iterable[str]) -> Evidence:
    return Evidence(
        text=text,
        start=fact.start,
        end=fact.end,
        act=fact.act,
        status=fact.status,
        grade=fact.grade,
        supplier=list(fact.supplier),
        recipient=list(fact.recipient),
        goods=list(fact.goods),
        claimant=fact.claimant,
        quantity=fact.quantity,
        value=fact.value,
        news=list(news),
        why=list(fact.why),
    )


def _distinct(lines: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(lines))
