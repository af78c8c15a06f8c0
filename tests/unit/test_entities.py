"""Mentions of one entity are one entity, with an id that is the same in every article."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from processors import entities, names
from processors.entities import abbreviates
from processors.tagging import Name
from tests.unit.reading import grouped, language, tagged


def ids(body: str, **forms: str) -> dict[str, list[str]]:
    return {entity.id: [mention.text for mention in entity.mentions] for entity in grouped(body, **forms)}


def test_a_persons_short_names_and_spellings_are_the_person() -> None:
    body = "Kim Jong Un tiba. Kim disambut. Kim Jong-un dan Wladimir Putin bertemu; Vladimir Putin senang."
    assert ids(body, PER="Kim Jong Un|Kim|Kim Jong-un|Wladimir Putin|Vladimir Putin") == {
        "per:kim-jong-un": ["Kim Jong Un", "Kim", "Kim Jong-un"],
        "per:vladimir-putin": ["Wladimir Putin", "Vladimir Putin"],
    }


def test_of_two_people_of_one_name_the_short_name_is_the_one_named_last() -> None:
    body = "Kim Jong Un pergi. Kim Yo Jong tinggal. Kim bicara."
    assert ids(body, PER="Kim Jong Un|Kim Yo Jong|Kim")["per:kim-yo-jong"] == ["Kim Yo Jong", "Kim"]


@pytest.mark.parametrize(
    ("full", "other"),
    [("Christopher Rungkat", "Christo"), ("Syahrul Yasin Limpo", "SYL"), ("Natalia Hartono", "Nathalia")],
)
def test_calling_names_initials_and_slips_of_spelling_join(full: str, other: str) -> None:
    found = grouped(f"{full} menang. Kemudian {other} pulang.", PER=f"{full}|{other}")
    assert [(entity.name, len(entity.mentions)) for entity in found] == [(full, 2)]


def test_a_byname_said_in_the_text_joins() -> None:
    body = "Kartika Wirawan yang akrab disapa Tiko tiba. Tiko lelah."
    assert [entity.name for entity in grouped(body, PER="Kartika Wirawan|Tiko")] == ["Kartika Wirawan"]


@pytest.mark.parametrize(
    ("forms", "code"),
    [
        ("Amerika Serikat|AS|Amerika", "US"),
        ("Korea Utara|Korut|DPRK|Republik Demokratik Rakyat Korea", "KP"),
        ("Tiongkok|China|Cina|RRT", "CN"),
        ("Inggris|Britania Raya", "GB"),
        ("Prancis|Perancis", "FR"),
        ("Vietnam", "VN"),
    ],
)
def test_countries_have_their_iso_code_under_all_their_names(forms: str, code: str) -> None:
    assert list(ids(". ".join(forms.split("|")), LOC=forms)) == [code]


def test_organisations_are_known_by_acronym_and_by_what_the_text_says_in_brackets() -> None:
    body = "Perserikatan Bangsa-Bangsa rapat. Badan Riset Laut (BRL) hadir. PBB dan BRL sepakat."
    found = ids(body, ORG="Perserikatan Bangsa-Bangsa|PBB|Badan Riset Laut|BRL")
    assert found == {
        "org:un": ["Perserikatan Bangsa-Bangsa", "PBB"],
        "org:badan-riset-laut": ["Badan Riset Laut", "BRL", "BRL"],
    }


def test_the_name_of_an_entity_is_its_fullest_form() -> None:
    entity = grouped("JAKARTA. Jakarta.", LOC="JAKARTA|Jakarta")[0]
    assert (entity.id, entity.name) == ("loc:jakarta", "Jakarta")


@pytest.mark.parametrize(
    ("short", "long", "does"),
    [
        ("Kemhan", "Kementerian Pertahanan", True),
        ("BPK", "Badan Pemeriksa Keuangan", True),
        ("Jokowi", "Joko Widodo", True),
        ("LAPAN", "Kementerian Pertahanan", False),
        ("Budi", "Badan Usaha", False),
        ("A", "Badan", False),
    ],
)
def test_an_abbreviation_is_made_of_the_longer_names_letters(short: str, long: str, does: bool) -> None:
    assert abbreviates(short, long) is does


def mended(body: str, *spans: tuple[str, str]) -> list[tuple[str, str]]:
    found = [
        Name(start=body.index(text), end=body.index(text) + len(text), text=text, type=kind)
        for text, kind in spans
    ]
    return [(name.text, name.type) for name in names.mended(body, found, language())]


def test_titles_are_no_part_of_a_persons_name() -> None:
    assert mended("Presiden Vladimir Putin tiba.", ("Presiden Vladimir Putin", "PER")) == [
        ("Vladimir Putin", "PER")
    ]


def test_a_country_before_a_persons_name_is_a_name_of_its_own() -> None:
    found = mended("Presiden Rusia Vladimir Putin tiba.", ("Rusia Vladimir Putin", "PER"))
    assert found == [("Rusia", "LOC"), ("Vladimir Putin", "PER")]


def test_an_article_agrees_with_itself_about_types_and_overlooks_no_name_it_knows() -> None:
    body = "Vladimir Putin tiba di Khasan. Putin lelah. Di Khasan, KPK menunggu."
    found = mended(body, ("Vladimir Putin", "PER"), ("Khasan", "LOC"), ("KPK", "PER"))
    assert found == [("Vladimir Putin", "PER"), ("Khasan", "LOC"), ("Khasan", "LOC"), ("KPK", "ORG")]


def test_an_employer_before_a_persons_name_is_a_name_of_its_own() -> None:
    body = "Peneliti Google Mika Saarinen bicara di Seoul, kata Google."
    assert mended(body, ("Google Mika Saarinen", "PER"))[:2] == [("Google", "ORG"), ("Mika Saarinen", "PER")]


def test_an_abbreviation_in_brackets_is_a_name_of_its_own() -> None:
    assert mended("Badan Ruang Angkasa (BRA) meluncurkan satelit.", ("Badan Ruang Angkasa (BRA)", "ORG")) == [
        ("Badan Ruang Angkasa", "ORG"),
        ("BRA", "ORG"),
    ]
    assert mended("PT Baja Timur (Persero) untung.", ("PT Baja Timur (Persero)", "ORG")) == [
        ("PT Baja Timur (Persero)", "ORG")
    ]


def test_a_countrys_government_is_the_country() -> None:
    assert mended("Pemerintah Qatar setuju.", ("Pemerintah Qatar", "ORG")) == [("Qatar", "LOC")]


def test_abbreviations_of_things_are_no_names() -> None:
    assert mended("Pelaku UMKM di Depok senang.", ("UMKM", "ORG"), ("Depok", "LOC")) == [("Depok", "LOC")]


def test_one_doubtful_full_name_does_not_turn_a_place_into_a_person() -> None:
    body = "Khasan ramai. Warga Khasan pergi. Di Khasan hujan. Kepala Khasan Rendra Wijaya diam."
    spans = [match.span() for match in re.finditer("Khasan(?! R)", body)]
    start = body.index("Khasan Rendra")
    found = [Name(start=a, end=b, text=body[a:b], type="LOC") for a, b in spans]
    found.append(Name(start=start, end=start + 20, text=body[start : start + 20], type="PER"))
    kept = [(name.text, name.type) for name in names.mended(body, found, language())]
    assert kept == [*[("Khasan", "LOC")] * 4, ("Rendra Wijaya", "PER")]


TEXTS = st.text(st.sampled_from("KimJon gUt-un' \u0301😀.(AS)PBB\n“”"), min_size=1, max_size=120)


@given(
    TEXTS,
    st.lists(st.tuples(st.integers(0, 120), st.integers(1, 20), st.sampled_from(["PER", "ORG", "LOC"]))),
)
def test_mentions_are_the_text_at_their_place_and_never_overlap(
    body: str, spans: list[tuple[int, int, str]]
) -> None:
    found: list[Name] = []
    end = 0
    for start, length, kind in sorted(spans):
        stop = min(len(body), start + length)
        if start >= end and start < stop:
            found.append(Name(start=start, end=stop, text=body[start:stop], type=kind))
            end = stop
    kept = names.mended(body, found, language())
    mentions = sorted(
        (m.start, m.end, m.text) for entity in entities.group(body, kept, language()) for m in entity.mentions
    )
    assert len(mentions) == len(kept)
    last = 0
    for start, stop, text in mentions:
        assert last <= start < stop
        assert body[start:stop] == text
        last = stop


def test_a_name_tagged_twice_in_a_row_is_given_once_per_place() -> None:
    body = "AS dan AS"
    assert ids(body, LOC="AS") == {"US": ["AS", "AS"]}
    assert len(tagged(body, LOC="AS")) == 2
