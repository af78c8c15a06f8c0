"""`kawat alerts`: what has been alerted, and what people say of it."""

from __future__ import annotations

import getpass
import os
import re
import sys
import time
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, get_args

import click

from processors.errors import UsageError
from processors.records import AlertKind
from streams.commands.filters import period
from streams.settings import settings

# Elasticsearch's client, Kafka's and Rich are imported where they are used: `kawat --help` stays instant.
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from elasticsearch import Elasticsearch
    from rich.console import Console

    from streams.elastic.alert_queries import Search
    from streams.elastic.alerts import Stored

KINDS = click.Choice(get_args(AlertKind))
VERDICTS = click.Choice(["true", "false", "same-as", "split"])

_PIPED = 160  # columns
_POLL_SECONDS = 0.5
_MOST = 10_000  # alerts between two looks
_OVERLAP = timedelta(seconds=30)  # an alert is found a moment after its time
_COMING = re.compile(r"(\d{1,4})\s*([hdw])", re.IGNORECASE)
_UNITS = {"h": "hours", "d": "days", "w": "weeks"}
_SAID = {
    "true": "is marked true",
    "false": "is marked false: these claims alert no more",
    "same-as": "is of the same deal from now on",
    "split": "is of a deal of its own from now on",
}


@click.group(
    name="alerts",
    short_help="what has been alerted",
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"]},
)
@click.option("--kind", "kinds", multiple=True, type=KINDS, help="Only of this kind (repeatable).")
@click.option("--deal", "deals", multiple=True, metavar="ID", help="Only of this deal (repeatable).")
@click.option("--rule", "rules", multiple=True, help="Only of this rule (repeatable).")
@click.option("--party", "parties", multiple=True, help="Only with this supplier or recipient (repeatable).")
@click.option("--source", "sources", multiple=True, help="Only of stories of this source (repeatable).")
@click.option("--since", metavar="TIME", help="Alerted since: 2026-11-20, 7d, 2h, today, yesterday.")
@click.option("--until", metavar="TIME", help="Alerted until; a day includes its end.")
@click.option("--all", "everything", is_flag=True, help="Those under an embargo, too.")
@click.option("--size", type=click.IntRange(min=1), default=20, show_default=True, help="At most.")
@click.option("--follow", is_flag=True, help="Then the new ones as they come, until Ctrl-C.")
@click.option("--show", metavar="ID", help="All of this alert, and what followed it.")
@click.option("--json", "as_json", is_flag=True, help="One alert a line.")
@click.pass_context
def alerts(
    context: click.Context,
    /,
    since: str | None,
    until: str | None,
    follow: bool,
    show: str | None,
    as_json: bool,
    **chosen: Any,
) -> None:
    """Lists the alerts, newest first.

    A party is an id (RU, org:hizbullah), a country's code or name, or a name as printed. An ID is what
    stands last in the table, or its beginning. With --follow the oldest comes first.

    \b
    Example: kawat alerts --since 7d --party Rusia
             kawat alerts --follow --json | jq -r .headline
             kawat alerts --show 3f9a21c4
             kawat alerts mark 3f9a21c4 false --note "latihan, bukan penjualan"
    """
    if context.invoked_subcommand is not None:
        return
    from streams.elastic.alert_queries import Search
    from streams.elastic.client import commands_client, explaining

    now = datetime.now().astimezone()
    wanted = Search(**period(since, until, now), **chosen)
    if follow and (show or until):
        raise UsageError("--follow goes on: give neither --show nor --until with it")
    with explaining(settings()), commands_client(settings()) as client:
        if show:
            _show(client, show, now, everything=wanted.everything, as_json=as_json)
        elif follow:
            _follow(client, wanted, now, as_json=as_json)
        else:
            _list(client, wanted, now, as_json=as_json)


