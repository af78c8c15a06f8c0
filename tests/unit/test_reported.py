"""Reported quotes: the clause as the heads mark it, its kind, its speaker."""

import re

from processors import quotes, speakers
from processors.records import Quote
from processors.reported import reported
from processors.tagging import Passage, Tagged
from processors.words import Text
from tests.unit.reading import grouped, language

PEOPLE = {"PER": "Ingrid Solberg|Solberg|Marius Hamre", "ORG": "Kementerian Pertahanan"}
OPENING = "Menteri Pertahanan Ingrid Solberg tiba di Bardufoss, Senin. "


def passages(body: str, types: str, wanted: dict[str, str]) -> tuple[Passage, ...]:
    """Where each text is after the opening, with its type."""
    behind = len(OPENING)
    found = [(re.compile(re.escape(text)).search(body, behind), kind) for text, kind in wanted.items()]
    spans = [Passage(match.start(), match.end(), kind) for match, kind in found if match and kind in types]
    return tuple(sorted(spans, key=lambda passage: passage.start))


def told(body: str, marked: dict[str, str]) -> list[Quote]:
    """All quotes of a body, the heads having marked these texts."""
    entities = grouped(body, **PEOPLE)
    text = Text(body, language(), [(m.start, m.end) for entity in entities for m in entity.mentions])
    tagged = Tagged(
        (), (), passages(body, "DIRECT INDIRECT MIXED", marked), passages(body, "SPEAKER CUE", marked)
    )
    direct = quotes.direct(text)
    return speakers.attribute(text, direct, entities, reported(text, tagged, quotes.spans(direct)))


def test_a_clause_stands_without_its_conjunction_and_has_speaker_and_cue() -> None:
    body = OPENING + "Solberg mengatakan bahwa dua kapal akan dikirim bulan depan."
    (quote,) = told(
        body,
        {"bahwa dua kapal akan dikirim bulan depan.": "INDIRECT", "Solberg": "SPEAKER", "mengatakan": "CUE"},
    )
    assert (quote.kind, quote.text) == ("indirect", "dua kapal akan dikirim bulan depan")
    assert body[quote.start : quote.end] == quote.text
    assert (quote.speaker, quote.speaker_method) == ("Ingrid Solberg", "explicit")
    assert quote.cue
    assert quote.cue.text == "mengatakan"


def test_a_quoted_fragment_makes_a_clause_mixed() -> None:
    body = OPENING + 'Solberg menilai kontrak itu "tidak akan pernah cukup" bagi negaranya.'
    marked = {'kontrak itu "tidak akan pernah cukup" bagi negaranya': "INDIRECT", "menilai": "CUE"}
    (quote,) = told(body, marked)
    assert quote.kind == "mixed"


def test_what_the_marks_make_direct_is_not_reported_again() -> None:
    body = OPENING + '"Dua kapal akan dikirim bulan depan," kata Solberg.'
    kinds = [quote.kind for quote in told(body, {"Dua kapal akan dikirim bulan depan": "INDIRECT"})]
    assert kinds == ["direct"]


def test_two_clauses_of_one_cue_are_both_kept() -> None:
    body = OPENING + "Menurut Solberg, dua kapal akan dikirim, sedangkan pesawat latih masih ditunda."
    marked = {
        "dua kapal akan dikirim": "INDIRECT",
        "pesawat latih masih ditunda": "INDIRECT",
        "Menurut": "CUE",
    }
    found = told(body, marked)
    assert [quote.text for quote in found] == ["dua kapal akan dikirim", "pesawat latih masih ditunda"]


def test_a_pronoun_is_whoever_spoke_last() -> None:
    body = OPENING + '"Kami siap," kata Solberg. Ia menegaskan kerja sama itu akan berlanjut.'
    marked = {"kerja sama itu akan berlanjut": "INDIRECT", "Ia": "SPEAKER", "menegaskan": "CUE"}
    clause = told(body, marked)[-1]
    assert (clause.speaker, clause.speaker_method) == ("Ingrid Solberg", "coreference")


def test_an_organisation_speaks() -> None:
    body = OPENING + "Kementerian Pertahanan menyebut kontrak itu sudah diteken."
    marked = {"kontrak itu sudah diteken": "INDIRECT", "Kementerian Pertahanan": "SPEAKER", "menyebut": "CUE"}
    assert told(body, marked)[-1].speaker == "Kementerian Pertahanan"


def test_a_clause_without_any_source_has_no_speaker() -> None:
    body = OPENING + "Dua kapal dilaporkan sudah berlayar."
    (quote,) = told(body, {"Dua kapal": "INDIRECT"})
    assert quote.speaker is None
