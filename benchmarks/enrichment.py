"""Measures the enrichment on this machine, side by side with Stanza's stock name tagger.

    python -m benchmarks.enrichment [--articles PATH]... [--json FILE] [--quick]

Kawat's whole enrichment (the processes of `kawat enrich`: one, then two, of one thread each) and the stock
tagger, names alone (one thread, then two), take turns, so that what else the machine does hits both alike.
docs/benchmarks.md says how to read the figures.
"""

import json
import multiprocessing
import os
import platform
import statistics
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import closing
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import click
import psutil
from rich.console import Console
from rich.table import Table

from benchmarks import stock, wire
from benchmarks.parts import timed
from benchmarks.wire import Wire
from processors.errors import UsageError
from processors.records import Article
from streams import enriching
from streams.feeds.payload import Sourced
from streams.pool import ONE_CORE

MB = 1_000_000
BUSY = 0.7  # load average beside which no speed is worth writing down
SIDES = (1, 2)  # processes of one thread of ours, threads of one process of the stock tagger

Figures = dict[str, Any]
Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Plan:
    """How much is measured. Rounds end early where the next would end after `round_seconds` of them."""

    articles: int = 160
    stock_articles: int = 12
    rounds: int = 5
    round_seconds: float = 210.0
    parts_articles: int = 40
    endless_characters: int = 1_000_000
    endless_tokens: int = 10_000


QUICK = Plan(
    articles=20,
    stock_articles=2,
    rounds=1,
    parts_articles=8,
    endless_characters=50_000,
    endless_tokens=1_000,
)


@dataclass(frozen=True, slots=True)
class Spread:
    """Of several measurements the middle, the least and the most."""

    median: float
    least: float
    most: float

    @classmethod
    def of(cls, values: Iterable[float]) -> "Spread":
        found = sorted(values)
        return cls(*(round(value, 2) for value in (statistics.median(found), found[0], found[-1])))


@dataclass(frozen=True, slots=True)
class Memory:
    """Resident memory of a process in MB: now, and at its highest so far (None: the system does not tell)."""

    resident: float
    peak: float | None


class Enrichment:
    """Processes that enrich, with their models loaded: those of `kawat enrich`."""

    def __init__(self, count: int) -> None:
        before = _spawned()
        begun = time.perf_counter()
        self._processes = enriching.Processes(count)
        self.seconds(Sourced(str(n), wire.endless_sentence(20)) for n in range(16 * count))
        self.start_up = time.perf_counter() - begun
        self._ids = sorted(_spawned() - before)

    def seconds(self, articles: Iterable[Sourced]) -> float:
        """Seconds from the first article, not yet parsed, to the last line of JSON."""
        begun = time.perf_counter()
        for result in self._processes.run(enriching.batches(articles)):
            if isinstance(result, enriching.Failed):
                raise result.why
        return time.perf_counter() - begun

    def memory(self) -> Memory:
        """Of the process that holds most."""
        found = [_memory(number) for number in self._ids]
        peaks = [one.peak for one in found if one.peak]
        return Memory(max(one.resident for one in found), max(peaks, default=None))

    def close(self) -> None:
        self._processes.kill()


class Stock:
    """The stock tagger in a process of its own."""

    def __init__(self, articles: Sequence[wire.Sentences]) -> None:
        self._articles = articles
        context = multiprocessing.get_context("spawn")
        self._executor = ProcessPoolExecutor(1, context, initializer=stock.load, initargs=(articles,))

    def seconds(self, threads: int) -> float:
        return self._executor.submit(stock.seconds, self._articles, threads).result()

    def close(self) -> None:
        self._executor.shutdown(cancel_futures=True)


def measure(articles: Wire, plan: Plan, say: Say) -> Figures:
    """All figures; each says in its name what it is, docs/benchmarks.md what it means."""
    begun = time.perf_counter()
    os.environ.update(ONE_CORE)  # before torch is imported, here and in the processes
    figures: Figures = {"machine": _machine(), "articles": _size(articles)}
    if (load := figures["machine"]["load before"]) > BUSY:
        say(f"the machine is busy (load {load}): the figures will be too low, two threads' most of all")
    say("the parts")
    figures["parts"] = _parts(articles.part(min(plan.parts_articles, len(articles.bodies))))
    say("starting the processes")
    few = articles.part(min(plan.stock_articles, len(articles.bodies)))
    with closing(Stock(few.sentences)) as rival, closing(Enrichment(1)) as one, closing(Enrichment(2)) as two:
        figures["start-up seconds"] = round(one.start_up, 1)
        figures |= _rounds(articles, few, (one, two), rival, plan, say)
        figures["memory MB"] = asdict(one.memory())
        figures["endless"] = dict(_endless(one, plan, say))
    figures["load after"] = round(os.getloadavg()[0], 2)
    figures["seconds"] = round(time.perf_counter() - begun)
    return figures