@alerts.command(short_help="say that an alert is right, wrong, the same deal, another deal")
@click.argument("name", metavar="ID")
@click.argument("verdict", type=VERDICTS)
@click.argument("other", required=False, metavar="[OTHER]")
@click.option("--note", help="Why, for those who read it later.")
@click.option("--who", help="Who says so.  [default: the user's login]")
def mark(name: str, verdict: str, other: str | None, note: str | None, who: str | None) -> None:
    """Marks an alert, for all rules that made it.

    true: it is what the rules are for. false: it is no arms deal, or not what it says: the same claims alert
    no more. same-as OTHER: both alerts are of one deal. split: it is of a deal of its own.

    \b
    Example: kawat alerts mark 3f9a21c4 true
             kawat alerts mark 3f9a21c4 false --note "latihan, bukan penjualan"
             kawat alerts mark 3f9a21c4 same-as 77b0d1e2
    """
    from streams.elastic import alert_queries, feedback
    from streams.elastic.client import commands_client, explaining

    if (other is not None) != (verdict == "same-as"):
        raise UsageError("same-as takes the other alert: kawat alerts mark ID same-as OTHER")
    with explaining(settings()), commands_client(settings()) as client:
        alert = _told(client, alert_queries.by_name(client, settings(), name))
        said: dict[str, Any] = {"group": alert.group, "deal": alert.deal.id, "claims": tuple(alert.claims)}
        if other is not None:
            said["other"] = alert_queries.by_name(client, settings(), other).deal.id
            if said["other"] == alert.deal.id:
                raise UsageError(f"{name} and {other} are of the same deal already")
        feedback.add(
            client, settings(), at=datetime.now(UTC), who=who or _login(), action=verdict, alert=alert.id,
            note=note, **said,
        )  # fmt: skip
    click.echo(f"{alert.short} {_SAID[verdict]}")


def _target(command: Callable[..., None]) -> Callable[..., None]:
    for option in (
        click.option("--who", help="Who says so.  [default: the user's login]"),
        click.option("--source", help="Of the stories of this source."),
        click.option("--rule", help="Of this rule."),
        click.option("--deal", metavar="ID", help="Of this deal: its id, or that of one of its alerts."),
    ):
        command = option(command)
    return command


@alerts.command(short_help="tell nobody for a while")
@_target
@click.option("--until", required=True, metavar="TIME", help="2026-12-01 (to its end), 2026-12-01T14:30, 7d.")
@click.option("--note", help="Why, for those who read it later.")
def mute(deal: str | None, rule: str | None, source: str | None, until: str, **more: Any) -> None:
    """Mutes a deal, a rule or a source: its alerts are listed, but sent to nobody until then.

    Corrections and retractions of what has been told are sent all the same.

    \b
    Example: kawat alerts mute --deal 3f9a21c4 --until 7d
             kawat alerts mute --source kantor-berita --until 2026-12-01 --note "arsip dimuat ulang"
    """
    now = datetime.now().astimezone()
    end = _end(until, now)
    named = _mute(deal, rule, source, end, now, **more)
    click.echo(f"{named} is mute until {end:%d %b %Y %H:%M}")


@alerts.command(short_help="end a mute")
@_target
@click.option("--note", help="Why, for those who read it later.")
def unmute(deal: str | None, rule: str | None, source: str | None, **more: Any) -> None:
    """Ends a mute before its time.

    \b
    Example: kawat alerts unmute --rule semua
    """
    now = datetime.now().astimezone()
    click.echo(f"{_mute(deal, rule, source, now, now, **more)} is mute no more")


