"""How long an analyst waits: the ten questions of docs/search.md over 100,000 stories.

    python -m benchmarks.search [--stories 100000] [--rounds 30] [--json FILE]

Starts the local Elasticsearch where it doesn't run, makes the stories up, indexes them through Kawat's own
sink in a namespace of their own, asks, and removes them. A question is asked warm: after rounds that are not
counted. Exits with 1 where a question finds nothing.
"""

import asyncio
import itertools
import json
import random
import statistics
import sys
import time
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import click
from elasticsearch import Elasticsearch
from rich.console import Console
from rich.progress import track
from rich.table import Table

from processors.records import ArmsDeal, Document, Entity, GoodsClass, Mention, Pipeline, Quote, Timings
from streams.elastic import facets, indices, queries, quotes, sink
from streams.elastic.client import agents_client, commands_client
from streams.elastic.dealt import Deals
from streams.elastic.queries import Search
from streams.local import LocalServers
from streams.patience import Patience
from streams.settings import Settings

DAYS = 90
WARM_UP = 5
BATCH = 500
SEED = 20_260_311
TOLD = 20  # stories to one that is retold
SENTENCES = 8
RETOLD = 40  # a story that is

SOURCES = [f"kantor-{number}" for number in range(40)]
COUNTRIES = {
    "ID": "Indonesia", "FR": "Prancis", "KR": "Korea Selatan", "US": "Amerika Serikat", "RU": "Rusia",
    "CN": "China", "TR": "Turki", "IT": "Italia", "PH": "Filipina", "UA": "Ukraina", "IL": "Israel",
    "IR": "Iran", "JP": "Jepang", "AU": "Australia", "MY": "Malaysia", "IN": "India",
}  # fmt: skip
FIRST = (
    "Wahyu",
    "Rina",
    "Budi",
    "Hendra",
    "Siti",
    "Agus",
    "Dewi",
    "Claire",
    "Idris",
    "Yudhistira",
    "Ratna",
    "Joko",
)
LAST = (
    "Sasmita",
    "Kusuma",
    "Santosa",
    "Wijaya",
    "Aubert",
    "Mahamat",
    "Prameswara",
    "Hutapea",
    "Lestari",
    "Tan",
)
GOODS: Mapping[GoodsClass, str] = {
    "missiles": "rudal jelajah", "combat_aircraft": "jet tempur Rafale", "warships": "korvet",
    "submarines": "kapal selam", "drones": "drone tempur", "artillery": "howitzer", "small_arms": "senapan",
}  # fmt: skip
SYLLABLES = [first + last for first in "bdgjklmnprst" for last in "aeiu"]
MATTERS = (
    "harga beras naik di pasar induk",
    "gempa mengguncang pesisir selatan",
    "kesepakatan dagang ditandatangani",
    "penyelundupan senjata digagalkan di selat",
    "uji coba rudal berlangsung di pangkalan",
    "galangan PT PAL meluncurkan kapal",
    "pemerintah menyiapkan anggaran pertahanan",
)


def stories(count: int, now: datetime) -> Iterator[Document]:
    """The same ones for the same moment: a Zipf-like vocabulary, names, quotes, a deal in one of twelve.

    Of twenty stories one is retold by the five behind it, more or less in its words.
    """
    chance = random.Random(SEED)  # noqa: S311
    words = ["".join(chance.choices(SYLLABLES, k=chance.randint(2, 4))) for _ in range(30_000)]
    weights = list(itertools.accumulate(1 / rank for rank in range(1, len(words) + 1)))
    told: list[str] = []
    for number in range(count):
        kept = chance.sample(told, chance.randint(2, len(told))) if number % TOLD in range(1, 6) else []
        new = [_sentence(chance, words, weights) for _ in range(SENTENCES - len(kept))]
        if number % TOLD == 0:
            told = new
        first = number - number % TOLD if len(kept) >= SENTENCES - 2 else number
        at = now - timedelta(days=DAYS) * (1 - number / count)
        yield _story(number, first, chance, [*kept, *new], at)


