"""Which quotes are found, and what citations say of them, on a real Elasticsearch."""

import asyncio
import hashlib
from datetime import datetime, timedelta
from typing import Any

import msgspec
import pytest

from processors.errors import UsageError
from processors.records import Document, Mention
from streams.elastic import citations, indices, quotes
from streams.elastic.citations import Citation, Follower, Standing
from streams.elastic.client import agents_client, commands_client
from streams.elastic.hits import END_MARK, MARK, Found
from streams.elastic.indices import INDICES, QUOTES, VERSIONS
from streams.elastic.quotes import Search
from streams.settings import Settings
from tests.wire.elastic_stories import NOON, story
from tests.wire.quoted_stories import (
    ARMS,
    DENIAL,
    DENIAL_BODY,
    EMBARGOED,
    HELD,
    NEVER,
    RICE,
    WIRE,
    index,
    said,
    short,
    told,
)

NOW = datetime.fromisoformat("2026-12-01T09:00:00+07:00")


def search(settings: Settings, text: str = "", **wanted: Any) -> Found:
    with commands_client(settings) as client:
        return quotes.search(client, settings, Search(text=text, **wanted))


def names(found: Found) -> list[str]:
    return [hit.document["id"].split(":", 1)[1] for hit in found.hits]


def cited(settings: Settings, *ids: str, everything: bool = False) -> list[Citation]:
    with commands_client(settings) as client:
        return citations.of_ids(client, settings, ids, NOW, everything=everything)


def status(settings: Settings, document: Document) -> str:
    """What is said today of the first quote of a version."""
    return cited(settings, f"{document.id}:q1@{document.order}")[0].status


@pytest.fixture
def indexed(wire: Settings) -> Settings:
    index(wire, *WIRE)
    return wire


# ── who said what ─────────────────────────────────────────────────────────────────────────────────────


def test_words_are_found_in_the_quote_itself_by_the_rules_of_its_language(indexed: Settings) -> None:
    for text, expected in {
        "senjata": ["denial:q1"],  # persenjataan; the headline does not count
        "sepakat": ["denial:q2"],
        '"semua kesepakatan"': ["denial:q2"],
        '"semua sepakat"': [],
        "turun | tuduhan": ["denial:q3", "rice:q1"],
        "kata -kemarin": [],
        "signs": ["arms:q1"],
        "Rusia": [],
    }.items():
        assert sorted(names(search(indexed, text))) == expected, text


def test_what_a_quote_is_about_its_headline_may_say_but_quotes_that_say_it_themselves_come_first(
    indexed: Settings,
) -> None:
    assert names(search(indexed, about="korea")) == ["denial:q1", "denial:q2", "denial:q3"]
    assert names(search(indexed, about="korea | tuduhan")) == ["denial:q3", "denial:q1", "denial:q2"]
    assert names(search(indexed, about="menaati senjata")) == ["denial:q2"]  # one word each
    assert names(search(indexed, about="bantah", text="tuduhan")) == ["denial:q3"]
    assert names(search(indexed, about='"korea utara"', kinds=["direct"])) == ["denial:q2"]
    assert names(search(indexed, about="shipment")) == ["arms:q1", "arms:q2"]


@pytest.mark.parametrize(
    ("speaker", "expected"),
    [
        ("Putin", ["denial:q1", "denial:q2"]),
        ("putin vladimir", ["denial:q1", "denial:q2"]),
        ("Wladimir", ["denial:q1", "denial:q2"]),
        ("per:vladimir-putin", ["denial:q1", "denial:q2"]),
        ("Put", []),  # whole words
        ("Jokowi", ["rice:q1"]),
        ("Joko Widodo", ["rice:q1"]),  # printed as Jokowi
        ("widodo", ["rice:q1"]),
        ("US", ["arms:q1"]),
        ("AS", ["arms:q1"]),
        ("Amerika Serikat", ["arms:q1"]),
        ("PBB", ["arms:q2"]),
        ("Kremlin", ["denial:q3"]),
        ("juru bicara", ["denial:q3"]),
        ("menhan", ["rice:q2"]),  # printed so, a person found
        ("ujarnya", ["denial:q2"]),
        ("Rusia", []),
        ("—", []),
        (".*", []),
        ("a" * 5000, []),
    ],
)
def test_a_speaker_is_found_by(indexed: Settings, speaker: str, expected: list[str]) -> None:
    assert sorted(names(search(indexed, speakers=[speaker]))) == expected


