"""What the live monitor costs and how late it is: 100 stories a second for 20 browsers.

    python -m benchmarks.monitor [--rate 100] [--seconds 30] [--browsers 20]

Starts the local servers where they don't run and a monitor in a namespace of its own, sends made-up stories
to wire.stories, and reads the live stream as browsers do. Exits with 1 where a browser missed a story or got
one twice.
"""

import json
import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
import uuid
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click
import msgspec
import psutil
from rich.console import Console
from rich.table import Table

from benchmarks.search import stories
from processors.records import Document
from streams import status
from streams.kafka_clients import Delivery
from streams.local import LocalServers
from streams.message import Produced
from streams.settings import Settings
from streams.supervisor import environment
from streams.topics import STORIES, create_topics

READY_SECONDS = 60.0
LATE_SECONDS = 20.0  # after the last story: what has not come by then is missing


@dataclass(slots=True)
class Browser:
    """Reads the live stream in a thread of its own."""

    came: dict[str, float] = field(default_factory=dict)  # story → when
    twice: Counter[str] = field(default_factory=Counter)
    begun: threading.Event = field(default_factory=threading.Event)

    def read(self, address: str) -> None:
        with urllib.request.urlopen(f"{address}/api/live", timeout=60) as stream:  # noqa: S310
            name = b""
            for line in stream:
                if line.startswith(b"event: "):
                    name = line[7:].strip()
                elif line.startswith(b"data: "):
                    self._take(name, json.loads(line[6:]))

    def _take(self, name: bytes, data: Any) -> None:
        if name == b"reset":
            self.begun.set()
        if name != b"stories":
            return
        now = time.time()
        for card in data:
            if card["id"] in self.came:
                self.twice[card["id"]] += 1
            self.came.setdefault(card["id"], now)


def run(settings: Settings, rate: int, seconds: int, browsers: int) -> dict[str, float]:
    create_topics(settings)
    log = settings.home / "monitor.log"
    with log.open("wb") as said:
        process = subprocess.Popen(
            [sys.executable, "-m", "streams.monitor", "--parent", str(os.getpid())],
            env={**os.environ, **environment(settings)}, stdout=said, stderr=said,
        )  # fmt: skip
    try:
        reading = _open(_address(settings), browsers)
        made = list(stories(rate * seconds, datetime.now(UTC)))
        before = psutil.Process(process.pid).cpu_times()
        start = time.monotonic()
        sent = _send(settings, made, rate)
        deadline = time.monotonic() + LATE_SECONDS
        while any(len(each.came) < len(sent) for each in reading) and time.monotonic() < deadline:
            time.sleep(0.1)
        after, took = psutil.Process(process.pid).cpu_times(), time.monotonic() - start
        memory = psutil.Process(process.pid).memory_info().rss
    finally:
        process.terminate()
        process.wait()
    late = [each.came[id_] - at for each in reading for id_, at in sent.items() if id_ in each.came]
    cuts = statistics.quantiles(late, n=100, method="inclusive")
    return {
        "stories a second": round(len(sent) / took, 1),
        "p50 ms from Kafka to the browser": round(cuts[49] * 1000),
        "p99 ms": round(cuts[98] * 1000),
        "CPU, % of a core": round(100 * (after.user + after.system - before.user - before.system) / took, 1),
        "resident MB": round(memory / 2**20),
        "missing": sum(len(sent) - len(each.came) for each in reading),
        "twice": sum(each.twice.total() for each in reading),
    }


def _address(settings: Settings) -> str:
    deadline = time.monotonic() + READY_SECONDS
    while time.monotonic() < deadline:
        found = status.read(settings, "monitor")
        if found and found.state == "running" and found.detail:
            return found.detail
        time.sleep(0.1)
    raise TimeoutError((settings.home / "monitor.log").read_text())


def _open(address: str, count: int) -> list[Browser]:
    reading = [Browser() for _ in range(count)]
    for each in reading:
        threading.Thread(target=each.read, args=(address,), daemon=True).start()
    for each in reading:
        each.begun.wait(READY_SECONDS)
    return reading


def _send(settings: Settings, made: Sequence[Document], rate: int) -> dict[str, float]:
    """When each story was handed to Kafka."""
    sent: dict[str, float] = {}
    start = time.monotonic()
    with Delivery(settings) as delivery:
        for number, story in enumerate(made):
            time.sleep(max(0.0, start + number / rate - time.monotonic()))
            sent[story.id] = time.time()
            delivery.send(Produced(STORIES, story.id.encode(), msgspec.json.encode(story)))
    return sent


@click.command(help=__doc__)
@click.option(
    "--rate", type=click.IntRange(1, 2000), default=100, show_default=True, help="Stories a second."
)
@click.option("--seconds", type=click.IntRange(1, 600), default=30, show_default=True)
@click.option("--browsers", type=click.IntRange(1, 100), default=20, show_default=True)
def main(rate: int, seconds: int, browsers: int) -> None:
    """Runs and prints."""
    console = Console(highlight=False)
    common = Settings()
    servers = LocalServers(common)
    found_running = all(server.state == "running" for server in servers.status())
    servers.up(console.print)
    try:
        with tempfile.TemporaryDirectory(prefix="kawat-monitor-") as home:
            changes = {
                "home": Path(home),
                "namespace": f"bench-{uuid.uuid4().hex[:8]}",
                "monitor_port": 0,
            }
            figures = run(common.model_copy(update=changes), rate, seconds, browsers)
    finally:
        if not found_running:
            servers.down(console.print)
    table = Table("live monitor", "", title=f"{browsers} browsers, {rate} stories a second, {seconds} s")
    for name, figure in figures.items():
        table.add_row(name, f"{figure:,g}")
    console.print(table)
    sys.exit(1 if figures["missing"] or figures["twice"] else 0)


if __name__ == "__main__":
    main()