def _rounds(
    articles: Wire, few: Wire, ours: Sequence[Enrichment], rival: Stock, plan: Plan, say: Say
) -> Figures:
    """Kawat and the stock tagger in turns."""
    our_seconds: dict[int, list[float]] = {side: [] for side in SIDES}
    stock_seconds: dict[int, list[float]] = {side: [] for side in SIDES}
    for enrichment in ours:
        enrichment.seconds(few.articles())  # nothing is measured while caches fill
    begun = time.perf_counter()
    for number in range(plan.rounds):
        if number and (time.perf_counter() - begun) * (number + 1) / number > plan.round_seconds:
            break
        say(f"round {number + 1} of {plan.rounds}")
        for side, enrichment in zip(SIDES, ours, strict=True):
            our_seconds[side].append(enrichment.seconds(articles.articles()))
            stock_seconds[side].append(rival.seconds(side))
    return {
        "rounds": len(our_seconds[1]),
        "enrichment by processes": {str(side): _rates(articles, our_seconds[side]) for side in SIDES},
        "stock tagger by threads": {str(side): _rates(few, stock_seconds[side]) for side in SIDES},
        "ratio": {
            str(side): asdict(
                Spread.of(
                    articles.tokens / mine * theirs / few.tokens
                    for mine, theirs in zip(our_seconds[side], stock_seconds[side], strict=True)
                )
            )
            for side in SIDES
        },
    }


def _rates(articles: Wire, seconds: Sequence[float]) -> Figures:
    count = len(articles.bodies)
    return {
        "articles/s": asdict(Spread.of(count / each for each in seconds)),
        "tokens/s": asdict(Spread.of(articles.tokens / each for each in seconds)),
    }


def _endless(enrichment: Enrichment, plan: Plan, say: Say) -> Iterator[tuple[str, Figures]]:
    """What articles as no wire sends them cost a process that has done ordinary ones."""
    endless: dict[str, Article] = {
        f"article of {plan.endless_characters:,} characters": wire.endless_article(plan.endless_characters),
        f"sentence of {plan.endless_tokens:,} words": wire.endless_sentence(plan.endless_tokens),
    }
    for name, article in endless.items():
        say(f"an {name}" if name[0] == "a" else f"a {name}")
        before = enrichment.memory()
        seconds = enrichment.seconds([Sourced(name, article)])
        after = enrichment.memory()
        yield (
            name,
            {
                "seconds": round(seconds, 1),
                "resident MB": after.resident,
                "peak MB": after.peak,
                "peak grew by MB": _grown(before, after),
            },
        )


def _grown(before: Memory, after: Memory) -> float | None:
    return round(after.peak - before.peak, 1) if after.peak and before.peak else None


def _parts(articles: Wire) -> Figures:
    """Processor time of each part, one thread of one process, in milliseconds an article."""
    enriching.load()
    for batch in enriching.batches(articles.part(1).articles()):
        enriching.work(batch)
    begun = time.process_time()
    with timed() as clock:
        for batch in enriching.batches(articles.articles()):
            enriching.work(batch)
    whole = time.process_time() - begun
    count = len(articles.bodies)
    found = {**clock.seconds, "all else": whole - sum(clock.seconds.values()), "whole": whole}
    return {
        name: {
            "ms an article": round(1000 * seconds / count, 2),
            "per cent": round(100 * seconds / whole, 1),
            "calls": clock.calls.get(name),
        }
        for name, seconds in found.items()
    }


# --- the machine --------------------------------------------------------------------


def _machine() -> Figures:
    from importlib.metadata import version

    return {
        "processor": _processor(),
        "cores": os.cpu_count(),
        "memory MB": round(psutil.virtual_memory().total / MB),
        "load before": round(os.getloadavg()[0], 2),
        "python": platform.python_version(),
        "torch": version("torch"),
        "stanza": version("stanza"),
    }


def _processor() -> str:
    try:
        facts = Path("/proc/cpuinfo").read_text("utf-8").splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    names = (line.partition(":")[2].strip() for line in facts if line.startswith("model name"))
    return next(names, platform.machine())


