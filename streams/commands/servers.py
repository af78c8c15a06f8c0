"""kawat up, down, status: the local Kafka and Elasticsearch."""

import time

import click
import msgspec


@click.command(short_help="start the local Kafka and Elasticsearch", epilog="Example: kawat up")
def up() -> None:
    """Start the local Kafka and Elasticsearch.

    They listen on loopback only, keep their data under .kawat/ (KAWAT_HOME) and run on until
    `kawat down`. Repeating it is harmless.
    """
    from streams.local import LocalServers
    from streams.settings import settings

    began = time.monotonic()
    LocalServers(settings()).up(_say)
    _say(f"ready after {time.monotonic() - began:.1f} s")


@click.command(short_help="stop them", epilog="Example: kawat down")
def down() -> None:
    """Stop the local Kafka and Elasticsearch; their data stay."""
    from streams.local import LocalServers
    from streams.settings import settings

    LocalServers(settings()).down(_say)


@click.command(short_help="show whether they run", epilog="Example: kawat status --json")
@click.option("--json", "as_json", is_flag=True, help="Print a JSON array instead of a table.")
def status(as_json: bool) -> None:
    """Show whether the local Kafka and Elasticsearch run, where, and since when."""
    from streams.local import LocalServers
    from streams.settings import settings

    found = LocalServers(settings()).status()
    if as_json:
        click.echo(msgspec.json.encode(found, enc_hook=str).decode())
        return

    from rich.console import Console
    from rich.table import Table

    table = Table(box=None)
    for heading in ("server", "state", "pid", "address", "up for"):
        table.add_column(heading, no_wrap=True)
    table.add_column("data", overflow="fold")
    for server in found:
        table.add_row(
            server.name,
            server.state,
            str(server.pid or "–"),
            server.address,
            str(server.uptime).split(".")[0] if server.uptime else "–",
            str(server.data),
        )
    Console().print(table)


def _say(line: str) -> None:
    click.echo(line, err=True)
