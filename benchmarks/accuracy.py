"""Scores the enrichment on folders of annotated articles and prints one Markdown table, a column each.

    python -m benchmarks.accuracy NAME=FOLDER[@LIST]...

A folder holds ID.txt and ID.json as `kawat evaluate quotes` takes them; LIST is a file of the ids to take.
docs/accuracy.md says how to read the figures and has those of the shipped model.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import click

from processors import agreement
from processors.agreement import METHODS, Figures, Measure
from processors.errors import KawatError, UsageError
from processors.scoring import TYPES
from streams import annotated
from streams.annotated import Annotated

NOTHING = "–"  # nothing of the kind is annotated


@dataclass(frozen=True, slots=True)
class DataSet:
    """A folder of annotated articles with the name of its column."""

    name: str
    articles: Sequence[Annotated]


def data_set(argument: str) -> DataSet:
    """NAME=FOLDER[@LIST]; without a name the folder's own."""
    name, given, place = argument.partition("=")
    if not given:
        name, place = "", argument
    folder, _, only = place.partition("@")
    path = Path(folder)
    return DataSet(name or path.resolve().name, annotated.read(path, Path(only) if only else None))


def measured(data: DataSet) -> Figures:
    """The figures of a data set, enriched in this process."""
    begun = time.perf_counter()
    figures = agreement.figures(annotated.compared(data.articles))
    seconds = time.perf_counter() - begun
    click.echo(f"{data.name}: {len(data.articles)} articles in {seconds:.0f} s", err=True)
    return figures


def number(count: int) -> str:
    """How many, or a dash for none."""
    return f"{count:,}" if count else NOTHING


def shares(measure: Measure | None) -> str:
    """Precision, recall, F1."""
    if not measure or not measure.wanted:
        return NOTHING
    return f"{measure.p:.1f} / {measure.r:.1f} / **{measure.f1:.1f}**"


def method(name: str) -> Callable[[Figures], str]:
    """The row of a way to find a speaker: the share that is right, of how many quotes."""

    def cell(figures: Figures) -> str:
        those = figures.speakers[name]
        return f"{those.right:.1f} of {those.quotes:,}" if those.quotes else NOTHING

    return cell


def names(kind: str) -> Callable[[Figures], str]:
    """The row of names of a type."""
    return lambda figures: shares(figures.names[kind] if figures.names else None)


ROWS: tuple[tuple[str, Callable[[Figures], str]], ...] = (
    ("articles", lambda figures: f"{figures.articles:,}"),
    ("direct quotes annotated", lambda figures: number(figures.direct.wanted)),
    ("direct quotes", lambda figures: shares(figures.direct)),
    (
        "– their speakers",
        lambda figures: f"{figures.direct.speaker:.1f}" if figures.direct.right else NOTHING,
    ),
    ("reported quotes annotated", lambda figures: number(figures.reported.wanted)),
    ("reported quotes", lambda figures: shares(figures.reported)),
    (
        "– their speakers",
        lambda figures: f"{figures.reported.speaker:.1f}" if figures.reported.right else NOTHING,
    ),
    *((f"speaker: {name}", method(name)) for name in METHODS),
    ("names", names("all")),
    *((f"– {kind}", names(kind)) for kind in TYPES),
    ("links", lambda figures: shares(figures.links)),
)


def table(columns: Sequence[tuple[str, Figures]]) -> str:
    """The Markdown table of named figures."""
    lines = [["", *(name for name, _ in columns)], ["---", *("---:" for _ in columns)]]
    lines += [[title, *(cell(figures) for _, figures in columns)] for title, cell in ROWS]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


@click.command()
@click.argument("data", nargs=-1, required=True, metavar="NAME=FOLDER[@LIST]...")
def main(data: tuple[str, ...]) -> None:
    """Scores the enrichment on folders of annotated articles and prints one Markdown table.

    \b
    Example: python -m benchmarks.accuracy gold=../gold development=../annotated@held-out.txt
    """
    try:
        sets = [data_set(argument) for argument in data]  # what is missing is said before the long work
        columns = [(one.name, measured(one)) for one in sets]
    except UsageError as error:
        raise click.UsageError(str(error)) from None
    except KawatError as error:
        raise click.ClickException(str(error)) from None
    click.echo(table(columns))


if __name__ == "__main__":
    main()
