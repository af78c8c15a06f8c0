"""`kawat rules`: alert rules checked, and tried on what is indexed."""

from __future__ import annotations

import os
import sys
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import click

from streams.settings import settings

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence, Sized

    from processors.alert_rules import Rules
    from processors.records import Alert, Claims


@click.group(
    name="rules",
    short_help="check alert rules, try them on what is indexed",
    context_settings={"help_option_names": ["-h", "--help"]},
)
def rules() -> None:
    """The rules that say who is alerted of which arms deals: the file KAWAT_RULES names.

    \b
    Example: kawat rules check rules.toml
             kawat rules test rules.toml --since 30d
             KAWAT_RULES=rules.toml kawat work
    """


@rules.command(short_help="find the mistakes of a rules file")
@click.argument("file", metavar="FILE", type=click.Path(path_type=Path))
def check(file: Path) -> None:
    """Reads a rules file as the stages do. A mistake is told with its line and key; exit status 2 then.

    \b
    Example: kawat rules check rules.toml
    """
    from streams import alert_rules

    found = alert_rules.read(file)
    for name in _unset(found):
        click.echo(f"kawat: {file}: the variable {name} is not set here; notify needs it", err=True)
    click.echo(
        f"{file}: {_count(found.rules, 'rule')}, {_count(found.channels, 'channel')}: no mistake found"
    )


@rules.command(short_help="what a rules file would have alerted")
@click.argument("file", metavar="FILE", type=click.Path(path_type=Path))
@click.option("--since", metavar="TIME", default="30d", show_default=True, help="Stories that arrived since.")
@click.option("--json", "as_json", is_flag=True, help="One alert a line.")
def test(file: Path, since: str, as_json: bool) -> None:
    """Tries the rules on the indexed live stories, in the order in which they arrived.

    Prints what would have been alerted, on what and why; alerts nobody. What was known before counts as
    known; kills, older versions and feedback are left out.

    \b
    Example: kawat rules test rules.toml --since 30d
             kawat rules test rules.toml --since 7d --json | jq -r .rule | sort | uniq -c
    """
    from streams import alert_rules
    from streams.elastic import arrivals
    from streams.elastic.client import commands_client, explaining
    from streams.elastic.times import moment

    found = alert_rules.read(file)
    begin = moment(since, datetime.now().astimezone())
    warm = begin - timedelta(days=found.window_days)
    with explaining(settings()), commands_client(settings()) as client:
        total = arrivals.count(client, settings(), warm)
        with click.progressbar(
            arrivals.claims(client, settings(), warm), length=total, label="stories", file=sys.stderr
        ) as stories:
            told = [each for each in would_alert(stories, found) if each.received >= begin]
    if as_json:
        _print_json(told)
    else:
        _print_table(told, found)


def would_alert(stories: Iterable[Claims], rules: Rules) -> Iterator[Alert]:
    """What the rules make of the stories when each is decided at its arrival."""
    from processors import alerts

    state = alerts.State(timedelta(days=rules.window_days))
    for claims in stories:
        decision = alerts.decide(state, claims, claims.received)
        if decision is None:
            continue
        alerts.apply(state, decision)
        yield from alerts.render(decision, claims, rules)


def _unset(rules: Rules) -> list[str]:
    """Variables that channels name and this process has not."""
    named = (
        name
        for each in rules.channels.values()
        for name in (each.url_env, each.secret_env)
        if name is not None
    )
    return sorted({name for name in named if name not in os.environ})


def _count(things: Sized, name: str) -> str:
    number = len(things)
    return f"{number} {name}" if number == 1 else f"{number} {name}s"


def _print_json(told: Sequence[Alert]) -> None:
    import msgspec

    for alert in told:
        sys.stdout.buffer.write(msgspec.json.encode(alert) + b"\n")
    sys.stdout.flush()


def _print_table(told: Sequence[Alert], rules: Rules) -> None:
    from collections import Counter

    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    from streams.commands.alert_views import print_would_be

    console = Console(highlight=False)
    if not console.is_terminal and "COLUMNS" not in os.environ:
        console.width = 160
    print_would_be(told, datetime.now().astimezone().tzinfo, console)
    counts = Counter(alert.rule for alert in told)
    table = Table(box=None, header_style="bold", pad_edge=False)
    table.add_column("rule")
    table.add_column("alerts", justify="right")
    for rule in rules.rules:
        table.add_row(Text(rule.name), str(counts[rule.name]))
    console.print(table)