def _size(articles: Wire) -> Figures:
    count = len(articles.bodies)
    return {
        "count": count,
        "words each": round(articles.words / count, 1),
        "tokens each": round(articles.tokens / count, 1),
    }


def _spawned() -> set[int]:
    """The ids of this process's children that work for it."""
    children = psutil.Process().children(recursive=True)
    return {child.pid for child in children if any("spawn_main" in word for word in child.cmdline())}


def _memory(number: int) -> Memory:
    resident = psutil.Process(number).memory_info().rss / MB
    try:
        status = Path(f"/proc/{number}/status").read_text("utf-8")
    except OSError:
        return Memory(round(resident, 1), None)
    peak = next(line for line in status.splitlines() if line.startswith("VmHWM"))
    return Memory(round(resident, 1), round(int(peak.split()[1]) * 1024 / MB, 1))


# --- for people ---------------------------------------------------------------------


def tables(figures: Figures) -> Iterator[Table]:
    """The figures as a person reads them."""
    size, machine = figures["articles"], figures["machine"]
    speed = Table("", "articles/s", "tokens/s", title="Speed: median (least to most)")
    for who, key, unit in (
        ("Kawat", "enrichment by processes", "process"),
        ("stock", "stock tagger by threads", "thread"),
    ):
        for side, rates in figures[key].items():
            shown = (_shown(rates["articles/s"]), _shown(rates["tokens/s"], 0))
            speed.add_row(f"{who}, {_counted(side, unit)}", *shown)
    for side, ratio in figures["ratio"].items():
        speed.add_row(f"ratio, {side} to {side}", _shown(ratio, 1), "")
    speed.caption = (
        "Kawat: the whole enrichment; stock: Stanza's charlm tagger, names alone.\n"
        f"{size['count']} articles of {size['words each']:.0f} words ({size['tokens each']:.0f} tokens); "
        f"rounds: {figures['rounds']}; start-up, not in it: {figures['start-up seconds']} s"
    )
    yield speed

    parts = Table("part", "ms an article", "per cent", title="One process, processor time")
    for name, part in figures["parts"].items():
        parts.add_row(name, f"{part['ms an article']:.1f}", f"{part['per cent']:.1f}")
    yield parts

    memory = Table("an enrich process", "seconds", "resident MB", "peak MB", title="Memory")
    ordinary = figures["memory MB"]
    memory.add_row("after the rounds", "", f"{ordinary['resident']:.0f}", _whole(ordinary["peak"]))
    for name, cost in figures["endless"].items():
        memory.add_row(
            f"then one {name}", str(cost["seconds"]), f"{cost['resident MB']:.0f}", _whole(cost["peak MB"])
        )
    memory.caption = (
        f"{machine['processor']}, {machine['cores']} cores; "
        f"torch {machine['torch']}; {figures['seconds']} s in all"
    )
    yield memory


def _counted(number: str, unit: str) -> str:
    plural = "es" if unit.endswith("s") else "s"
    return f"{number} {unit}" + (plural if number != "1" else "")


def _shown(spread: Figures, digits: int = 2) -> str:
    median, least, most = (f"{spread[key]:,.{digits}f}" for key in ("median", "least", "most"))
    return f"{median} ({least} to {most})"


def _whole(value: float | None) -> str:
    return "" if value is None else f"{value:.0f}"


@click.command()
@click.option(
    "--articles",
    "paths",
    multiple=True,
    metavar="PATH",
    help="Wire files, as `kawat parse` takes them (repeatable). [default: composed of the sample wire]",
)
@click.option(
    "--json", "output", type=click.Path(dir_okay=False, path_type=Path), help="Writes the figures there."
)
@click.option("--quick", is_flag=True, help="Few articles, one round: shows that all works, measures little.")
def main(paths: tuple[str, ...], output: Path | None, quick: bool) -> None:
    """Measures speed and memory of the enrichment, side by side with Stanza's stock name tagger.

    \b
    Example: python -m benchmarks.enrichment --articles news.jsonl.gz --json figures.json
    """
    plan = QUICK if quick else Plan()
    console = Console(stderr=True)
    try:
        articles = wire.given(paths, plan.articles) if paths else wire.composed(plan.articles)
    except UsageError as error:
        raise click.UsageError(str(error)) from None
    begun = time.perf_counter()
    figures = measure(
        articles, plan, lambda line: console.print(f"{time.perf_counter() - begun:6.0f} s  {line}")
    )
    for table in tables(figures):
        Console().print(table)
    if output:
        output.write_text(json.dumps(figures, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
