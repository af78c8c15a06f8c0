"""What an analyst takes away from a search: facets, everything as lines or rows, and stories alike."""

import csv
import io
import json
from typing import Any

import pytest

from processors.records import Entity, Mention
from streams.elastic import facets, queries
from streams.elastic.client import commands_client
from streams.elastic.queries import Search
from streams.settings import Settings
from tests.wire.command import kawat
from tests.wire.elastic_stories import deal, person, place, story
from tests.wire.test_elastic_search import NEVER, index

OFFER = "Prancis menjual 42 jet tempur Rafale kepada Indonesia, kata kementerian di Jakarta."
RAFALE = story(
    "rafale", 1, headline="Prancis jual jet tempur Rafale", body=OFFER,
    entities=[person("Prabowo Subianto"), place("FR", "Prancis"), place("ID", "Indonesia")],
    arms_deals=[deal(OFFER, OFFER)], quotes=["42 jet tempur Rafale"],
)  # fmt: skip
ARRIVAL = story(
    "arrival", 2, headline="Jet tempur Rafale pertama tiba",
    body="Jet tempur Rafale buatan Prancis tiba di Pekanbaru, kata kementerian.",
    entities=[
        person("Prabowo Subianto"), place("FR", "Perancis"), place("loc:pekanbaru", "Pekanbaru"),
        Entity(id="org:tni", name="TNI", type="ORG", mentions=[Mention(start=0, end=3, text="TNI")]),
    ],
)  # fmt: skip
RICE = story(
    "rice", 3, headline="Harga beras naik", body="Pedagang menyebut pasokan beras berkurang.",
    source="nusantara", id="nusantara:rice", entities=[place("ID", "Indonesia")],
)  # fmt: skip
BEHIND = story(
    "behind", 4, headline="Jet tempur Rafale berikutnya", body="Jet tempur Rafale lain tiba bulan depan.",
    embargo_until=NEVER, entities=[person("Prabowo Subianto")],
)  # fmt: skip


@pytest.fixture
def asked(wire: Settings) -> Settings:
    index(wire, [RAFALE, ARRIVAL, RICE, BEHIND])
    return wire


def printed(settings: Settings, *arguments: str) -> str:
    done = kawat(settings, "search", *arguments)
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout.decode()


class TestFacets:
    def test_count_the_stories_found_by_whom_and_what_they_are_about(self, asked: Settings) -> None:
        with commands_client(asked) as client:
            found = facets.facets(client, asked, Search(text="rafale"))
        assert found.total == 2
        assert found.values == {
            "sources": [("garuda", "garuda", 2)],
            "languages": [("id", "id", 2)],
            "persons": [("prabowo subianto", "Prabowo Subianto", 2)],
            "organisations": [("org:tni", "TNI", 1)],
            "countries": [("FR", "Perancis", 2), ("ID", "Indonesia", 1)],
        }

    def test_are_a_list_for_people_and_an_object_for_programs(self, asked: Settings) -> None:
        lines = [line.split() for line in printed(asked, "--facets").splitlines()]
        assert ["sources", "garuda", "2"] in lines
        assert ["nusantara", "1"] in lines
        assert lines[-1] == ["3", "stories"]

        answer = json.loads(printed(asked, "--facets", "--json", "beras"))
        assert answer["stories"] == 1
        assert answer["countries"] == [{"id": "ID", "name": "Indonesia", "stories": 1}]


class TestEverything:
    def test_comes_page_by_page_each_story_once(self, asked: Settings) -> None:
        with commands_client(asked) as client:
            found = [hit.document["id"] for hit in queries.every(client, asked, Search(size=1))]
        assert found == [RICE.id, ARRIVAL.id, RAFALE.id]

    def test_goes_out_as_a_line_each(self, asked: Settings) -> None:
        lines = printed(asked, "--every", "--json").splitlines()
        assert [json.loads(line)["id"] for line in lines] == [RICE.id, ARRIVAL.id, RAFALE.id]

    def test_goes_out_as_rows_for_a_spreadsheet(self, asked: Settings) -> None:
        rows = list(
            csv.DictReader(io.StringIO(printed(asked, "rafale", "--sort", "newest", "--every", "--csv")))
        )
        assert [row["id"] for row in rows] == [ARRIVAL.id, RAFALE.id]
        assert rows[1] == {
            "id": "garuda:rafale",
            "at": "2026-11-20T12:01:00Z",
            "source": "garuda",
            "language": "id",
            "status": "usable",
            "change": "new",
            "headline": "Prancis jual jet tempur Rafale",
            "url": "",
            "persons": "Prabowo Subianto",
            "organisations": "",
            "places": "Prancis; Indonesia",
            "quotes": "1",
            "arms_deals": "Prancis → Indonesia: Rafale",
        }

    def test_a_headline_is_no_formula(self, wire: Settings) -> None:
        index(wire, [story(headline='=HYPERLINK("http://example.org")')])
        rows = list(csv.DictReader(io.StringIO(printed(wire, "--csv"))))
        assert rows[0]["headline"] == '\'=HYPERLINK("http://example.org")'