@alerts.command(short_help="what is mute now")
@click.option("--json", "as_json", is_flag=True, help="One mute a line.")
def mutes(as_json: bool) -> None:
    """Lists the mutes that hold.

    \b
    Example: kawat alerts mutes
    """
    import msgspec

    from streams.commands.showing import showable
    from streams.elastic import feedback
    from streams.elastic.client import commands_client, explaining

    with explaining(settings()), commands_client(settings()) as client:
        found = feedback.mutes(feedback.all_entries(client, settings()), datetime.now(UTC))
    for each in found:
        if as_json:
            click.echo(msgspec.json.encode(each).decode())
            continue
        until = f"{each.until.astimezone():%d %b %Y %H:%M}" if each.until else ""
        words = [*_named(each.deal, each.rule, each.source), "until", until, "by", each.who, each.note or ""]
        click.echo(showable(" ".join(words).rstrip()))
    if not found and not as_json:
        click.echo("Nothing is mute.")


@alerts.command(short_help="make what is indexed known")
@click.option("--since", metavar="TIME", help="Only stories that arrived since then.  [default: all]")
def seed(since: str | None) -> None:
    """Makes the deals of all indexed live stories known, alerting nobody.

    Do it once, before the first start or after a time without the alert stage: else the next mention of a
    deal that is long known is taken for news. What has been decided before stays as it is.

    \b
    Example: kawat alerts seed
             kawat alerts seed --since 90d
    """
    import msgspec

    from streams.elastic import arrivals
    from streams.elastic.client import commands_client, explaining
    from streams.elastic.times import moment
    from streams.kafka_clients import Delivery
    from streams.message import Produced
    from streams.topics import MENTIONS, create_topics

    begin = moment(since, datetime.now().astimezone()) if since else None
    create_topics(settings())
    with explaining(settings()), commands_client(settings()) as client, Delivery(settings()) as delivery:
        total = arrivals.count(client, settings(), begin)
        with click.progressbar(
            arrivals.claims(client, settings(), begin, seed=True),
            length=total,
            label="stories",
            file=sys.stderr,
        ) as stories:
            for claims in stories:
                delivery.send(Produced(MENTIONS, claims.id.encode(), msgspec.json.encode(claims)))
    click.echo(f"{total} stories with arms deals sent to the alert stage; nobody is alerted of them")


# ── listing ───────────────────────────────────────────────────────────────────────────────────────────


def _list(client: Elasticsearch, wanted: Search, now: datetime, *, as_json: bool) -> None:
    from streams.elastic import alert_queries

    found = alert_queries.search(client, settings(), wanted)
    if as_json:
        _print_json(found.alerts)
        return
    from streams.commands.alert_views import print_table

    print_table(found.alerts, found.total, now.tzinfo, _console())


def _show(client: Elasticsearch, name: str, now: datetime, *, everything: bool, as_json: bool) -> None:
    from streams.elastic import alert_queries, feedback
    from streams.elastic.alert_queries import Search

    alert = alert_queries.by_name(client, settings(), name)
    if alert.at > now and not everything:
        raise UsageError(
            f"{name} is under an embargo until {alert.at.astimezone():%d %b %Y %H:%M}: add --all"
        )
    same = Search(groups=[alert.group], everything=everything, size=100)
    others = [each for each in alert_queries.search(client, settings(), same).alerts if each.id != alert.id]
    after = Search(follows=[alert.group], everything=everything, size=100)
    followed_by = alert_queries.search(client, settings(), after).alerts[::-1]
    if as_json:
        _print_json([alert, *followed_by])
        return
    from streams.commands.alert_views import print_one

    entries = feedback.all_entries(client, settings())
    marks = [each for each in entries if each.group == alert.group]
    print_one(alert, others, followed_by, marks, now.tzinfo, _console())


def _follow(client: Elasticsearch, wanted: Search, now: datetime, *, as_json: bool) -> None:
    from streams.commands.alert_views import line, styled_line

    console = _console()
    with suppress(KeyboardInterrupt):
        for alert in _coming(client, wanted):
            if as_json:
                _print_json([alert])
            elif console.is_terminal:
                console.print(styled_line(alert, now.tzinfo))
            else:
                click.echo(line(alert, now.tzinfo))


