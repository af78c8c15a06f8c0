"""The sample wire that `make run` feeds: some forty invented stories as several agencies would send them.

The files under `wire/` are complete in themselves and dated around `BASE`; `wire` moves them to another
moment. Agencies, people, quotes and events are made up. `broken/` holds two payloads for the dead letters.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from pathlib import Path

from streams.feeds import folder
from streams.feeds.payload import Payload
from streams.sample.dates import shift

FEED = "sample"
WIRE = Path(__file__).parent / "wire"
BASE = datetime(2026, 3, 12, 13, 30, tzinfo=timezone(timedelta(hours=7), "WIB"))  # the newest story's time
EMBARGO = timedelta(hours=6, minutes=30)  # how long after BASE the embargoed story is released


@dataclass(frozen=True, slots=True)
class Expected:
    """How many stories of the wire end how, once all of it is indexed."""

    live: int  # found by a default search
    killed: int
    withheld: int
    embargoed: int
    dead: int  # payloads among the dead letters


@dataclass(frozen=True, slots=True)
class Search:
    """A query worth showing, and the item ids that must be among its hits."""

    query: str
    why: str
    finds: tuple[str, ...]


SEARCHES = (
    Search(
        "Cheongung",
        "one deal, reported in Indonesian and in English, and denied",
        (
            "wartanesia/cheongung.txt",
            "archipelago/cheongung-talks.txt",
            "tag:samudra.example,2026:b/0311/052",
        ),
    ),
    Search(
        "PT PAL",
        "an order confirmed by both sides: the third version of a story, and an English report",
        ("tag:samudra.example,2026:b/0312/007", "urn:newsml:meridian.example:20260312:mer-0312-0148"),
    ),
    Search(
        "penyelundupan senjata",
        "Indonesian word forms: also finds selundupan and menyelundupkan",
        ("lintas/dhow-laut-arab.txt",),
    ),
)


def expected(anchor: datetime, now: datetime) -> Expected:
    """What the wire fed at `anchor` amounts to at `now`: the embargo ends by itself."""
    embargoed = 1 if now < anchor + EMBARGO else 0
    return Expected(live=38 - embargoed, killed=2, withheld=1, embargoed=embargoed, dead=2)


def wire(anchor: datetime) -> list[tuple[str, bytes]]:
    """Every payload with its locator, in feeding order, dated so that the newest story is of `anchor`.

    `anchor` carries a time zone; fractions of a second are dropped. The same anchor gives the same bytes.
    Locators are those of `kawat feed streams/sample/wire`: a line of a .jsonl file is a payload of its own.
    """
    moment = anchor.replace(microsecond=0)
    return [(locator, shift(payload.decode(), BASE, moment).encode()) for locator, payload in payloads()]


def payloads() -> list[tuple[str, bytes]]:
    """The wire as the files are, with its locators, in feeding order."""
    return [(found.locator, found.content) for found in folder.payloads(WIRE) if isinstance(found, Payload)]