class TestPages:
    def test_go_on_from_the_place_that_the_page_before_names(self, asked: Settings) -> None:
        place: list[str] = []
        seen = []
        for _ in range(3):
            done = kawat(asked, "search", "--size", "1", "--json", *place)
            [line] = done.stdout.splitlines()
            seen.append(json.loads(line)["id"])
            place = ["--after", done.stderr.decode().rpartition(" ")[2].strip()]
        assert seen == [RICE.id, ARRIVAL.id, RAFALE.id]
        assert done.stderr.decode().startswith("next page: --after ")
        last = kawat(asked, "search", "--size", "1", "--json", *place)
        assert (last.returncode, last.stdout, last.stderr) == (0, b"", b"")


class TestFields:
    @pytest.mark.parametrize(
        ("query", "found"),
        [
            ("headline:jual", [RAFALE.id]),
            ('headline:"jet tempur Rafale pertama"', [ARRIVAL.id]),
            ('rafale person:"Prabowo Subianto" -org:TNI', [RAFALE.id]),
            ("country:Indonesia -source:nusantara", [RAFALE.id]),
            ("speaker:Soemarno", [RAFALE.id]),
            ("beraz~1", [RICE.id]),
        ],
    )
    def test_are_asked_in_the_query(self, asked: Settings, query: str, found: list[str]) -> None:
        assert [json.loads(line)["id"] for line in printed(asked, query, "--json").splitlines()] == found

    def test_that_are_none_are_one_line(self, asked: Settings) -> None:
        done = kawat(asked, "search", "judul:rafale")
        assert (done.returncode, done.stderr.count(b"\n")) == (2, 1)
        assert b"no field is called judul" in done.stderr


class TestDeals:
    @pytest.mark.parametrize(
        "asked_for",
        [
            ["--deals"],
            ["--supplier", "Perancis", "--recipient", "ID"],
            ["--goods", "combat aircraft"],
            ["--goods", "rafale", "--supplier", "prancis"],
            ["--between", "Indonesia", "France"],
        ],
    )
    def test_choose_stories_by_a_mention_that_has_all(self, asked: Settings, asked_for: list[str]) -> None:
        lines = printed(asked, *asked_for, "--json").splitlines()
        assert [json.loads(line)["id"] for line in lines] == [RAFALE.id]

    def test_of_a_state_are_those_of_who_acts_for_it(self, asked: Settings) -> None:
        body = "Pentagon menjual drone kepada Indonesia."
        sale = deal(body, body, supplier=["Pentagon"], supplier_ids=["org:pentagon"])
        index(asked, [story("sale", 5, body=body, arms_deals=[sale])])
        lines = printed(asked, "--supplier", "Amerika Serikat", "--json").splitlines()
        assert [json.loads(line)["id"] for line in lines] == ["garuda:sale"]

    @pytest.mark.parametrize(
        "asked_for", [["--supplier", "ID"], ["--goods", "missiles"], ["--between", "Indonesia", "RU"]]
    )
    def test_that_no_story_mentions_so_find_nothing(self, asked: Settings, asked_for: list[str]) -> None:
        assert printed(asked, *asked_for) == "No story found.\n"


class TestAlike:
    def test_stories_share_the_rare_words_of_one_and_are_not_itself(self, asked: Settings) -> None:
        lines = printed(asked, "--like", RAFALE.id, "--json").splitlines()
        assert [json.loads(line)["id"] for line in lines] == [ARRIVAL.id]

    @pytest.mark.parametrize("id_", ["garuda:nowhere", BEHIND.id])
    def test_to_what_may_not_be_read_are_refused(self, asked: Settings, id_: str) -> None:
        done = kawat(asked, "search", "--like", id_)
        assert done.returncode == 2
        assert done.stderr.decode().startswith(f"kawat: --like {id_}: no such story")


@pytest.mark.parametrize("wrong", [["--every"], ["--csv", "--json"], ["--csv", "--facets"]])
def test_what_does_not_go_together_is_refused(wire: Settings, wrong: list[Any]) -> None:
    done = kawat(wire, "search", *wrong)
    assert (done.returncode, done.stderr.decode().count("\n")) == (2, 1)
