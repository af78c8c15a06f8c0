"""The options of every command that asks the index, and how they are read."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import click

from processors.errors import UsageError

_OPTIONS = (
    click.option("--source", "sources", multiple=True, help="Only of this agency or feed (repeatable)."),
    click.option(
        "--language", "languages", multiple=True, help="Only in this language: id, en … (repeatable)."
    ),
    click.option("--since", metavar="TIME", help="Published since: 2026-11-20, 7d, 2h, today, now-1M/d."),
    click.option("--until", metavar="TIME", help="Published until; a day includes its end."),
    click.option(
        "--sort", type=click.Choice(["relevance", "newest"]), default="relevance", show_default=True
    ),
)


def filters(command: Callable[..., None]) -> Callable[..., None]:
    """Adds them to a command, which takes sources, languages, since, until and sort."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def period(since: str | None, until: str | None, now: datetime) -> dict[str, Any]:
    """`since` and `until` as points in time. Raises UsageError where they are none or the wrong way round."""
    from streams.elastic.times import moment

    begin = moment(since, now) if since else None
    end = moment(until, now, end=True) if until else None
    if begin and end and begin >= end:
        raise UsageError("--since is not before --until")
    return {"since": begin, "until": end}
