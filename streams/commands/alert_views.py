"""How alerts look: a table or one in full for people, a line each for what reads a pipe."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from streams.commands.showing import showable

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime, tzinfo

    from rich.console import Console

    from processors.records import Alert, AlertKind, Deal, Evidence
    from streams.elastic.alerts import Stored
    from streams.elastic.feedback import Entry

_CROPPED = 200  # characters of evidence in a table or a line
_WIDE = 110  # columns
_STYLES: Mapping[AlertKind, str] = {
    "new": "bold red",
    "development": "bold yellow",
    "correction": "cyan",
    "weakened": "magenta",
    "retraction": "magenta",
    "on_hold": "magenta",
    "restored": "green",
}


def print_table(alerts: Sequence[Stored], total: int, zone: tzinfo | None, console: Console) -> None:
    """The alerts as they are given, and how many there are in all."""
    if not alerts:
        console.print("No alert found.")
        return
    roomy = console.width >= _WIDE
    table = Table(box=None, header_style="bold", pad_edge=False, padding=(0, 1, 1, 0))
    table.add_column("time", no_wrap=roomy, max_width=None if roomy else len("20 Nov 2026"))
    table.add_column("kind", no_wrap=True)
    table.add_column("deal", overflow="fold", ratio=1)
    table.add_column("told by", overflow="fold", max_width=24 if roomy else 12)
    table.add_column("rule", overflow="fold", max_width=16 if roomy else 10)
    table.add_column("id", no_wrap=True)
    for alert in alerts:
        table.add_row(
            _time(alert.at, zone),
            Text(alert.kind, _STYLES[alert.kind]),
            _what(alert),
            Text(_tellers(alert)),
            Text(showable(alert.rule or "")),
            alert.short,
        )
    console.print(table)
    console.print()
    console.print(Text(f"{len(alerts)} of {total} alerts", "dim"))


def print_would_be(alerts: Sequence[Alert], zone: tzinfo | None, console: Console) -> None:
    """Alerts that rules would have made, in the order of their making, each with why."""
    if not alerts:
        console.print("No alert would have been made.")
    for alert in alerts:
        head = Text.assemble(
            (_time(alert.decided, zone), "dim"), "  ", (alert.kind, _STYLES[alert.kind]), "  "
        )
        head.append(showable(deal_line(alert.deal)), "bold")
        for more in filter(None, (alert.headline, _news(alert), _quoted(alert))):
            head.append(f"\n    {showable(more)}")
        why = "; ".join(alert.rule_why) or "no condition"
        facts = [f"rule {alert.rule}: {why}", alert.story]
        facts += [f"not before {_time(alert.not_before, zone)}"] if alert.not_before else []
        head.append(f"\n    {showable(' · '.join(facts))}", "dim")
        console.print(head)
        console.print()


def line(alert: Stored, zone: tzinfo | None) -> str:
    """All that matters on one line, without a colour."""
    words = " ".join(filter(None, (_news(alert), _quoted(alert))))
    parts = (_time(alert.at, zone), alert.kind, deal_line(alert.deal), words, alert.source, alert.short)
    return "  ".join(showable(part).replace("\n", " ") for part in parts if part)


def styled_line(alert: Stored, zone: tzinfo | None) -> Text:
    """For a terminal on which alerts come one by one."""
    head = Text.assemble((_time(alert.at, zone), "dim"), "  ", (alert.kind, _STYLES[alert.kind]), "  ")
    head.append(showable(deal_line(alert.deal)), "bold")
    head.append(f"  {_tellers(alert)}  ", "dim").append(alert.short, "dim")
    for more in filter(None, (alert.headline, _news(alert), _quoted(alert))):
        head.append(f"\n    {showable(more)}")
    return head


def print_one(
    alert: Stored,
    others: Sequence[Stored],
    followed_by: Sequence[Stored],
    marks: Sequence[Entry],
    zone: tzinfo | None,
    console: Console,
) -> None:
    """All of one alert; `others` are those of its group by other rules."""
    title = Text.assemble((alert.kind, _STYLES[alert.kind]), "  ", (showable(deal_line(alert.deal)), "bold"))
    console.print(title)
    if alert.headline:
        console.print(Text(showable(alert.headline), "bold"))
    for evidence in alert.evidence:
        _print_evidence(evidence, console)
    if alert.killed:
        console.print(Text("  The story was killed: its words are gone.", "italic"))
    if alert.before:
        console.print(Text("before the correction:", "dim"))
        for evidence in alert.before:
            _print_evidence(evidence, console)
    facts = Table(box=None, show_header=False, pad_edge=False)
    facts.add_column(style="dim", no_wrap=True)
    facts.add_column(overflow="fold", ratio=1)
    for name, fact in _facts(alert, others, followed_by, marks, zone):
        facts.add_row(name, Text(showable(fact)))
    console.print(facts)


def deal_line(deal: Deal) -> str:
    """A deal by its ids: "RU → KP · missiles"."""
    sides = [
        "+".join(_bare(each) for each in side) or "?" for side in (deal.supplier_ids, deal.recipient_ids)
    ]
    parties = " → ".join(sides) if deal.directed else " – ".join(_bare(each) for each in deal.supplier_ids)
    family = "" if deal.family == "transfer" else f"{deal.family}: "
    return f"{family}{parties} · {', '.join(deal.goods_classes) or 'arms'}"


def latency(alert: Alert) -> float:
    """Seconds from the wire to the decision."""
    return round((alert.decided - alert.received).total_seconds(), 3)


def _bare(party: str) -> str:
    return party.partition(":")[2] or party


def _time(at: datetime, zone: tzinfo | None) -> str:
    return f"{at.astimezone(zone):%d %b %Y %H:%M}"


def _what(alert: Stored) -> Text:
    shown = Text(showable(deal_line(alert.deal)), "bold")
    for more, style in (
        (alert.headline, "not bold"),
        (_news(alert), "not bold"),
        (_quoted(alert), "not bold dim"),
    ):
        if more:
            shown.append(f"\n{showable(more)}", style)
    return shown


def _news(alert: Alert) -> str:
    news = [each for each in alert.news if each != "deal"]  # the kind says it
    remaining = [] if alert.remaining is None else [f"{alert.remaining} still say so"]
    return "; ".join([*news, *remaining])


def _quoted(alert: Alert) -> str:
    """The first evidence, cropped at a word."""
    if not alert.evidence:
        return ""
    text = " ".join(alert.evidence[0].text.split())
    return f"“{text if len(text) <= _CROPPED else text[:_CROPPED].rpartition(' ')[0] + ' …'}”"


def _tellers(alert: Stored) -> str:
    """Its source, and how many outlets carry it from how many origins."""
    several = (
        f" ({len(alert.outlets)} outlets, {len(alert.origins)} origins)" if len(alert.outlets) > 1 else ""
    )
    return showable(alert.source) + several


def _print_evidence(evidence: Evidence, console: Console) -> None:
    console.print(Padding(Text(f"“{showable(' '.join(evidence.text.split()))}”"), (0, 0, 0, 2)))
    amounts = [each for each in (evidence.quantity, evidence.value) if each]
    said = [f"{evidence.act}, {evidence.status}", f"grade {evidence.grade}", *amounts]
    said.append(f"said by {evidence.claimant}" if evidence.claimant else "said by the outlet itself")
    said.append(f"characters {evidence.start}–{evidence.end}")
    console.print(Padding(Text(showable(" · ".join(said)), "dim"), (0, 0, 0, 4)))
    for label, words in (("new", evidence.news), ("why", evidence.why)):
        if words:
            console.print(Padding(Text(showable(f"{label}: {'; '.join(words)}"), "dim"), (0, 0, 0, 4)))


def _facts(
    alert: Stored,
    others: Sequence[Stored],
    followed_by: Sequence[Stored],
    marks: Sequence[Entry],
    zone: tzinfo | None,
) -> Iterator[tuple[str, str]]:
    """Names and values; what there is nothing to say of is left out."""
    why = "; ".join(alert.rule_why) or "no condition"
    restricts = f", restricts {alert.deal.linked}" if alert.deal.linked else ""
    facts = [
        ("new", "; ".join(alert.news)),
        ("still say so", "" if alert.remaining is None else str(alert.remaining)),
        ("rule", f"{alert.rule}: {why}" if alert.rule else ""),
        ("rules besides", ", ".join(sorted({each.rule for each in others if each.rule}))),
        ("digest", alert.digest),
        ("origins", f"{len(alert.origins)}: {', '.join(alert.origins)}"),
        ("outlets", f"{len(alert.outlets)}: {', '.join(alert.outlets)}"),
        ("story", f"{alert.story} version {alert.version}, {alert.source}, {alert.language}"),
        ("url", alert.url),
        ("published", alert.published and _time(alert.published, zone)),
        ("embargo until", alert.not_before and _time(alert.not_before, zone)),
        ("decided", f"{_time(alert.decided, zone)}, {latency(alert):.2f} s after the wire"),
        ("deal", alert.deal.id + restricts),
        ("first alert", alert.first_alert or "this one"),
        ("follows", alert.follows),
        *(
            (
                "followed by",
                " ".join(filter(None, (each.kind, _time(each.at, zone), _news(each), f"({each.short})"))),
            )
            for each in followed_by
        ),
        *(("marked", _mark(each, zone)) for each in marks),
        ("group", alert.group),
        ("id", alert.id),
    ]
    yield from ((name, fact) for name, fact in facts if fact)


def _mark(entry: Entry, zone: tzinfo | None) -> str:
    said = f"{entry.action} {entry.other}" if entry.other else entry.action
    return f"{said} by {entry.who}, {_time(entry.at, zone)}" + (f": {entry.note}" if entry.note else "")
