"""How alerts read: as text for people, as JSON for programs. Pure.

A retraction says which alert it takes back and not a word of the story.
"""

import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from importlib.resources import files
from itertools import chain
from typing import Any

import msgspec
from babel import Locale

from processors.records import Alert, AlertKind, Deal, Evidence

Words = Mapping[str, Any]

_LONGEST = 400  # characters of a piece of evidence; the JSON has all of it
_NAMED = 8  # origins and outlets by name
# What a follow-up says of itself, by the name of the sentence.
_SENTENCES: dict[AlertKind, str] = {
    "correction": "changed",
    "weakened": "weakened",
    "retraction": "retracted",
    "on_hold": "held",
    "restored": "restored",
}


@dataclass(frozen=True, slots=True)
class Message:
    """One alert or follow-up, or all of a digest, on its way to a channel."""

    key: str  # the same whenever it is sent
    channel: str
    language: str
    alerts: Sequence[Alert]
    at: datetime  # of sending
    digest: str | None = None  # the rule whose digest it is
    killed: frozenset[str] = frozenset()  # stories that were killed since: nothing of them is repeated


def title(message: Message) -> str:
    """One line."""
    words = _words(message.language)
    if message.digest is not None:
        deals = len({alert.deal.id for alert in message.alerts})
        return str(words["digest"]).format(
            rule=message.digest,
            alerts=_number(words["alert"], len(message.alerts)),
            deals=_number(words["deal"], deals),
        )
    alert = message.alerts[0]
    return f"{words['kinds'][alert.kind]} · {_deal(alert, words, message)}"


def text(message: Message) -> str:
    """The title and all that a person needs to judge the alert, in lines."""
    lines = _digest(message) if message.digest is not None else _alert(message)
    return "\n".join((title(message), *lines))


def body(message: Message) -> bytes:
    """What a program gets: the records, the text, and where the rest is to be found."""
    document = {
        "id": message.key,
        "type": "digest" if message.digest is not None else "alert",
        "rule": message.digest,
        "channel": message.channel,
        "sent": message.at,
        "title": title(message),
        "text": text(message),
        "alerts": [
            msgspec.to_builtins(_spared(alert, message)) | {"seconds_from_wire": _latency(alert, message)}
            for alert in message.alerts
        ],
        "schema": 1,
    }
    return msgspec.json.encode(document)


def deal_line(deal: Deal) -> str:
    """A deal by its ids: no words of anybody's, fit to be kept for ever."""
    goods = ", ".join(deal.goods_classes) or "-"
    sides = [" + ".join(side) for side in (deal.supplier_ids, deal.recipient_ids)]
    parties = " → ".join(side or "?" for side in sides) if deal.directed else " – ".join(filter(None, sides))
    return f"{deal.family}: {parties}: {goods}"


# ── one alert ─────────────────────────────────────────────────────────────────────────────────────────


def _alert(message: Message) -> Iterator[str]:
    alert, words = _spared(message.alerts[0], message), _words(message.language)
    if alert.kind in _SENTENCES:
        yield words[_SENTENCES[alert.kind]]
    if alert.kind == "weakened" and alert.remaining is not None:
        yield _number(words["remaining"], alert.remaining)
    if alert.story in message.killed:
        yield words["killed"]
    elif alert.news and alert.kind != "retraction":
        yield str(words["new"]).format(news="; ".join(alert.news))
    if alert.before:
        yield words["before"]
        yield from _pieces(alert.before, words)
        yield words["after"]
    yield from _pieces(alert.evidence, words)
    yield from _where(alert, words)
    if alert.rule is not None:
        yield str(words["rule"]).format(rule=alert.rule, why="; ".join(alert.rule_why) or words["any"])
    yield from _links(alert, words)
    yield str(words["latency"]).format(seconds=f"{_latency(alert, message):.1f}")


def _pieces(evidence: Sequence[Evidence], words: Words) -> Iterator[str]:
    for each in evidence:
        yield f"• “{_short(each.text)}”"
        yield f"  {_said(each, words)}"


def _said(evidence: Evidence, words: Words) -> str:
    said = str(words["said"]).format(
        status=words["statuses"][evidence.status], act=words["acts"][evidence.act], grade=evidence.grade
    )
    by = str(words["claimant"]).format(claimant=evidence.claimant) if evidence.claimant else words["outlet"]
    amounts = [
        str(words[name]).format(**{name: amount})
        for name, amount in (("quantity", evidence.quantity), ("value", evidence.value))
        if amount
    ]
    return "; ".join((said, by, *amounts))