def _sentence(chance: random.Random, words: Sequence[str], weights: Sequence[float]) -> str:
    return " ".join(chance.choices(words, cum_weights=weights, k=22)).capitalize() + "."


def _story(number: int, first: int, chance: random.Random, filling: Sequence[str], at: datetime) -> Document:
    people = [f"{chance.choice(FIRST)} {chance.choice(LAST)}" for _ in range(3)]
    seller, buyer = chance.sample(sorted(COUNTRIES), 2)
    kind = chance.choice(sorted(GOODS))
    said = f"kami menunggu {GOODS[kind]} itu"
    deal = f"{COUNTRIES[seller]} menjual {GOODS[kind]} kepada {COUNTRIES[buyer]}."
    lead = f"{chance.choice(MATTERS).capitalize()}, kata {people[0]} di {COUNTRIES[buyer]}."
    has_deal = number % 12 == 0
    body = " ".join([lead, deal if has_deal else "", f'"{said}," ujar {people[1]}.', *filling])
    return Document(
        id=f"{SOURCES[number % len(SOURCES)]}:{number}", source=SOURCES[number % len(SOURCES)],
        item_id=str(number), format="jsonl", version=1, order=int(at.timestamp() * 1000) * 1000 + 8,
        version_time=at, published=at, received=at, live=True, language="id" if number % 3 else "en",
        headline=" ".join(lead.split()[:7]), body=body, fingerprint=str(number),
        entities=[
            *(_entity(f"per:{name}", name, "PER", body) for name in dict.fromkeys(people)),
            *(_entity(code, COUNTRIES[code], "LOC", body) for code in (seller, buyer)),
        ],
        quotes=[_quote(body, said, people[1])],
        arms_deals=[_deal(body, deal, seller, buyer, kind)] if has_deal else [],
        cluster_id=f"c{first}",
        timings=Timings(received=at, grouped=at + timedelta(milliseconds=chance.randint(100, 900))),
        pipeline=Pipeline(schema=1, model="bench"),
    )  # fmt: skip


def _entity(id_: str, name: str, kind: str, body: str) -> Entity:
    start = max(0, body.find(name))
    mention = Mention(start=start, end=start + len(name), text=name)
    return Entity(id=id_, name=name, type="PER" if kind == "PER" else "LOC", mentions=[mention])


def _quote(body: str, said: str, speaker: str) -> Quote:
    start = body.index(said)
    return Quote(
        text=said,
        start=start,
        end=start + len(said),
        kind="direct",
        speaker=speaker,
        speaker_id=f"per:{speaker}",
    )


def _deal(body: str, evidence: str, seller: str, buyer: str, kind: GoodsClass) -> ArmsDeal:
    start = body.index(evidence)
    return ArmsDeal(
        start=start, end=start + len(evidence), evidence=evidence, act="sale", status="reported", grade="A",
        supplier=[COUNTRIES[seller]], supplier_ids=[seller], recipient=[COUNTRIES[buyer]],
        recipient_ids=[buyer], goods=[GOODS[kind]], goods_classes=[kind],
    )  # fmt: skip


Ask = Callable[[Elasticsearch, Settings], int]  # how many it found


def questions(now: datetime) -> dict[str, Ask]:
    """Those of docs/search.md, in their order."""

    def ask(**wanted: object) -> Ask:
        search = Search(**wanted)  # type: ignore[arg-type]
        return lambda client, settings: queries.search(client, settings, search).total

    def said(**wanted: object) -> Ask:
        search = quotes.Search(**wanted)  # type: ignore[arg-type]
        return lambda client, settings: quotes.search(client, settings, search).total

    def alike(client: Elasticsearch, settings: Settings) -> int:
        story = queries.by_id(client, settings, f"{SOURCES[RETOLD % len(SOURCES)]}:{RETOLD}", now)
        return queries.search(client, settings, Search(like=story)).total

    week, month = now - timedelta(days=7), now - timedelta(days=30)
    return {
        "1 words, one misspelt": ask(text="selundupn~1 senjata"),
        "2 a phrase, the newest": ask(text='"PT PAL"', sort="newest"),
        "3 a supplier": ask(deals=Deals(suppliers=["Korea Selatan"])),
        "4 between two, a month": ask(deals=Deals(between=[("Prancis", "Indonesia")]), since=month),
        "5 goods": ask(deals=Deals(goods=["missiles"])),
        "6 facets": lambda client, settings: facets.facets(client, settings, Search(text="rudal")).total,
        "7 who said what about": said(about="rudal"),
        "8 what one has said": said(speakers=["Wahyu Sasmita"]),
        "9 stories alike": alike,
        "10 a week's deals, 500 rows": ask(deals=Deals(mentioned=True), since=week, size=500),
    }