def test_filters_narrow_and_join(indexed: Settings) -> None:
    for expected, wanted in (
        (["denial:q1", "denial:q2", "rice:q1"], {"speakers": ["Putin", "Jokowi"]}),
        (["denial:q1"], {"speakers": ["Putin"], "kinds": ["indirect", "mixed"]}),
        (["rice:q2"], {"kinds": ["mixed"]}),
        (["rice:q1", "rice:q2"], {"sources": ["Nusantara"]}),
        (["arms:q1", "arms:q2"], {"languages": ["en"]}),
        (["rice:q1", "rice:q2"], {"stories": [RICE.id]}),
        (["released:q1"], {"since": NOON + timedelta(minutes=30)}),
        (["denial:q1", "denial:q2", "denial:q3"], {"until": NOON + timedelta(minutes=10)}),
    ):
        assert sorted(names(search(indexed, **wanted))) == expected, wanted


def test_quotes_of_held_and_embargoed_stories_are_found_only_when_everything_is_asked_for(
    indexed: Settings,
) -> None:
    assert names(search(indexed, "kata")) == ["released:q1"]
    everything = search(indexed, "kata", everything=True, sort="newest")
    assert names(everything) == ["released:q1", "later:q1", "held:q1"]


def test_a_quote_that_is_gone_is_never_found(indexed: Settings) -> None:
    fewer = story("denial", 60, version=2, body=DENIAL_BODY, quotes=["Kami menaati semua kesepakatan,"])
    index(indexed, fewer, story("rice", 61, status="canceled", source="nusantara", id=RICE.id))
    assert names(search(indexed, stories=[DENIAL.id, RICE.id], everything=True)) == ["denial:q1"]


def test_the_newest_come_first_and_the_quotes_of_a_story_in_its_order(wire: Settings) -> None:
    body = " ".join(f"kata{n}" for n in range(12))
    index(wire, story("many", 0, body=body, quotes=body.split()), short("new", 5))
    assert names(search(wire)) == ["new:q1", *(f"many:q{n}" for n in range(1, 13))]