def _where(alert: Alert, words: Words) -> Iterator[str]:
    if alert.kind == "retraction":
        return
    for name, those in (("origins", alert.origins), ("outlets", alert.outlets)):
        named = ", ".join(those[:_NAMED]) + (" …" if len(those) > _NAMED else "")
        yield str(words[name]).format(n=len(those), names=named or words["nobody"])


def _links(alert: Alert, words: Words) -> Iterator[str]:
    yield _story(alert, words)
    if alert.url:
        yield alert.url
    yield str(words["document"]).format(id=alert.story)
    if alert.follows:
        yield str(words["follows"]).format(id=alert.follows)
    if alert.first_alert and alert.first_alert != alert.follows:
        yield str(words["first"]).format(id=alert.first_alert)
    yield str(words["show"]).format(id=alert.id)


def _story(alert: Alert, words: Words) -> str:
    at = f"{(alert.published or alert.received):%Y-%m-%d %H:%M %Z}"
    named = "story" if alert.headline else "untitled"
    return str(words[named]).format(headline=alert.headline, source=alert.source, at=at)


# ── a digest ──────────────────────────────────────────────────────────────────────────────────────────


def _digest(message: Message) -> Iterator[str]:
    """By deal; what several stories say in the same words is there once."""
    words = _words(message.language)
    by_deal: dict[str, list[Alert]] = {}
    for alert in message.alerts:
        by_deal.setdefault(alert.deal.id, []).append(_spared(alert, message))
    for alerts in by_deal.values():
        yield ""
        yield _deal(alerts[0], words, message)
        seen: set[tuple[str, str, str | None]] = set()
        for alert in alerts:
            yield f"{words['kinds'][alert.kind]}: {_story(alert, words)}"
            fresh = [each for each in alert.evidence if (each.text, each.status, each.claimant) not in seen]
            seen |= {(each.text, each.status, each.claimant) for each in fresh}
            yield from _pieces(fresh, words)
            yield from filter(None, (alert.url, str(words["show"]).format(id=alert.id)))


# ── parts ─────────────────────────────────────────────────────────────────────────────────────────────


def _spared(alert: Alert, message: Message) -> Alert:
    """Without the words of a story that was taken back."""
    if alert.kind != "retraction" and alert.story not in message.killed:
        return alert
    return msgspec.structs.replace(alert, evidence=[], before=[], headline=None, url=None, news=[])


def _deal(alert: Alert, words: Words, message: Message) -> str:
    deal, language = alert.deal, message.language
    evidence = _spared(alert, message).evidence
    supplier = _party(deal.supplier_ids, chain.from_iterable(each.supplier for each in evidence), language)
    recipient = _party(deal.recipient_ids, chain.from_iterable(each.recipient for each in evidence), language)
    unknown = words["unknown"]
    if deal.directed:
        parties = str(words["between"]).format(supplier=supplier or unknown, recipient=recipient or unknown)
    else:
        together = dict.fromkeys((*deal.supplier_ids, *deal.recipient_ids))
        parties = _party(list(together), (), language).replace(", ", " – ") or unknown
    goods = [words["goods"][each] for each in deal.goods_classes] or [words["military_goods"]]
    family = words["families"].get(deal.family, deal.family)
    return f"{family}: {parties}: {', '.join(goods)}"


def _party(ids: Sequence[str], names: Iterable[str], language: str) -> str:
    """States by the name they have in the language, others as the story names them, else by their id."""
    territories = _territories(language)
    if ids:
        return ", ".join(territories.get(each) or each.partition(":")[2] or each for each in ids)
    return ", ".join(dict.fromkeys(names))


def _latency(alert: Alert, message: Message) -> float:
    """Seconds from the wire to the sending."""
    return round(max((message.at - alert.received).total_seconds(), 0.0), 3)


def _short(words: str) -> str:
    return words if len(words) <= _LONGEST else f"{words[:_LONGEST].rstrip()} …"


def _number(forms: Mapping[str, str], n: int) -> str:
    return forms["one"] if n == 1 else forms["many"].format(n=n)


@cache
def _words(language: str) -> Words:
    return tomllib.loads((files("processors.languages") / language / "alerts.toml").read_text("utf8"))


@cache
def _territories(language: str) -> Mapping[str, str]:
    names: Mapping[str, str] = Locale(language).territories
    return names
