"""Feeds a wire while workers and servers die, and counts what is missing or doubled afterwards.

    python -m benchmarks.faults WIRE [--kills 5] [--outage 60]

WIRE is anything `kawat feed` takes. The servers are those of `kawat up`; the run has a namespace of its own.
Prints a table and exits with 1 where a story was lost, doubled or differs, where feeding again changed
anything, or where a process was left behind.
"""

import contextlib
import os
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import click
import psutil
from elasticsearch import Elasticsearch
from rich.console import Console
from rich.table import Table

from streams.elastic.client import commands_client
from streams.feeds.folder import payloads
from streams.feeds.payload import Payload
from streams.lag import lag
from streams.local import LocalServers
from streams.settings import Settings
from streams.supervisor import environment as variables

T = TypeVar("T")


@dataclass(frozen=True)
class Plan:
    """When what dies, as shares of the stories that are indexed by then."""

    enrich_kills: tuple[float, ...] = (0.05, 0.2, 0.35, 0.6, 0.8)
    broker_kill: float | None = 0.3
    outage: float | None = 0.5
    outage_seconds: float = 60.0
    deadline_seconds: float = 1800.0


@dataclass
class Result:
    """What the run left behind. `problems` is empty where every promise was kept."""

    fed: int
    stories: int = 0
    dead: int = 0
    versions: int = 0
    quotes: int = 0
    enrich_kills: int = 0
    broker_kills: int = 0
    outages: int = 0
    seconds: float = 0.0
    problems: list[str] = field(default_factory=list)

    def rows(self) -> list[tuple[str, str]]:
        return [
            ("stories fed", str(self.fed)),
            ("stories indexed", str(self.stories)),
            ("dead letters", str(self.dead)),
            ("versions kept", str(self.versions)),
            ("quotes indexed", str(self.quotes)),
            ("enrich worker killed with -9", str(self.enrich_kills)),
            ("broker killed with -9", str(self.broker_kills)),
            ("Elasticsearch away", str(self.outages)),
            ("seconds", f"{self.seconds:.0f}"),
            ("problems", "; ".join(self.problems) or "none"),
        ]


def until(look: Callable[[], T | None], seconds: float, what: str) -> T:
    """The first look that is neither None nor False; TimeoutError says what did not come."""
    end = time.monotonic() + seconds
    while not (found := look()):
        if time.monotonic() > end:
            raise TimeoutError(f"{what}: not within {seconds:.0f} s")
        time.sleep(0.2)
    return found


def environment(settings: Settings) -> dict[str, str]:
    """The environment that gives a child process these settings."""
    return {**os.environ, **variables(settings)}


def processes(settings: Settings) -> list[psutil.Process]:
    """Kawat's processes of this run, found by the namespace in their environment."""
    found = []
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error):
            if process.pid == os.getpid() or process.status() == psutil.STATUS_ZOMBIE:
                continue
            if process.environ().get("KAWAT_NAMESPACE") == settings.namespace:
                found.append(process)
    return found


def worker(settings: Settings, role: str) -> psutil.Process | None:
    """The running worker process of a role."""
    for process in processes(settings):
        with contextlib.suppress(psutil.Error):
            command = process.cmdline()
            if "streams.worker" in command and role in command:
                return process
    return None


@contextlib.contextmanager
def working(settings: Settings) -> Iterator[subprocess.Popen[bytes]]:
    """`kawat work` for the time of the block; stopped as a user would."""
    with (settings.home / "faults.log").open("ab") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "streams", "work"], env=environment(settings), stdout=log, stderr=log
        )
    try:
        yield process
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(60)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def feeding(settings: Settings, wire: Path) -> subprocess.Popen[bytes]:
    """Feeds the wire as a user would; a broker that dies meanwhile is the feeder's to survive."""
    return subprocess.Popen(
        [sys.executable, "-m", "streams", "feed", str(wire), "--feed", "faults"],
        env=environment(settings),
        stdout=subprocess.DEVNULL,
    )


class Index:
    """What Elasticsearch holds of this run."""

    def __init__(self, client: Elasticsearch, settings: Settings) -> None:
        self.client = client
        self.settings = settings

    def count(self, name: str, query: dict[str, Any] | None = None) -> int:
        """Documents in an index; 0 where it is not there or the server is away."""
        try:
            answer = self.client.count(index=self.settings.named(name), query=query or {"match_all": {}})
        except Exception:  # noqa: BLE001 - it is away on purpose: asked again
            return 0
        return int(answer["count"])

    def state(self) -> dict[str, tuple[int, int, int]]:
        """id → (order, Elasticsearch's version, sequence number) of every story."""
        found: dict[str, tuple[int, int, int]] = {}
        after: list[Any] | None = None
        while True:
            answer = self.client.search(
                index=self.settings.named("kawat-articles-1"),
                size=5000,
                sort=[{"id": "asc"}],
                search_after=after,
                source_includes=["order"],
                version=True,
                seq_no_primary_term=True,
            )
            hits = answer["hits"]["hits"]
            for hit in hits:
                found[hit["_id"]] = (hit["_source"]["order"], hit["_version"], hit["_seq_no"])
            if len(hits) < 5000:
                return found
            after = hits[-1]["sort"]