def _coming(client: Elasticsearch, wanted: Search) -> Iterator[Stored]:
    """The newest ones, oldest first; then each new one once. Says so where Elasticsearch is away."""
    from elasticsearch import ApiError, TransportError

    from streams.elastic import alert_queries
    from streams.elastic.client import describe

    def since(moment: datetime) -> list[Stored]:
        later = replace(wanted, since=max(moment, wanted.since or moment), size=_MOST)
        return alert_queries.search(client, settings(), later).alerts[::-1]

    looked = datetime.now(UTC)
    seen = {alert.id: alert.at for alert in since(looked - _OVERLAP)}
    yield from alert_queries.search(client, settings(), wanted).alerts[::-1]
    away = False
    while True:
        time.sleep(_POLL_SECONDS)
        now = datetime.now(UTC)
        try:
            found = since(looked - _OVERLAP)
        except (ApiError, TransportError) as error:
            if not away:
                click.echo(f"kawat: waiting for Elasticsearch: {describe(error)}", err=True)
            away = True
            continue
        away = False
        yield from (alert for alert in found if alert.id not in seen)
        seen = {alert.id: alert.at for alert in found}
        looked = now


def _print_json(alerts: Sequence[Stored]) -> None:
    import msgspec

    for alert in alerts:
        sys.stdout.buffer.write(msgspec.json.encode(alert) + b"\n")
    sys.stdout.flush()


def _console() -> Console:
    from rich.console import Console

    console = Console(highlight=False)
    if not console.is_terminal and "COLUMNS" not in os.environ:
        console.width = _PIPED
    return console


# ── feedback ──────────────────────────────────────────────────────────────────────────────────────────


def _told(client: Elasticsearch, alert: Stored) -> Stored:
    """The alert that a follow-up follows; any other is meant itself."""
    from streams.elastic import alert_queries

    return alert if alert.follows is None else alert_queries.by_name(client, settings(), alert.follows)


def _mute(
    deal: str | None, rule: str | None, source: str | None, until: datetime, now: datetime, **more: Any
) -> str:
    """Notes a mute; what is mute, for people."""
    from streams.elastic import feedback
    from streams.elastic.client import commands_client, explaining

    if sum(each is not None for each in (deal, rule, source)) != 1:
        raise UsageError("say what: one of --deal, --rule and --source")
    with explaining(settings()), commands_client(settings()) as client:
        if deal is not None:
            deal = _deal(client, deal)
        feedback.add(
            client, settings(), at=now.astimezone(UTC), who=more["who"] or _login(), action="mute",
            deal=deal, rule=rule, source=source, until=until.astimezone(UTC), note=more["note"],
        )  # fmt: skip
    return " ".join(_named(deal, rule, source))


def _deal(client: Elasticsearch, name: str) -> str:
    """A deal's id as it is, or that of an alert's deal. Raises UsageError where neither is known."""
    from streams.elastic import alert_queries
    from streams.elastic.alert_queries import Search

    if alert_queries.search(client, settings(), Search(deals=[name], size=1, everything=True)).alerts:
        return name
    return alert_queries.by_name(client, settings(), name).deal.id


def _named(deal: str | None, rule: str | None, source: str | None) -> list[str]:
    pairs = (("deal", deal), ("rule", rule), ("source", source))
    return [word for kind, name in pairs if name is not None for word in (kind, name)]


def _end(text: str, now: datetime) -> datetime:
    """When a mute ends: a date's end, a time, or so many hours, days or weeks from now. Raises UsageError."""
    from streams.elastic.times import moment

    if ahead := _COMING.fullmatch(text.strip()):
        return now + timedelta(**{_UNITS[ahead[2].lower()]: int(ahead[1])})
    end = moment(text, now, end=True)
    if end <= now:
        raise UsageError(f"--until {text} is past")
    return end


def _login() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError, ImportError):  # a user id without a name, as containers have
        return str(os.getuid())
