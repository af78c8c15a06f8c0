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

    from processors.bio import Labelled
    from processors.scoring import Score

STDIN = "-"
WORDS = 4000  # words tagged between two steps of the progress bar


@click.group(
    name="evaluate",
    short_help="score Kawat on labelled text",
    context_settings={"help_option_names": ["-h", "--help"]},
)
def evaluate() -> None:
    """Scores what Kawat finds against what people have labelled. Needs no servers.

    \b
    Example: kawat evaluate ner test.bio
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
    with _progress(len(sentences)) as done:
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
def _progress(total: int) -> Iterator[Callable[[int], None]]:
    """What is told of sentences done; a bar where somebody watches."""
    if not sys.stderr.isatty():
        yield lambda _: None
        return

    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("sentences"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
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