async def fill(settings: Settings, count: int, now: datetime, console: Console) -> None:
    """Indexes the stories as the index stage does."""
    made = stories(count, now)
    patience = Patience(lambda _: None)  # a full heap is waited for, as the stage does
    async with agents_client(settings) as client:
        await indices.set_up(client, settings)
        for start in track(range(0, count, BATCH), "indexing", console=console):
            batch = [next(made) for _ in range(min(BATCH, count - start))]
            results = await patience.until(partial(sink.write, client, settings, batch))
            assert all(each is None for each in results)  # noqa: S101
        for each in indices.INDICES:
            await client.indices.refresh(index=settings.named(each.name))


def measure(settings: Settings, now: datetime, rounds: int) -> dict[str, dict[str, float]]:
    """Each question's milliseconds and hits."""
    found: dict[str, dict[str, float]] = {}
    with commands_client(settings) as client:
        for name, ask in questions(now).items():
            total = [ask(client, settings) for _ in range(WARM_UP)][-1]
            took = []
            for _ in range(rounds):
                start = time.perf_counter()
                ask(client, settings)
                took.append((time.perf_counter() - start) * 1000)
            cuts = statistics.quantiles(took, n=100, method="inclusive")
            found[name] = {"found": total, "p50 ms": round(cuts[49], 1), "p95 ms": round(cuts[94], 1)}
    return found


def remove(settings: Settings) -> None:
    with commands_client(settings) as plain:
        client = plain.options(retry_on_status=429, max_retries=10)
        for each in indices.INDICES:
            client.indices.delete(index=settings.named(each.physical), ignore_unavailable=True)
            client.options(ignore_status=404).indices.delete_index_template(name=settings.named(each.name))


@click.command(help=__doc__)
@click.option("--stories", "count", type=click.IntRange(min=100), default=100_000, show_default=True)
@click.option("--rounds", type=click.IntRange(min=2), default=30, show_default=True)
@click.option("--json", "output", type=click.Path(path_type=Path), help="Writes the figures there, too.")
def main(count: int, rounds: int, output: Path | None) -> None:
    """Runs and prints."""
    console = Console(highlight=False)
    common = Settings()
    servers = LocalServers(common)
    found_running = all(server.state == "running" for server in servers.status())
    servers.up(console.print)
    settings = common.model_copy(update={"namespace": f"bench-{uuid.uuid4().hex[:8]}"})
    now = datetime.now(UTC)
    try:
        start = time.monotonic()
        asyncio.run(fill(settings, count, now, console))
        rate = count / (time.monotonic() - start)
        figures = measure(settings, now, rounds)
    finally:
        remove(settings)
        if not found_running:
            servers.down(console.print)
    table = Table(
        "question", "found", "p50 ms", "p95 ms", title=f"{count:,} stories, {rate:,.0f} indexed a second"
    )
    for name, figure in figures.items():
        table.add_row(name, f"{figure['found']:,}", f"{figure['p50 ms']:g}", f"{figure['p95 ms']:g}")
    console.print(table)
    if output:
        output.write_text(
            json.dumps({"stories": count, "indexed a second": round(rate), "questions": figures}, indent=1)
        )
    sys.exit(0 if all(figure["found"] for figure in figures.values()) else 1)


if __name__ == "__main__":
    main()
