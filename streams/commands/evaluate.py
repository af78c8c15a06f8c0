"""`kawat evaluate`: how right Kawat is on what people have labelled."""

from __future__ import annotations

import os
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from processors.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from processors.agreement import Figures, Mistake
    from processors.bio import Labelled
    from processors.precision import RulePrecision
    from processors.scoring import Score
    from streams.elastic.marks import Marked

STDIN = "-"
WORDS = 4000  # words tagged between two steps of the progress bar


@click.group(
    name="evaluate",
    short_help="score Kawat on labelled text",
    context_settings={"help_option_names": ["-h", "--help"]},
)
def evaluate() -> None:
    """Scores what Kawat finds against what people have labelled. Only feedback needs a server.

    \b
    Example: kawat evaluate ner test.bio
             kawat evaluate quotes annotated/
             kawat evaluate feedback
    """


@evaluate.command(short_help="names on a token-per-line BIO file")
@click.argument("file")
@click.option("--json", "as_json", is_flag=True, help="JSON on a terminal, too; it is JSON in a pipe anyway.")
def ner(file: str, as_json: bool) -> None:
    """Scores names on FILE: a word and its label a line, a blank line between sentences; - is standard input.

    The first column is the word, the last the label: BIO, IOB1 or BIOES with PER, ORG and LOC. Words and
    sentences are taken as they are. Other types count as O. A name is right where its words and its type
    are; precision, recall and F1 are in per cent.

    \b
    Example: kawat evaluate ner test.bio
             kawat evaluate ner test.bio | jq .all.f1
    """
    from processors import bio, scoring

    name = "standard input" if file == STDIN else file
    sentences = bio.read(_content(file), name)
    if not sentences:
        raise UsageError(f"{name}: no labelled words in it")
    if others := scoring.unscored(sentence.labels for sentence in sentences):
        click.echo(f"kawat: {name}: counted as O: {', '.join(others)}", err=True)
    tagged = _tagged(sentences)
    found = scoring.scores(zip((sentence.labels for sentence in sentences), tagged, strict=True))
    if as_json or not sys.stdout.isatty():
        import msgspec

        click.echo(msgspec.json.encode(found).decode())
    else:
        _print_table(found, len(sentences))


@evaluate.command(short_help="quotes, speakers and entities on annotated articles")
@click.argument("folder", metavar="DIR")
@click.option("--only", metavar="LIST", help="A file of ids, blanks between: only these articles.")
@click.option(
    "--errors", type=click.IntRange(min=0), default=0, help="So many mistakes of each kind, to read."
)
@click.option("--json", "as_json", is_flag=True, help="JSON on a terminal, too; it is JSON in a pipe anyway.")
def quotes(folder: str, only: str | None, errors: int, as_json: bool) -> None:
    """Scores the whole enrichment on the articles of DIR: ID.txt each, ID.json beside it.

    ID.json holds what people annotated: {"quotes": [{"text", "kind", "speaker"} …], "entities": [{"name",
    "type", "forms"} …]}; entities may be left out. Quotes are the same where 0.8 of their words are,
    speakers where half of their words are; docs/accuracy.md has all definitions. In per cent.

    \b
    Example: kawat evaluate quotes annotated/ --errors 5
             kawat evaluate quotes annotated/ --only held-out.txt | jq .direct.f1
    """
    from processors import agreement
    from streams import annotated, gazetteer
    from streams.settings import settings

    articles = annotated.read(Path(folder), Path(only) if only else None)
    known = gazetteer.read(settings().gazetteer)
    comparisons = []
    with _progress(len(articles), "articles") as done:
        for comparison in annotated.compared(articles, known):
            comparisons.append(comparison)
            done(1)
    figures = agreement.figures(comparisons)
    mistakes = agreement.examples((m for comparison in comparisons for m in comparison.mistakes), errors)
    if as_json or not sys.stdout.isatty():
        import msgspec

        shown = msgspec.to_builtins(figures) | ({"errors": msgspec.to_builtins(mistakes)} if errors else {})
        click.echo(msgspec.json.encode(shown).decode())
    else:
        _print_figures(figures)
        _print_mistakes(mistakes)


@evaluate.command(short_help="how often each alert rule is right, by what people marked")
@click.option("--since", metavar="TIME", help="Only alerts since: 2026-11-20, 30d, yesterday.")
@click.option("--export", metavar="FILE", help="The marked alerts as annotations, a JSON object a line.")
@click.option("--json", "as_json", is_flag=True, help="JSON on a terminal, too; it is JSON in a pipe anyway.")
def feedback(since: str | None, export: str | None, as_json: bool) -> None:
    """Counts the marks of `kawat alerts mark`, rule by rule; asks Elasticsearch.

    Precision is the share of true among what is marked true or false, in per cent; the last mark of an alert
    counts, for all rules that made it. --export writes each marked alert with its evidence and offsets; of
    killed stories nothing is left to export but the marks.

    \b
    Example: kawat evaluate feedback
             kawat evaluate feedback --since 30d --export marked.jsonl
    """
    from datetime import datetime

    import msgspec

    from processors import precision
    from streams.elastic import alert_queries, marks
    from streams.elastic.client import commands_client, explaining
    from streams.elastic.times import moment
    from streams.settings import settings

    begin = moment(since, datetime.now().astimezone()) if since else None
    with explaining(settings()), commands_client(settings()) as client:
        marked = marks.marked(client, settings(), begin)
        counts = alert_queries.counts_by_rule(client, settings(), begin)
    figures = precision.precision(counts, marked.fired, marked.entries)
    if export:
        _export(Path(export), marked)
    if as_json or not sys.stdout.isatty():
        click.echo(msgspec.json.encode(figures).decode())
    else:
        _print_precision(figures)