def dead_letters(settings: Settings) -> int:
    answer = subprocess.run(
        [sys.executable, "-m", "streams", "dead", "list", "--json"],
        env=environment(settings),
        check=True,
        capture_output=True,
        text=True,
    )
    return len(answer.stdout.splitlines())


def run(wire: Path, settings: Settings, plan: Plan, report: Callable[[str], None]) -> Result:
    """The whole run. `settings` must have a namespace that nothing else uses."""
    servers = LocalServers(settings)
    fed = sum(isinstance(payload, Payload) for payload in payloads(wire, settings.payload_limit))
    index = Index(commands_client(settings), settings)
    result = Result(fed=fed)
    start = time.monotonic()
    with working(settings) as work:
        feeder = feeding(settings, wire)
        disasters = schedule(settings, servers, plan, result, report)
        while index.count("kawat-articles-1") + result.dead < fed:
            done = index.count("kawat-articles-1") / fed
            while disasters and disasters[0][0] <= done:
                disasters.pop(0)[1]()
            if work.poll() is not None or time.monotonic() - start > plan.deadline_seconds:
                break
            result.dead = dead_letters(settings) if feeder.poll() is not None and done > 0.9 else 0
            time.sleep(0.5)
        feeder.wait(60)
        result.seconds = time.monotonic() - start
        before = settled(index)
        count(result, index, settings, before)
        report("feeding the same again")
        if feeding(settings, wire).wait(600):
            result.problems.append("feeding the same again failed")
        until(lambda: idle(settings), 600, "the second feed to pass")
        if settled(index) != before:
            result.problems.append("feeding the same again changed documents")
        if index.count("kawat-versions-1") != result.versions:
            result.problems.append("feeding the same again added versions")
    left = processes(settings)
    if left:
        result.problems.append(f"{len(left)} processes left behind")
    return result


def schedule(
    settings: Settings, servers: LocalServers, plan: Plan, result: Result, report: Callable[[str], None]
) -> list[tuple[float, Callable[[], None]]]:
    """The disasters with the share of the wire at which each strikes, in order."""

    def kill_enrich() -> None:
        process = until(lambda: worker(settings, "enrich"), 60, "an enrich worker")
        report(f"kill -9 of the enrich worker ({process.pid})")
        process.kill()
        result.enrich_kills += 1

    def kill_broker() -> None:
        report("kill -9 of the broker")
        servers.kill("kafka")
        servers.start("kafka")
        result.broker_kills += 1

    def outage() -> None:
        report(f"Elasticsearch stopped for {plan.outage_seconds:.0f} s")
        servers.stop("elasticsearch")
        time.sleep(plan.outage_seconds)
        servers.start("elasticsearch")
        report("Elasticsearch is back")
        result.outages += 1

    disasters = [(share, kill_enrich) for share in plan.enrich_kills]
    if plan.broker_kill is not None:
        disasters.append((plan.broker_kill, kill_broker))
    if plan.outage is not None:
        disasters.append((plan.outage, outage))
    return sorted(disasters, key=lambda disaster: disaster[0])


def settled(index: Index) -> dict[str, tuple[int, int, int]]:
    """The stories once two looks a second apart agree."""
    index.client.indices.refresh(index=index.settings.named("kawat-*"))
    before = index.state()
    while True:
        time.sleep(1.5)
        after = index.state()
        if after == before:
            return after
        before = after


def idle(settings: Settings) -> bool:
    """Whether every stage has committed all that its topic holds."""
    return all(behind == 0 for behind in lag(settings).values())


def count(result: Result, index: Index, settings: Settings, state: dict[str, tuple[int, int, int]]) -> None:
    """Fills in the figures and compares them with what was promised."""
    result.dead = dead_letters(settings)
    result.stories = len(state)
    result.versions = index.count("kawat-versions-1")
    result.quotes = index.count("kawat-quotes-1", {"term": {"live": True}})
    if result.stories + result.dead != result.fed:
        result.problems.append(f"{result.fed - result.stories - result.dead} stories unaccounted for")
    if result.versions != result.stories:
        result.problems.append(f"{result.versions} versions of {result.stories} stories that came once")
    wrong = [key for key, (order, version, _) in state.items() if order != version]
    if wrong:
        result.problems.append(f"{len(wrong)} documents whose version is not their order")


@click.command()
@click.argument("wire", type=click.Path(exists=True, path_type=Path))
@click.option("--kills", default=5, show_default=True, help="kills of the enrich worker")
@click.option("--outage", default=60.0, show_default=True, help="seconds without Elasticsearch")
def main(wire: Path, kills: int, outage: float) -> None:
    """Feeds WIRE while workers and servers die, and says what is missing or doubled."""
    settings = Settings(namespace=f"faults-{uuid.uuid4().hex[:8]}", monitor_port=0)
    LocalServers(settings).up()
    shares = tuple((n + 0.5) / kills * 0.9 for n in range(kills))
    console = Console(stderr=True)
    started = time.monotonic()
    result = run(
        wire,
        settings,
        Plan(enrich_kills=shares, outage_seconds=outage),
        lambda line: console.print(f"{time.monotonic() - started:7.1f} s  {line}"),
    )
    table = Table("what", "count", title="A wire under faults")
    for row in result.rows():
        table.add_row(*row)
    Console().print(table)
    sys.exit(1 if result.problems else 0)


if __name__ == "__main__":
    main()
