"""`kawat run`: everything on this machine, with the sample wire; what `make run` does."""

import dataclasses
import signal
import sys
import threading
import time
from contextlib import suppress
from datetime import UTC, datetime
from types import FrameType
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from elasticsearch import Elasticsearch
    from rich.console import Console

    from streams.sample import Expected
    from streams.sample import Search as SampleSearch
    from streams.settings import Settings

READY_SECONDS = 120.0
SEARCHABLE_SECONDS = 180.0


@click.command(short_help="everything at once, with a sample wire")
@click.option("--once", is_flag=True, help="stop everything when the sample wire is searchable")
def run(once: bool) -> None:
    """Start the servers and all stages, feed a sample wire, show what came of it, stay live until Ctrl-C.

    Exit status 1 where the sample wire does not become searchable.

    \b
    Example: kawat run
             kawat run --once
    """
    from rich.console import Console

    from streams.local import LocalServers
    from streams.monitor import guard
    from streams.settings import settings
    from streams.supervisor import Supervisor

    guard.check(settings())
    guard.check_port(settings())
    console = Console(highlight=False)
    servers = LocalServers(settings())
    found_running = all(server.state == "running" for server in servers.status())
    _end_as_on_interrupt(signal.SIGTERM, signal.SIGHUP)
    try:
        servers.up(console.print)
        with Supervisor(settings(), say=console.print) as supervisor:
            supervisor.wait_ready(READY_SECONDS)
            _feed_sample(settings(), console)
            searchable = _show(settings(), console)
            if searchable and not once:
                _stay(console, settings())
    finally:
        if once or not found_running:
            servers.down(console.print)
    sys.exit(0 if searchable else 1)


_LIVE = """
Live: {monitor}
In another terminal (source .venv/bin/activate):
  kawat feed FOLDER --watch     your own wire
  kawat tail                    the live feed
  kawat search "rudal"          what is indexed
  kawat alerts --follow         mentions of arms deals, as they come
  kawat dead list               what could not be used
Ctrl-C stops everything."""


def _end_as_on_interrupt(*signums: int) -> None:
    """What the system asks ends the command as Ctrl-C does: stages and servers stop."""

    def interrupt(_signum: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    for signum in signums:
        signal.signal(signum, interrupt)


def _stay(console: "Console", settings: "Settings") -> None:
    """Returns at Ctrl-C."""
    from streams import status

    monitor = status.read(settings, "monitor")
    console.print(_LIVE.format(monitor=monitor.detail if monitor else "the monitor does not run"))
    with suppress(KeyboardInterrupt):
        threading.Event().wait()


def _feed_sample(settings: "Settings", console: "Console") -> None:
    from streams import raw, sample
    from streams.kafka_clients import Delivery

    anchor = _anchor(settings)
    payloads = sample.wire(anchor)
    with Delivery(settings) as delivery:
        for locator, content in payloads:
            delivery.send(raw.record(sample.FEED, locator, content))
    console.print(f"fed the sample wire: {len(payloads)} payloads, the newest of {anchor:%Y-%m-%d %H:%M} UTC")


def _anchor(settings: "Settings") -> datetime:
    """The moment that the sample wire is dated to: now on the first feed, the same ever after."""
    path = settings.home / "sample-anchor"
    if path.exists():
        return datetime.fromisoformat(path.read_text().strip())
    anchor = datetime.now(UTC).replace(microsecond=0)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(anchor.isoformat())
    return anchor


def _show(settings: "Settings", console: "Console") -> bool:
    """Waits until the sample wire is indexed, then shows it; False where it is not as it should be."""
    from rich.table import Table

    from streams import sample
    from streams.elastic.client import commands_client, explaining

    start = time.monotonic()
    anchor = _anchor(settings)
    with explaining(settings), commands_client(settings) as client:
        expected, got = _wait(client, settings, anchor)
        table = Table("sample wire", "indexed", "expected", title=f"after {time.monotonic() - start:.1f} s")
        for name, figure in dataclasses.asdict(got).items():
            table.add_row(name, str(figure), str(getattr(expected, name)))
        console.print(table)
        found = [_search(client, settings, console, one) for one in sample.SEARCHES]
    return got == expected and all(found)


def _wait(client: "Elasticsearch", settings: "Settings", anchor: datetime) -> tuple["Expected", "Expected"]:
    """What the sample wire should come to, and what it has come to when that is reached or time is up."""
    from streams import sample
    from streams.sample.outcome import outcome

    deadline = time.monotonic() + SEARCHABLE_SECONDS
    while True:
        now = datetime.now(UTC)
        expected, got = sample.expected(anchor, now), outcome(client, settings, anchor, now)
        if got == expected or time.monotonic() > deadline:
            return expected, got
        time.sleep(0.2)


def _search(client: "Elasticsearch", settings: "Settings", console: "Console", one: "SampleSearch") -> bool:
    """Shows a search and its hits; False where a story that should be found is not."""
    from streams.commands.search import print_stories
    from streams.elastic import queries

    found = queries.search(client, settings, queries.Search(text=one.query, size=3))
    console.print(f'\n[bold]kawat search "{one.query}"[/]   ({one.why})')
    print_stories(found, datetime.now().astimezone(), console)
    everything = queries.search(client, settings, queries.Search(text=one.query, size=100))
    missing = set(one.finds) - {hit.document["item_id"] for hit in everything.hits}
    if missing:
        console.print(f"[red]not found: {', '.join(sorted(missing))}[/]")
    return not missing
