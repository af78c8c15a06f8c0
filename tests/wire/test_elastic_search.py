"""What searches find, in both languages, on a real Elasticsearch; and `kawat search` as people run it."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest

from processors.errors import UsageError
from processors.records import Document
from streams.elastic import indices, queries, sink
from streams.elastic.client import agents_client, commands_client
from streams.elastic.hits import END_MARK, MARK, Found
from streams.elastic.indices import ARTICLES
from streams.elastic.queries import Search
from streams.elastic.times import moment
from streams.settings import Settings
from tests.wire.command import kawat
from tests.wire.elastic_stories import NOON, person, place, story

NEVER = datetime(9999, 12, 31, tzinfo=UTC)
DEAL = story(
    "deal", 0,
    headline="Indonesia dan Prancis menyepakati pembelian pesawat tempur",
    body="Kementerian Pertahanan mengumumkan kesepakatan itu. Persenjataan tersebut dikirim tahun depan.",
    entities=[person("Joko Widodo", "Jokowi"), place("ID", "Indonesia"), place("FR", "Prancis")],
)  # fmt: skip
MARKET = story(
    "market", 10,
    headline="Harga beras naik di pasar", body="Pedagang menyebut pasokan dari petani berkurang.",
    source="nusantara", id="nusantara:market", entities=[person("Rini Soemarno"), place("ID", "Indonesia")],
)  # fmt: skip
MISSILES = story(
    "missiles", 20, language="en", headline="Two countries sign an arms deal",
    body="The ministers signed several deals. Missiles and trucks will be delivered, officials said.",
    entities=[person("Kim Jong-un"), place("KP", "North Korea")],
)  # fmt: skip
SPORT = story(
    "sport", 30, language="en-GB", headline="A deal of arms", body="Wrestlers deal with long arms.",
)  # fmt: skip
FRENCH = story("rafale", 40, language="fr", headline="Accord signé", body="Les ministres ont signé.")
HELD = story("held", 50, status="withheld", headline="Kesepakatan yang ditahan", body="Isi yang ditahan.")
EMBARGOED = story("later", 55, headline="Kesepakatan bulan depan", body="Isi.", embargo_until=NEVER)
RELEASED = story("released", 56, headline="Pidato kenegaraan", body="Isi pidato.", embargo_until=NOON)
WIRE = (DEAL, MARKET, MISSILES, SPORT, FRENCH, HELD, EMBARGOED, RELEASED)


def index(settings: Settings, documents: Sequence[Document]) -> None:
    async def write() -> None:
        async with agents_client(settings) as client:
            await indices.set_up(client, settings)
            assert await sink.write(client, settings, documents) == [None] * len(documents)
            await client.indices.refresh(index=settings.named(ARTICLES))

    asyncio.run(write())


def search(settings: Settings, text: str = "", **wanted: Any) -> Found:
    with commands_client(settings) as client:
        return queries.search(client, settings, Search(text=text, **wanted))


def names(found: Found) -> list[str]:
    return [hit.document["item_id"] for hit in found.hits]


@pytest.fixture
def indexed(wire: Settings) -> Settings:
    index(wire, WIRE)
    return wire


def test_words_are_found_in_any_form_by_the_rules_of_each_story_s_language(indexed: Settings) -> None:
    for text, expected in {
        "senjata": ["deal"],  # persenjataan
        "kirim": ["deal"],  # dikirim
        "sepakat": ["deal"],  # menyepakati, kesepakatan
        "signing": ["missiles"],  # sign, signed
        "missile": ["missiles"],
        "signé": ["rafale"],
        "signer": [],  # a French story is found by its words as they are
        "the": [],  # English has no stories of it
        "pesawat beras": [],  # all words
        "pesawat | beras": ["deal", "market"],
        "deal -wrestlers": ["missiles"],
        "wrest*": ["sport"],
        "kesepak* senjata": ["deal"],
    }.items():
        assert sorted(names(search(indexed, text))) == expected, text


def test_quotation_marks_mean_to_the_letter(indexed: Settings) -> None:
    assert sorted(names(search(indexed, "arms deal"))) == ["missiles", "sport"]
    assert names(search(indexed, '"arms deal"')) == ["missiles"]
    assert names(search(indexed, '"arm deal"')) == []
    assert names(search(indexed, '"signed several deals" missile')) == ["missiles"]


def test_text_that_is_no_proper_query_is_no_error(indexed: Settings) -> None:
    for text in ('"', "(", "a AND (b", "+ - |", "\\", "~~", "*", "🙂", "\x00", "a" * 5000):
        search(indexed, text)


def test_filters_narrow_and_join(indexed: Settings) -> None:
    for expected, wanted in (
        (["market"], {"sources": ["Nusantara"]}),
        (["deal"], {"persons": ["jokowi"]}),  # as printed
        (["deal"], {"persons": ["Widodo"]}),
        (["missiles"], {"persons": ["kim jong un"]}),
        (["deal", "missiles"], {"persons": ["Kim Jong-un", "Joko Widodo"]}),  # any of them
        ([], {"persons": ["Kim Jong-un"], "languages": ["id"]}),  # all of them
        (["deal", "market"], {"countries": ["ID"]}),
        (["missiles"], {"countries": ["Korea Utara"]}),
        (["missiles"], {"countries": ["north korea"]}),
        (["deal"], {"countries": ["France"]}),
        ([], {"organisations": ["Joko Widodo"]}),
        (["missiles", "sport"], {"languages": ["en"]}),
        (["rafale", "released"], {"since": NOON + timedelta(minutes=40)}),
        (["deal"], {"until": NOON + timedelta(minutes=10)}),
    ):
        assert sorted(names(search(indexed, **wanted))) == expected, wanted


def test_held_and_embargoed_stories_are_found_only_when_everything_is_asked_for(indexed: Settings) -> None:
    assert names(search(indexed, "kesepakatan")) == ["deal"]
    assert sorted(names(search(indexed, "kesepakatan", everything=True))) == ["deal", "held", "later"]
    assert names(search(indexed, "pidato")) == ["released"]


def test_an_embargo_ends_by_itself(wire: Settings) -> None:
    index(wire, [])
    until = datetime.now(UTC) + timedelta(seconds=4)
    index(wire, [story("soon", embargo_until=until)])
    while not (found := names(search(wire))):
        assert datetime.now(UTC) < until + timedelta(seconds=5)
    assert found == ["soon"]
    assert datetime.now(UTC) >= until


def test_pages_follow_each_other_without_gap_or_repetition(wire: Settings) -> None:
    index(wire, [story(f"n{n:02}", minute=n // 5) for n in range(25)])
    for sort in ("newest", "relevance"):
        seen: list[str] = []
        after: Sequence[Any] | None = None
        while page := search(wire, "indonesia", sort=sort, size=7, after=after).hits:
            seen += [hit.document["item_id"] for hit in page]
            after = page[-1].sort
        assert sorted(seen) == [f"n{n:02}" for n in range(25)]
    assert names(search(wire, size=1)) in (["n20"], ["n21"], ["n22"], ["n23"], ["n24"])


def copies_of(number: int, copies: int, **more: Any) -> list[Document]:
    """A story and its copies, each a minute newer than the one before."""
    return [
        story(f"s{number}c{n}", minute=number * 10 + n, cluster_id=f"garuda:s{number}c0", **more)
        for n in range(copies + 1)
    ]


def test_of_copies_one_is_shown_with_their_number_the_newest_or_the_best(wire: Settings) -> None:
    alone = story("alone", minute=90, headline="Indonesia beli kapal", cluster_id="garuda:alone")
    index(wire, [*copies_of(1, 2), *copies_of(2, 1), alone])
    found = search(wire, unique=True)
    assert [(hit.document["item_id"], hit.copies) for hit in found.hits] == [
        ("alone", 0),
        ("s2c1", 1),
        ("s1c2", 2),
    ]
    assert (found.total, found.copies) == (3, 3)
    best = story("s1c9", minute=5, headline="Jet jet jet tempur", cluster_id="garuda:s1c0")
    index(wire, [best])
    found = search(wire, "jet", unique=True)
    assert names(found)[0] == "s1c9"
    assert {hit.document["item_id"]: hit.copies for hit in found.hits} == {"s1c9": 3, "s2c1": 1}
    assert search(wire, "jet").hits[0].copies is None


def test_copies_that_are_not_found_do_not_count_and_a_killed_first_story_hides_nothing(
    wire: Settings,
) -> None:
    first, second, third = copies_of(1, 2)
    killed = story("s1c0", minute=50, version=2, status="canceled", cluster_id=first.id)
    index(wire, [first, second, third])
    index(wire, [killed])
    found = search(wire, unique=True)
    assert [(hit.document["item_id"], hit.copies) for hit in found.hits] == [("s1c2", 1)]
    assert search(wire, unique=True, until=NOON + timedelta(minutes=12)).hits[0].document["item_id"] == "s1c1"


def test_pages_of_unique_stories_follow_each_other_without_gap_or_repetition(wire: Settings) -> None:
    index(wire, [each for n in range(25) for each in copies_of(n, n % 4)])
    for sort in ("newest", "relevance"):
        seen: list[str] = []
        after: Sequence[Any] | None = None
        while page := search(wire, "indonesia", sort=sort, size=7, after=after, unique=True).hits:
            seen += [hit.document["cluster_id"] for hit in page]
            after = page[-1].sort
        assert sorted(seen) == sorted(f"garuda:s{n}c0" for n in range(25))
    assert search(wire, unique=True, size=7, after=[9_998]).hits == []
    assert search(wire, unique=True, size=7, after=[50_000]).hits == []


def test_highlights_mark_the_words_found_in_headline_and_body(indexed: Settings) -> None:
    (hit,) = search(indexed, "senjata menyepakati").hits
    assert hit.headline is not None
    assert f"{MARK}menyepakati{END_MARK}" in hit.headline
    assert any(f"{MARK}Persenjataan{END_MARK}" in each for each in hit.fragments)
    assert "life" not in hit.document


def test_a_body_of_more_than_a_million_characters_is_found_and_highlighted_at_its_end(wire: Settings) -> None:
    index(wire, [story("long", body="kata sambung " * 100_000 + "lalu muncul kesepakatan di akhir.")])
    for text in ("kesepakatan", "kesepak*"):
        (hit,) = search(wire, text).hits
        assert f"{MARK}kesepakatan{END_MARK}" in hit.fragments[0]


def test_a_story_read_by_its_id_must_be_live_and_past_its_embargo(indexed: Settings) -> None:
    now = datetime.now(UTC)
    with commands_client(indexed) as client:
        assert (queries.by_id(client, indexed, DEAL.id, now) or {})["headline"] == DEAL.headline
        assert queries.by_id(client, indexed, HELD.id, now) is None
        assert queries.by_id(client, indexed, EMBARGOED.id, now) is None
        assert queries.by_id(client, indexed, EMBARGOED.id, NEVER) is not None
        assert queries.by_id(client, indexed, "garuda:none", now) is None


# ── the command ───────────────────────────────────────────────────────────────────────────────────────


def test_a_person_reads_headline_time_source_and_id_without_marks(indexed: Settings) -> None:
    period = ("--since", "2026-11-20", "--until", "2026-11-21")
    done = kawat(indexed, "search", "senjata", "--person", "Jokowi", *period)
    shown = done.stdout.decode()
    assert done.returncode == 0, done.stderr
    assert DEAL.headline is not None
    assert DEAL.headline in shown
    assert "garuda:deal" in shown
    assert "Persenjataan tersebut" in shown
    assert "1 of 1 stories" in shown
    assert MARK not in shown


def test_a_program_reads_one_document_a_line_with_score_and_highlights(indexed: Settings) -> None:
    done = kawat(indexed, "search", "kesepakatan", "--all", "--sort", "newest", "--json")
    lines = [msgspec.json.decode(line) for line in done.stdout.splitlines()]
    assert [line["id"] for line in lines] == [EMBARGOED.id, HELD.id, DEAL.id]
    assert "<em>Kesepakatan</em> bulan depan" in lines[0]["highlights"]
    assert lines[2]["body"] == DEAL.body
    assert "life" not in lines[2]


def test_escape_sequences_of_a_story_do_not_reach_the_terminal(wire: Settings) -> None:
    index(wire, [story("evil", headline="Judul \x1b[2J\x1b]0;x\x07 palsu \x9b31m", body="isi")])
    shown = kawat(wire, "search").stdout.decode()
    assert "\x1b" not in shown
    assert "\x9b" not in shown
    assert "palsu" in shown


def test_nothing_found_is_said_and_no_failure(indexed: Settings) -> None:
    done = kawat(indexed, "search", "takterdapatkan")
    assert (done.returncode, done.stdout.decode().strip()) == (0, "No story found.")


def test_mistakes_and_outages_are_one_line_that_says_what_to_do(wire: Settings, unused_tcp_port: int) -> None:
    away = wire.model_copy(update={"elasticsearch": f"http://rini:rahasia@127.0.0.1:{unused_tcp_port}"})
    for settings, arguments, status, hint in (
        (wire, ["search", "x"], 1, "kawat setup"),
        (away, ["search", "x"], 1, "kawat up"),
        (wire, ["search", "--since", "kemarin dulu"], 2, "'kemarin dulu' is no time"),
        (wire, ["search", "--since", "today", "--until", "7d"], 2, "--since is not before --until"),
        (wire, ["search", "--size", "0"], 2, "--size"),
    ):
        done = kawat(settings, *arguments)
        told = done.stderr.decode()
        assert done.returncode == status, told
        assert hint in told
        assert "Traceback" not in told
        assert "rahasia" not in told
        if status == 1:
            assert len(told.splitlines()) == 1


# ── times ─────────────────────────────────────────────────────────────────────────────────────────────


def test_times_are_read_as_people_give_them() -> None:
    jakarta = datetime.fromisoformat("2026-11-20T14:30:00+07:00")
    for text, expected in {
        "2026-11-18": "2026-11-18T00:00:00+07:00",
        "2026-11-18T09:15": "2026-11-18T09:15:00+07:00",
        "2026-11-18T09:15:00Z": "2026-11-18T09:15:00+00:00",
        "7d": "2026-11-13T14:30:00+07:00",
        "2h": "2026-11-20T12:30:00+07:00",
        "30m": "2026-11-20T14:00:00+07:00",
        "2W": "2026-11-06T14:30:00+07:00",
        "today": "2026-11-20T00:00:00+07:00",
        "Yesterday": "2026-11-19T00:00:00+07:00",
        "now": "2026-11-20T14:30:00+07:00",
        "now-1M": "2026-10-20T14:30:00+07:00",
        "now-1M/d": "2026-10-20T00:00:00+07:00",
        "now/w": "2026-11-16T00:00:00+07:00",
        "now-90m/h": "2026-11-20T13:00:00+07:00",
        "now-1y+2d/M": "2025-11-01T00:00:00+07:00",
    }.items():
        assert moment(text, jakarta) == datetime.fromisoformat(expected), text
    assert moment("2026-11-18", jakarta, end=True) == datetime.fromisoformat("2026-11-19T00:00:00+07:00")
    assert moment("now-1M/M", jakarta, end=True) == datetime.fromisoformat("2026-11-01T00:00:00+07:00")
    assert moment("today", jakarta, end=True) == datetime.fromisoformat("2026-11-21T00:00:00+07:00")


@pytest.mark.parametrize(
    "text", ["", "soon", "2026-13-01", "9999d9", "99999999999d", "now-", "now-1", "now/x", "now - 1d"]
)
def test_what_is_no_time_is_a_user_s_mistake(text: str) -> None:
    with pytest.raises(UsageError, match="is no time"):
        moment(text, NOON)


def test_with_unique_a_person_reads_how_many_copies_there_are_and_a_program_too(wire: Settings) -> None:
    index(wire, [*copies_of(1, 2), *copies_of(2, 1)])
    shown = kawat(wire, "search", "--unique").stdout.decode()
    assert "+2 copies" in shown
    assert "+1 copy" in shown
    assert "2 of 2 stories, without 3 copies" in shown
    lines = [
        msgspec.json.decode(line) for line in kawat(wire, "search", "--unique", "--json").stdout.splitlines()
    ]
    assert [(line["item_id"], line["copies"]) for line in lines] == [("s2c1", 1), ("s1c2", 2)]
