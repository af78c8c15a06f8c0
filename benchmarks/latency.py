"""From the wire to the alert: what a watcher waits for, with everything running and little to do.

    python -m benchmarks.latency [--stories 120] [--pause 0.5] [--json FILE]

Starts the local servers where they don't run, all stages in a namespace of their own, and a receiver of
webhooks. Every story is the first to tell of its deal, so every one must alert, once. The clock runs from the
story's timestamp in wire.raw to the webhook's arrival. Exits with 1 where an alert is missing or came twice.
"""

import itertools
import json
import statistics
import sys
import tempfile
import threading
import time
import uuid
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import NamedTuple

import click
from babel import Locale
from rich.console import Console
from rich.table import Table

from benchmarks import wire
from streams import raw
from streams.kafka_clients import Delivery
from streams.local import LocalServers
from streams.settings import Settings
from streams.supervisor import Supervisor

READY_SECONDS = 120.0
LATE_SECONDS = 60.0  # after the last story: what has not come by then is missing
WARM_UP = 5  # stories before those that are counted

SUPPLIERS = ("US", "RU", "FR", "DE", "KR", "TR", "IL", "SE", "IT", "BR")
RECIPIENTS = ("PH", "VN", "PL", "EG", "RS", "PE", "BD", "MA", "GR", "KZ", "CL", "KE", "OM")
GOODS = ("jet tempur", "kapal selam", "howitzer", "rudal antikapal", "drone tempur")
LEAD = (
    "{supplier} menyetujui penjualan {count} {goods} kepada {recipient}, kata Kementerian Pertahanan "
    "{supplier}, Senin.\n\nKontrak senilai {value} juta dolar AS itu diteken setelah perundingan dua tahun."
)
RULES = """
[channels.bench]
type = "webhook"
url = "{url}"

[[rule]]
name = "bench"
channels = ["bench"]
"""


class Told(NamedTuple):
    """A story and the deal that it is the first to tell of; its other paragraphs may tell of others."""

    story: str
    supplier: str = ""
    recipient: str = ""


@dataclass(slots=True)
class Receiver:
    """A webhook that notes when the alert of which story came."""

    url: str = ""
    came: dict[Told, float] = field(default_factory=dict)  # when
    times: Counter[str] = field(default_factory=Counter)  # by the alert's id

    def note(self, body: bytes) -> None:
        now = time.time()
        for alert in json.loads(body)["alerts"]:
            told = Told(
                alert["story"], *alert["deal"]["supplier_ids"][:1], *alert["deal"]["recipient_ids"][:1]
            )
            self.came.setdefault(told, now)
            self.times[alert["id"]] += 1


@contextmanager
def receiving() -> Iterator[Receiver]:
    """Listens on loopback for the time of the block."""
    receiver = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            receiver.note(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Says nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    receiver.url = f"http://127.0.0.1:{server.server_port}/"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield receiver
    finally:
        server.shutdown()
        thread.join()


def stories(count: int) -> list[tuple[Told, bytes]]:
    """So many payloads of some 310 words, each the only one about its deal."""
    names = Locale("id").territories
    parties = itertools.product(GOODS, SUPPLIERS, RECIPIENTS)
    bodies = wire.composed(count).bodies
    made = []
    for number, (body, (goods, supplier, recipient)) in enumerate(zip(bodies, parties, strict=False)):
        lead = LEAD.format(
            supplier=names[supplier],
            recipient=names[recipient],
            goods=goods,
            count=12 + number,
            value=300 + number,
        )
        paragraphs = [each for each in body.split("\n\n") if not any(word in each for word in GOODS)]
        text = f"Jakarta (KAWAT) - {lead}\n\n" + "\n\n".join(paragraphs[:4])
        name = f"deal-{number}"
        made.append(
            (Told(f"bench:{name}", supplier, recipient), json.dumps({"id": name, "text": text}).encode())
        )
    return made


def run(settings: Settings, count: int, pause: float, console: Console) -> tuple[list[float], list[str]]:
    """Seconds that each counted story's alert took, and what is missing or came twice."""
    with receiving() as receiver:
        rules = settings.home / "rules.toml"
        rules.write_text(RULES.format(url=receiver.url))
        settings = settings.model_copy(update={"rules": rules})
        with Supervisor(settings, say=lambda _line: None) as supervisor:
            supervisor.wait_ready(READY_SECONDS)
            console.print(f"feeding {count} stories, one every {pause:g} s")
            sent = _feed(settings, stories(WARM_UP + count), pause)
            deadline = time.monotonic() + LATE_SECONDS
            while not sent.keys() <= receiver.came.keys() and time.monotonic() < deadline:
                time.sleep(0.1)
    counted = list(sent)[WARM_UP:]
    waited = [receiver.came[told] - sent[told] for told in counted if told in receiver.came]
    missing = [f"missing: {told.story}" for told in sent if told not in receiver.came]
    return waited, missing + [f"sent twice: {alert}" for alert, times in receiver.times.items() if times > 1]


def _feed(settings: Settings, payloads: Sequence[tuple[Told, bytes]], pause: float) -> dict[Told, float]:
    """When each story was handed to Kafka."""
    sent: dict[Told, float] = {}
    with Delivery(settings) as delivery:
        for told, payload in payloads:
            sent[told] = time.time()
            delivery.send(raw.record("bench", f"{told.story}.json", payload, source="bench"))
            delivery.flush()
            time.sleep(pause)
    return sent


@click.command(help=__doc__)
@click.option("--stories", "count", type=click.IntRange(min=1, max=600), default=120, show_default=True)
@click.option("--pause", type=float, default=0.5, show_default=True, help="Seconds between two stories.")
@click.option("--json", "output", type=click.Path(path_type=Path), help="Writes the figures there, too.")
def main(count: int, pause: float, output: Path | None) -> None:
    """Runs and prints."""
    console = Console(highlight=False)
    common = Settings()
    servers = LocalServers(common)
    found_running = all(server.state == "running" for server in servers.status())
    servers.up(console.print)
    try:
        with tempfile.TemporaryDirectory(prefix="kawat-latency-") as home:
            changes = {
                "home": Path(home), "namespace": f"bench-{uuid.uuid4().hex[:8]}", "monitor_port": 0,
            }  # fmt: skip
            waited, wrong = run(common.model_copy(update=changes), count, pause, console)
    finally:
        if not found_running:
            servers.down(console.print)
    figures = _figures(waited, wrong)
    console.print(_table(figures))
    if output:
        output.write_text(json.dumps(figures | {"at": datetime.now(UTC).isoformat()}, indent=1))
    for each in wrong[:10]:
        console.print(f"[red]{each}[/]")
    sys.exit(1 if wrong else 0)


def _figures(waited: Sequence[float], wrong: Sequence[str]) -> dict[str, float]:
    if len(waited) < 2:
        return {"alerts": len(waited), "missing or twice": len(wrong)}
    cuts = statistics.quantiles(waited, n=100, method="inclusive")
    return {
        "alerts": len(waited),
        "p50 s": round(cuts[49], 3),
        "p95 s": round(cuts[94], 3),
        "p99 s": round(cuts[98], 3),
        "most s": round(max(waited), 3),
        "missing or twice": len(wrong),
    }


def _table(figures: dict[str, float]) -> Table:
    table = Table("from wire to alert", "", title="light load, servers warm")
    for name, figure in figures.items():
        table.add_row(name, f"{figure:g}")
    return table


if __name__ == "__main__":
    main()