def test_pages_follow_each_other_without_gap_or_repetition(
    wire: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(quotes, "PAGE", 4)
    index(wire, *(short(f"n{n:02}", n // 5) for n in range(10)))
    with commands_client(wire) as client:
        for size, lengths in ((9, [4, 4, 1]), (8, [4, 4]), (99, [4, 4, 2]), (3, [3])):
            for text in ("sepakat", ""):
                pages = list(quotes.pages(client, wire, Search(text=text, size=size)))
                assert [len(page.hits) for page in pages] == lengths
                found = [hit.document["id"] for page in pages for hit in page.hits]
                assert len(set(found)) == len(found)
                assert {page.total for page in pages} == {10}


def test_the_whole_quote_comes_with_the_places_found_in_marks(indexed: Settings) -> None:
    (hit,) = search(indexed, "senjata", about="bantah").hits
    assert hit.fragments == [f"negaranya tidak mengirim {MARK}persenjataan{END_MARK} ke Pyongyang"]
    assert hit.headline == f"Putin {MARK}bantah{END_MARK} kirim senjata ke Korea Utara"


def test_text_that_is_no_proper_query_is_no_error(indexed: Settings) -> None:
    for text in ('"', "(", "a AND (b", "+ - |", "\\", "*", "\x00", "a" * 5000):
        search(indexed, text)
        search(indexed, about=text, speakers=[text])


def test_quotes_indexed_before_are_found_where_the_field_of_what_is_printed_is_new(wire: Settings) -> None:
    async def as_it_was() -> None:
        index_name = wire.named(f"{QUOTES}-1")
        properties = {k: v for k, v in INDICES[2].properties.items() if k != "speaker_printed"}
        async with agents_client(wire) as client:
            await client.indices.create(
                index=index_name, mappings={"properties": properties, "dynamic": False}
            )
            assert not await indices.is_set_up(client, wire)

    asyncio.run(as_it_was())
    index(wire, RICE)
    assert names(search(wire, speakers=["Menhan"])) == ["rice:q2"]


# ── citing ────────────────────────────────────────────────────────────────────────────────────────────


def test_a_citation_says_all_that_it_takes_to_find_the_quote_and_to_check_it(indexed: Settings) -> None:
    expected = Citation(
        id=f"garuda:denial:q2@{DENIAL.order}",
        text="Kami menaati semua kesepakatan,",
        kind="direct",
        speaker="Vladimir Putin",
        speaker_id="per:vladimir-putin",
        speaker_method="coreference",
        speaker_mention=Mention(start=128, end=135, text="ujarnya"),
        cue=Mention(start=128, end=135, text="ujarnya"),
        start=95,
        end=126,
        story="garuda:denial",
        source="garuda",
        credited_sources=["Interfax"],
        byline="Sari Wulandari",
        headline="Putin bantah kirim senjata ke Korea Utara",
        published=NOON,
        received=NOON,
        url="https://garuda.example/denial",
        language="id",
        translated=True,
        version=1,
        order=DENIAL.order,
        body_sha256=hashlib.sha256(DENIAL_BODY.encode()).hexdigest(),
        verified=True,
        status="stands",
        standing=Standing(
            version=1, order=DENIAL.order, status="usable", change="new", version_time=NOON, has_words=True
        ),
        checked=NOW,
    )
    assert DENIAL_BODY[95:126] == expected.text
    assert cited(indexed, "garuda:denial:q2") == [expected]
    assert cited(indexed, expected.id) == [expected]
    with commands_client(indexed) as client:
        pages = quotes.pages(client, indexed, Search(text="menaati"))
        assert list(citations.of_pages(client, indexed, pages, NOW)) == [expected]


def test_a_cited_version_stays_resolvable_and_says_what_stands_now(indexed: Settings) -> None:
    update = story(
        "denial", 5, version=2, body=f"Tambahan. {DENIAL_BODY}", change="update", quotes=["Tambahan"]
    )
    index(indexed, update)
    (old,) = cited(indexed, f"{DENIAL.id}:q2@{DENIAL.order}")
    assert (old.text, old.version, old.verified) == ("Kami menaati semua kesepakatan,", 1, True)
    assert old.status == "updated"
    assert old.standing == Standing(
        version=2, order=update.order, status="usable", change="update",
        version_time=NOON + timedelta(minutes=5), has_words=True,
    )  # fmt: skip
    (new,) = cited(indexed, f"{DENIAL.id}:q1")
    assert (new.text, new.version, new.status) == ("Tambahan", 2, "stands")


def test_a_correction_shows_whatever_came_after_it(indexed: Settings) -> None:
    corrected = story("denial", 5, version=2, body="Ralat.", change="correction")
    index(indexed, corrected)
    (old,) = cited(indexed, f"{DENIAL.id}:q1@{DENIAL.order}")
    assert (old.status, old.standing and old.standing.has_words) == ("corrected", False)
    index(indexed, story("denial", 9, version=3, body="Perkembangan.", change="update"))
    assert status(indexed, DENIAL) == "corrected"


def test_a_correction_before_the_cited_version_does_not_concern_it(indexed: Settings) -> None:
    index(indexed, story("rice", 12, version=2, change="correction", source="nusantara", id=RICE.id))
    later = short("rice", 14, version=3, change="update", source="nusantara", id=RICE.id)
    index(indexed, later)
    assert status(indexed, later) == "stands"
    assert status(indexed, RICE) == "corrected"


def test_a_correction_that_is_a_story_of_its_own_is_named(indexed: Settings) -> None:
    index(indexed, story("ralat", 25, change="correction", corrects=RICE.id))
    index(indexed, story("follow", 26, change="update", corrects=ARMS.id))
    index(indexed, story("secret", 27, change="correction", corrects=ARMS.id, embargo_until=NEVER))
    (rice,) = cited(indexed, f"{RICE.id}:q1")
    (arms,) = cited(indexed, f"{ARMS.id}:q1")
    assert (rice.status, rice.followers) == ("corrected", [Follower(id="garuda:ralat", change="correction")])
    assert (arms.status, arms.followers) == ("stands", [Follower(id="garuda:follow", change="update")])


def test_a_story_that_is_held_since_is_cited_as_withheld(indexed: Settings) -> None:
    hold = story("denial", 5, version=2, status="withheld", body=DENIAL_BODY)
    index(indexed, hold)
    (old,) = cited(indexed, f"{DENIAL.id}:q1@{DENIAL.order}")
    assert (old.status, old.text) == ("withheld", "negaranya tidak mengirim persenjataan ke Pyongyang")
    assert old.standing is not None
    assert old.standing.has_words is None


def test_of_a_killed_story_a_citation_tells_nothing_but_that(indexed: Settings) -> None:
    kill = story("denial", 5, version=2, status="canceled")
    index(indexed, kill)
    for name in (f"{DENIAL.id}:q1@{DENIAL.order}", f"{DENIAL.id}:q1"):
        (killed,) = cited(indexed, name)
        assert killed.status == "killed"
        assert killed.verified is None
        assert not {"Putin", "Pyongyang", "Interfax", "Sari"} & set(
            msgspec.json.encode(killed).decode().split('"')
        )
        assert (killed.text, killed.headline, killed.byline, killed.url, killed.body_sha256) == (None,) * 5


def test_a_killed_version_stays_killed_where_the_story_came_back(indexed: Settings) -> None:
    back = short("denial", 9, version=3)
    index(indexed, story("denial", 5, version=2, status="canceled"), back)
    assert status(indexed, DENIAL) == "killed"
    assert status(indexed, back) == "stands"


def test_a_kill_counts_though_the_version_still_has_its_text(indexed: Settings) -> None:
    """A worker that dies between the two writes leaves it so for a while."""
    with commands_client(indexed) as client:
        kept = client.get(index=indexed.named(VERSIONS), id=f"{DENIAL.id}@{DENIAL.order}")["_source"]
        index(indexed, story("denial", 5, version=2, status="canceled"))
        client.index(
            index=indexed.named(VERSIONS), id=f"{DENIAL.id}@{DENIAL.order}", document=kept,
            version=1 << 62, version_type="external_gte",
        )  # fmt: skip
    (killed,) = cited(indexed, f"{DENIAL.id}:q1@{DENIAL.order}")
    assert (killed.status, killed.text) == ("killed", None)


def test_a_version_that_is_not_kept_yet_is_cited_from_the_story(indexed: Settings) -> None:
    with commands_client(indexed) as client:
        client.delete(index=indexed.named(VERSIONS), id=f"{DENIAL.id}@{DENIAL.order}", refresh=True)
        found = quotes.pages(client, indexed, Search(text="menaati"))
        (citation,) = citations.of_pages(client, indexed, found, NOW)
    assert (citation.verified, citation.status) == (True, "stands")


def test_held_and_embargoed_versions_are_cited_only_when_everything_is_asked_for(indexed: Settings) -> None:
    for document, why in ((HELD, "withheld"), (EMBARGOED, "embargoed")):
        with pytest.raises(UsageError, match=f"{document.id}:q1 is of a story that is {why}: --all shows it"):
            cited(indexed, f"{document.id}:q1")
        (citation,) = cited(indexed, f"{document.id}:q1", everything=True)
        assert citation.status == why


@pytest.mark.parametrize(
    ("name", "complaint"),
    [
        ("garuda:denial", "is no id of a quote"),
        ("garuda:denial:q0", "is no id of a quote"),
        ("garuda:denial:q1@soon", "is no id of a quote"),
        ("garuda:nothing:q1", "no version of a story is indexed that garuda:nothing:q1 could be of"),
        ("garuda:denial:q1@17", "no version of a story is indexed"),
        ("garuda:denial:q4", "there is no garuda:denial:q4: this version of the story has 3 quotes"),
    ],
)
def test_an_id_that_names_no_quote_is_a_user_s_mistake(indexed: Settings, name: str, complaint: str) -> None:
    with pytest.raises(UsageError, match=complaint):
        cited(indexed, name)


def test_words_that_are_not_in_the_body_where_they_should_be_are_not_verified(wire: Settings) -> None:
    body = "Ia berkata: kami tidak setuju."
    wrong = msgspec.structs.replace(said(body, "kami tidak setuju", None), text="kami setuju")
    index(wire, told("wrong", 0, body, wrong))
    (citation,) = cited(wire, "garuda:wrong:q1")
    assert citation.verified is False


def test_offsets_are_of_characters_and_the_hash_of_utf_8(wire: Settings) -> None:
    body = "🛰️ Satelit “Ñusantara” — ‘siap’, ujar Ötzi: “Kami siap 🚀 hari ini.”"
    index(wire, short("emoji", 0, "Kami siap 🚀 hari ini.", body=body))
    (citation,) = cited(wire, "garuda:emoji:q1")
    assert citation.verified is True
    assert body[citation.start : citation.end] == "Kami siap 🚀 hari ini."
    assert citation.body_sha256 == hashlib.sha256(body.encode("utf-8")).hexdigest()
