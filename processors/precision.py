"""How often a rule's alerts are what people want: their marks counted, rule by rule. Pure."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

import msgspec

from processors.feedback import Feedback


class Fired(NamedTuple):
    """An alert: which rule made it, and of which group."""

    rule: str
    group: str


class RulePrecision(msgspec.Struct, kw_only=True):
    """Of one rule. `precision` is true / (true + false) in per cent, None where nothing is marked."""

    rule: str
    alerts: int
    true: int
    false: int
    same_as: int  # it was a deal that another alert had told
    split: int  # it was another deal than the one it was put to
    precision: float | None


def verdicts(entries: Iterable[Feedback]) -> dict[str, Feedback]:
    """The last true or false of each group."""
    return {each.group: each for each in entries if each.group and each.action in ("true", "false")}


def precision(
    counts: Mapping[str, int], fired: Sequence[Fired], entries: Sequence[Feedback]
) -> list[RulePrecision]:
    """By rule, in the order of their names. `counts`: all alerts of each; `fired`: those of marked groups."""
    judged = verdicts(entries)
    moved: defaultdict[str, set[str]] = defaultdict(set)
    for each in entries:
        if each.group and each.action in ("same-as", "split"):
            moved[each.group].add(each.action)
    rules: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for rule, group in set(fired):
        rules[rule].update(moved[group] | ({judged[group].action} if group in judged else set()))
    return [_of(rule, counts.get(rule, 0), rules[rule]) for rule in sorted(counts.keys() | rules.keys())]


def _of(rule: str, alerts: int, marks: Counter[str]) -> RulePrecision:
    true, false = marks["true"], marks["false"]
    return RulePrecision(
        rule=rule,
        alerts=alerts,
        true=true,
        false=false,
        same_as=marks["same-as"],
        split=marks["split"],
        precision=round(100 * true / (true + false), 1) if true + false else None,
    )
