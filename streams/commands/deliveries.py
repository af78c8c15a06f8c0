"""`kawat deliveries`: what became of each alert on each channel, and failed ones tried again."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

from processors.errors import UsageError
from streams.settings import settings

# Elasticsearch's client and Rich are imported where they are used: `kawat --help` stays instant.
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from rich.console import Console

    from streams.notify.deliveries import Delivery, State

WIDTH = 130  # characters
STATES: tuple[State, ...] = ("pending", "sending", "sent", "failed", "cancelled", "held", "muted")


@click.group(
    name="deliveries",
    short_help="what became of each alert on each channel",
    context_settings={"help_option_names": ["-h", "--help"]},
)
def deliveries() -> None:
    """Alerts on their way to the channels, and what became of them.

    \b
    Example: kawat deliveries list --state failed
             kawat deliveries retry --all --channel slack
    """


@deliveries.command("list")
@click.option("--state", "states", multiple=True, type=click.Choice(STATES), help="Only these (repeatable).")
@click.option("--channel", help="Only on this channel.")
@click.option("--alert", help="Only of this alert or group, and what follows it.")
@click.option("--size", type=click.IntRange(1, 1000), default=20, show_default=True, help="At most.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
def list_(
    states: tuple[State, ...], channel: str | None, alert: str | None, size: int, as_json: bool
) -> None:
    """Lists the newest deliveries, and on standard error how many there are by channel and state.

    \b
    Example: kawat deliveries list --state pending --state failed
             kawat deliveries list --channel slack --json | jq -r .error
    """
    from streams.elastic.client import commands_client, explaining
    from streams.notify.review import Wanted, counts, found

    wanted = Wanted(states, channel, alert)
    with explaining(settings()), commands_client(settings()) as client:
        shown = found(client, settings(), wanted, size)
        counted = counts(client, settings(), wanted)
    if as_json:
        for each in shown:
            click.echo(_json(each))
        return
    if shown:
        from rich.console import Console

        # an id is there to be copied whole, also where the terminal must wrap the line
        _print_table(shown, Console(highlight=False, width=max(Console().width, WIDTH)))
    click.echo(_summary(counted), err=True)


@deliveries.command()
@click.argument("ids", nargs=-1, metavar="[ID]...")
@click.option("--all", "everything", is_flag=True, help="All that failed.")
@click.option("--channel", help="All that failed on this channel.")
@click.option("--alert", help="All that failed of this alert or group.")
def retry(ids: tuple[str, ...], everything: bool, channel: str | None, alert: str | None) -> None:
    """Lets failed deliveries be sent anew, under the key they had.

    \b
    Example: kawat deliveries retry --channel slack
             kawat deliveries retry 64030d0adc6992cfac08
    """
    from streams.elastic.client import commands_client, explaining
    from streams.notify.review import Wanted, retry

    if not (ids or everything or channel or alert):
        raise UsageError("which ones? Give ids (`kawat deliveries list --state failed`), --channel or --all")
    with explaining(settings()), commands_client(settings()) as client:
        done = retry(client, settings(), Wanted(channel=channel, alert=alert), ids, datetime.now(UTC))
    if missing := [each for each in ids if each not in done]:
        raise UsageError(f"no failed delivery has the id {missing[0]}: see `kawat deliveries list`")
    click.echo(f"{len(done):,} to be sent again" if done else "nothing has failed")


def _summary(counted: Mapping[str, Mapping[State, int]]) -> str:
    if not counted:
        return "no deliveries"
    lines = []
    for channel, by_state in sorted(counted.items()):
        numbers = ", ".join(f"{by_state[state]:,} {state}" for state in STATES if state in by_state)
        lines.append(f"{channel}: {numbers}")
    return "\n".join(lines)


def _print_table(shown: Sequence[Delivery], console: Console) -> None:
    from rich.table import Table
    from rich.text import Text

    from streams.commands.showing import showable

    table = Table(box=None, header_style="bold", pad_edge=False)
    for column in ("id", "state", "channel"):
        table.add_column(column, no_wrap=True)
    table.add_column("alert", overflow="fold")
    table.add_column("tries", justify="right")
    table.add_column("when (UTC)", no_wrap=True)
    table.add_column("why", overflow="fold")
    for each in shown:
        when = each.sent or (each.due if each.state == "pending" else each.made)
        about = f"{each.kind} {each.title}"
        cells = (each.id, each.state, each.channel, about, str(each.attempts), f"{when:%m-%d %H:%M:%S}")
        table.add_row(*(Text(showable(cell)) for cell in (*cells, _why(each))))
    console.print(table)


def _why(delivery: Delivery) -> str:
    if delivery.error:
        return delivery.error
    if delivery.state == "muted":
        return f"mute {delivery.by}"
    if delivery.state in ("cancelled", "held"):
        return delivery.by_kind or ""
    return f"digest {delivery.digest}" if delivery.digest and delivery.state == "pending" else ""


def _json(delivery: Delivery) -> str:
    import msgspec

    kept = {name: value for name, value in msgspec.to_builtins(delivery).items() if name != "record"}
    return msgspec.json.encode(kept).decode()
