"""The user's gazetteer goes before what Kawat knows, and says where it is wrong."""

import os
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from processors import entities
from processors.errors import UsageError
from processors.gazetteer import EMPTY, Gazetteer, parse
from streams import gazetteer
from tests.unit.reading import language, tagged

FILE = """id,type,name
Q7747,PER,Vladimir Putin
Q7747,PER,Putin
Q30,LOC,United States
Q900001,ORG,"Badan Riset Laut, Kelautan"
Q900001,ORG,BRL
"""


def grouped(body: str, known: Gazetteer, **forms: str) -> list[tuple[str, str, str]]:
    found = entities.group(body, tagged(body, **forms), language(), known)
    return [(entity.id, entity.type, entity.name) for entity in found]


def test_its_ids_and_names_go_before_kawats() -> None:
    known = parse(FILE, "mine.csv")
    assert grouped("Putin tiba. BRL menyambut.", known, PER="Putin", ORG="BRL") == [
        ("Q7747", "PER", "Vladimir Putin"),
        ("Q900001", "ORG", "Badan Riset Laut, Kelautan"),
    ]


def test_a_name_that_is_not_in_it_is_the_entity_that_kawat_knows_by_both() -> None:
    known = parse(FILE, "mine.csv")
    assert grouped("AS menolak. Washington menuduh.", known, LOC="AS|Washington") == [
        ("Q30", "LOC", "United States")
    ]


def test_short_names_join_its_entities() -> None:
    known = parse("id,type,name\nQ1,PER,Ratna Sarumpaet Dewi\n", "mine.csv")
    assert grouped("Ratna Sarumpaet Dewi tiba. Ratna duduk.", known, PER="Ratna Sarumpaet Dewi|Ratna") == [
        ("Q1", "PER", "Ratna Sarumpaet Dewi")
    ]


def test_names_it_tells_apart_are_never_joined() -> None:
    known = parse("id,type,name\nQ1,PER,Budi Hartono\nQ2,PER,Hartono\n", "mine.csv")
    found = grouped("Budi Hartono tiba. Hartono pergi.", known, PER="Budi Hartono|Hartono")
    assert [id_ for id_, _, _ in found] == ["Q1", "Q2"]


def test_its_type_goes_before_the_taggers_where_the_name_is_in_it_once() -> None:
    known = parse("id,type,name\nQ1,ORG,Sinar Jaya\n", "mine.csv")
    assert grouped("Sinar Jaya untung.", known, PER="Sinar Jaya") == [("Q1", "ORG", "Sinar Jaya")]


def test_capitals_accents_and_punctuation_make_no_difference_but_for_short_acronyms() -> None:
    known = parse("id,type,name\nQ1,PER,José Ramos-Horta\nQ2,LOC,AS\n", "mine.csv")
    assert known.find("JOSE RAMOS HORTA", "PER") == known.by_id["Q1"]
    assert known.find("as", "LOC") is None


@pytest.mark.parametrize("mark", [",", ";", "\t"])
def test_what_spreadsheets_write_is_read(mark: str) -> None:
    text = "\ufeffid,type,name,note\r\n\r\nQ1,per,Budi,x\r\n".replace(",", mark)
    assert parse(text, "mine.csv").find("Budi", "PER")


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("", "mine.csv, line 1: the first line must be id,type,name"),
        ("id,name\nQ1,Budi\n", "mine.csv, line 1: the first line must be id,type,name"),
        ("id,type,name\nQ1,PER\n", "mine.csv, line 2: 2 of the 3 columns id,type,name"),
        ("id,type,name\n\nQ1,MAN,Budi\n", "mine.csv, line 3: type is 'MAN', not one of PER, ORG, LOC"),
        ("id,type,name\n,PER,Budi\n", "mine.csv, line 2: the id is empty"),
        ("id,type,name\nQ1,PER, \n", "mine.csv, line 2: the name is empty"),
        (
            "id,type,name\nQ 1,PER,Budi\n",
            "mine.csv, line 2: an id has no blanks, and it and the name at most 200 characters",
        ),
        (
            "id,type,name\nQ1,PER,Budi\nQ2,PER,BUDI\n",
            "mine.csv, line 3: 'BUDI' is Q1 in line 2; give it one id",
        ),
        (
            "id,type,name\nQ1,PER,Budi\nQ1,ORG,Budi Tbk\n",
            "mine.csv, line 3: Q1 is PER in a line before, not ORG",
        ),
        ('id,type,name\nQ1,PER,"Budi\n', "mine.csv, line 2: unexpected end of data"),
    ],
)
def test_a_mistake_is_one_line_that_names_file_and_line(text: str, complaint: str) -> None:
    with pytest.raises(UsageError) as raised:
        parse(text, "mine.csv")
    assert str(raised.value) == complaint


@given(st.text(st.sampled_from('id,type,name;\n\t"PERORG Q1é\r'), max_size=80))
def test_any_text_is_read_or_refused(rest: str) -> None:
    with suppress(UsageError):
        parse(f"id,type,name\n{rest}", "mine.csv")


def test_an_empty_one_changes_nothing() -> None:
    body = "Putin tiba di Rusia."
    found = tagged(body, PER="Putin", LOC="Rusia")
    assert entities.group(body, found, language(), EMPTY) == entities.group(body, found, language())


def test_a_file_that_cannot_be_read_is_a_usage_error(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="No such file"):
        gazetteer.read(tmp_path / "none.csv")
    latin = tmp_path / "latin.csv"
    latin.write_bytes("id,type,name\nQ1,PER,José\n".encode("latin1"))
    with pytest.raises(UsageError, match=r"latin\.csv, line 2: not UTF-8"):
        gazetteer.read(latin)
    assert gazetteer.read(None) is EMPTY


STORY = 'Moskow (ANTARA) - Presiden Rusia Vladimir Putin menerima tamu, Senin.\n\n"Kami siap," kata Putin.\n'


@pytest.mark.parametrize("processes", ["1", "2"])
def test_kawat_enrich_honours_it_in_every_process(tmp_path: Path, processes: str) -> None:
    mine = tmp_path / "mine.csv"
    mine.write_text(FILE, "utf8")
    paths = []
    for n in range(10 if processes == "2" else 1):
        paths.append(tmp_path / f"{n}.txt")
        paths[-1].write_text(STORY, "utf8")
    run = enrich(mine, "--processes", processes, *map(str, paths))
    assert run.returncode == 0
    assert run.stdout.count('"speaker_id":"Q7747"') == len(paths)


def test_kawat_enrich_ends_with_2_and_one_line_where_it_is_wrong(tmp_path: Path) -> None:
    mine, story = tmp_path / "mine.csv", tmp_path / "story.txt"
    mine.write_text("id,type,name\nQ1,MAN,Budi\n", "utf8")
    story.write_text(STORY, "utf8")
    run = enrich(mine, str(story))
    assert (run.returncode, run.stdout, run.stderr.count("\n")) == (2, "", 1)
    assert "mine.csv, line 2: type is 'MAN'" in run.stderr


def enrich(mine: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "streams", "enrich", *arguments],
        env={**os.environ, "KAWAT_GAZETTEER": str(mine)}, capture_output=True, timeout=240, check=False,
        text=True,
    )  # fmt: skip