def _export(path: Path, marked: Marked) -> None:
    import msgspec

    lines = [msgspec.json.encode(each) + b"\n" for each in marked.annotations()]
    try:
        path.write_bytes(b"".join(lines))
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror}") from None
    click.echo(f"{path}: {len(lines)} annotations", err=True)


def _print_precision(figures: Sequence[RulePrecision]) -> None:
    from rich.console import Console
    from rich.table import Table

    from streams.commands.showing import showable

    table = Table(box=None, header_style="bold", pad_edge=False)
    table.add_column("rule")
    for column in ("alerts", "true", "false", "precision", "same-as", "split"):
        table.add_column(column, justify="right")
    for each in figures:
        share = "–" if each.precision is None else f"{each.precision:.1f}"
        counted = (each.alerts, each.true, each.false, share, each.same_as, each.split)
        table.add_row(showable(each.rule), *map(str, counted))
    Console().print(table)


def _content(file: str) -> bytes:
    if file == STDIN:
        return sys.stdin.buffer.read()
    path = Path(file)
    if path.is_dir():
        raise UsageError(f"{file}: a folder; name a file")
    try:
        return path.read_bytes()
    except FileNotFoundError:
        raise UsageError(f"{file}: no such file") from None
    except (OSError, ValueError) as error:  # ValueError: a NUL in the name
        raise UsageError(f"{file}: {getattr(error, 'strerror', None) or error}") from None


def _tagged(sentences: Sequence[Labelled]) -> list[list[str]]:
    """The labels that Kawat gives to the words of the sentences."""
    from streams.pool import ONE_CORE

    os.environ.update(ONE_CORE)  # before torch is imported
    with _progress(len(sentences), "sentences") as done:
        from processors.tagging import Tagger

        tagger = Tagger()
        labels: list[list[str]] = []
        for part in _parts(sentences):
            labels += tagger.tag_words([sentence.words for sentence in part])
            done(len(part))
    return labels


def _parts(sentences: Sequence[Labelled]) -> Iterator[list[Labelled]]:
    part: list[Labelled] = []
    words = 0
    for sentence in sentences:
        part.append(sentence)
        words += len(sentence.words)
        if words >= WORDS:
            yield part
            part, words = [], 0
    if part:
        yield part


@contextmanager
def _progress(total: int, things: str) -> Iterator[Callable[[int], None]]:
    """What is told of things done; a bar where somebody watches."""
    if not sys.stderr.isatty():
        yield lambda _: None
        return

    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn(things), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("tagging", total=total)
        yield lambda count: progress.advance(task, count)


def _print_table(found: dict[str, Score], sentences: int) -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table(box=None, header_style="bold", pad_edge=False, caption=f"{sentences:,} sentences, per cent")
    table.add_column("names")
    for column in ("precision", "recall", "F1"):
        table.add_column(column, justify="right")
    for kind, score in found.items():
        table.add_row(kind, *(f"{value:.1f}" for value in (score.p, score.r, score.f1)))
    Console().print(table)


def _print_figures(figures: Figures) -> None:
    from rich.console import Console
    from rich.table import Table

    from processors.agreement import QuoteMeasure

    console = Console()
    table = Table(
        box=None, header_style="bold", pad_edge=False, caption=f"{figures.articles:,} articles, per cent"
    )
    table.add_column("")
    for column in ("annotated", "found", "precision", "recall", "F1", "speaker"):
        table.add_column(column, justify="right")
    for name, measure in figures.measures():
        shares = [f"{value:.1f}" for value in (measure.p, measure.r, measure.f1)]
        speaker = f"{measure.speaker:.1f}" if isinstance(measure, QuoteMeasure) else ""
        table.add_row(name, f"{measure.wanted:,}", f"{measure.found:,}", *shares, speaker)
    console.print(table)
    table = Table(box=None, header_style="bold", pad_edge=False)
    for column in ("speaker found by", "quotes", "right"):
        table.add_column(column, justify="left" if column == "speaker found by" else "right")
    for method, share in figures.speakers.items():
        table.add_row(method, f"{share.quotes:,}", f"{share.right:.1f}")
    console.print()
    console.print(table)


def _print_mistakes(mistakes: Sequence[Mistake]) -> None:
    from itertools import groupby

    from rich.console import Console
    from rich.padding import Padding
    from rich.text import Text

    from streams.commands.showing import showable

    console = Console()
    for what, those in groupby(mistakes, key=lambda mistake: mistake.what):
        console.print()
        console.print(what, style="bold")
        for mistake in those:
            parts = ((mistake.before, "dim"), (mistake.text, ""), (mistake.after, "dim"))
            context = Text.assemble(*((showable(part), style) for part, style in parts))
            sides = (("annotated", mistake.wanted), ("found", mistake.found))
            said = ", ".join(f"{side} {showable(name)}" for side, name in sides if name)
            console.print(Text(f"  {mistake.article}: {said}" if said else f"  {mistake.article}"))
            console.print(Padding(context, (0, 0, 0, 4)))
