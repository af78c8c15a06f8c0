"""Citations as printed: to people with every fact on a line of its own, to programs as JSON."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click
import msgspec

from streams.commands.showing import showable

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

    from rich.console import Console

    from streams.elastic.citations import Citation, Standing

_NONE = "–"  # what the story does not say is shown too


def print_citations(cited: Iterable[Citation], *, as_json: bool) -> None:
    """Prints them and, where words are not in the body they are cited from, exits with 1."""
    from rich.console import Console

    console = Console(highlight=False, soft_wrap=True)
    count = wrong = 0
    for citation in cited:
        count += 1
        wrong += citation.verified is False
        if as_json:
            sys.stdout.buffer.write(msgspec.json.encode(citation) + b"\n")
            sys.stdout.buffer.flush()
        else:
            _print(citation, console)
    if not count and not as_json:
        console.print("No quote found.")
    if wrong:
        click.echo(
            f"kawat: {wrong} of {count} quotes are not in the body as indexed: do not cite them", err=True
        )
        sys.exit(1)


def _print(citation: Citation, console: Console) -> None:
    from rich.text import Text

    console.print(Text(showable(citation.text) if citation.text else "(no text)", "bold"))
    for name, value in _facts(citation):
        if citation.text is None and value == _NONE:
            continue  # nothing is left of a killed story that could be missing
        console.print(Text.assemble("  ", (f"{name:<11}", "dim"), showable(value)))
    console.print()


def _facts(citation: Citation) -> Iterator[tuple[str, str]]:
    yield "kind", citation.kind or _NONE
    yield "speaker", _speaker(citation)
    yield "cue", f"“{citation.cue.text}”" if citation.cue else _NONE
    yield "source", citation.source
    yield "credits", ", ".join(citation.credited_sources) or _NONE
    yield "byline", citation.byline or _NONE
    yield "headline", citation.headline or _NONE
    yield (
        "published",
        _at(citation.published) if citation.published else f"{_NONE} (received {_at(citation.received)})",
    )
    yield "url", citation.url or _NONE
    yield "id", citation.id
    yield "version", str(citation.version)
    yield "place", _place(citation)
    yield "sha-256", citation.body_sha256 or _NONE
    if citation.translated:
        yield "translated", "yes: the story is a translation, and its direct quotes with it"
    yield "status", f"{_status(citation)} (looked up {_at(citation.checked)})"


def _speaker(citation: Citation) -> str:
    """As resolved, with the id; as printed, with how the one was found from the other."""
    if citation.speaker is None:
        return _NONE
    resolved = citation.speaker + (f" ({citation.speaker_id})" if citation.speaker_id else "")
    printed = f"printed “{citation.speaker_mention.text}”" if citation.speaker_mention else "not printed"
    return f"{resolved}, {printed}" + (f", {citation.speaker_method}" if citation.speaker_method else "")


def _place(citation: Citation) -> str:
    if citation.verified is None:
        return _NONE
    found = "verified" if citation.verified else "WRONG: the body has other words there"
    return f"characters {citation.start}–{citation.end} of the body, {found}"


_MEANINGS = {
    "stands": "nothing has replaced this version",
    "withheld": "the wire holds the story back",
    "killed": "the wire has withdrawn it",
    "unknown": "the story is not indexed",
}


def _status(citation: Citation) -> str:
    standing = citation.standing
    details = [_MEANINGS[citation.status]] if citation.status in _MEANINGS else []
    if citation.status == "embargoed" and standing and standing.embargo_until:
        details.append(f"until {_at(standing.embargo_until)}")
    if citation.status in ("updated", "corrected") and standing and standing.order != citation.order:
        details.append(_replaced(standing))
    details += [f"see {each.id} ({each.change})" for each in citation.followers]
    return f"{citation.status}: {'; '.join(details)}"


def _replaced(standing: Standing) -> str:
    at = f" of {_at(standing.version_time)}" if standing.version_time else ""
    change = "" if standing.change == "new" else f" ({standing.change})"
    words = {True: ", it has these words, too", False: ", it has these words no longer", None: ""}
    return f"version {standing.version}{at}{change} stands{words[standing.has_words]}"


def _at(moment: datetime) -> str:
    """With its offset from UTC."""
    return moment.isoformat(timespec="seconds")
