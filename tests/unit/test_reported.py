"""Reported quotes: the clause as the heads mark it, its kind, its speaker."""

import re
import time

import pytest

from processors import quotes, speakers
from processors.records import Quote
from processors.reported import reported
from processors.splitting import split
from processors.tagged import Passage, Sentence, Tagged
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


def sentences(body: str) -> tuple[Sentence, ...]:
    return tuple(Sentence(words[0][0], words[-1][1], ()) for words in split(body))


def told(body: str, marked: dict[str, str]) -> list[Quote]:
    """All quotes of a body, the heads having marked these texts."""
    entities = grouped(body, **PEOPLE)
    text = Text(body, language(), [(m.start, m.end) for entity in entities for m in entity.mentions])
    tagged = Tagged(
        sentences(body),
        (),
        passages(body, "DIRECT INDIRECT MIXED", marked),
        passages(body, "SPEAKER CUE", marked),
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
    (quote,) = told(body, {"sudah berlayar": "INDIRECT", "dilaporkan": "CUE"})
    assert quote.speaker is None


def test_speaker_and_cue_stand_in_the_sentence_of_the_clause() -> None:
    body = OPENING + "Kementerian Pertahanan menyebut kontrak itu sudah diteken. Hamre menilai itu terlambat."
    marked = {
        "kontrak itu sudah diteken": "INDIRECT",
        "menyebut": "CUE",
        "Hamre": "SPEAKER",
        "menilai": "CUE",
    }
    quote = told(body, marked)[0]
    assert quote.speaker == "Kementerian Pertahanan"


def test_whom_a_passive_is_about_does_not_speak() -> None:
    body = OPENING + "Hamre dinilai terlambat mengirim kapal."
    (quote,) = told(body, {"terlambat mengirim kapal": "INDIRECT", "Hamre": "SPEAKER", "dinilai": "CUE"})
    assert quote.speaker is None


def test_who_is_told_does_not_speak() -> None:
    body = OPENING + "Solberg mengatakan kepada Hamre bahwa kapal itu sudah berlayar."
    marked = {"kapal itu sudah berlayar": "INDIRECT", "Hamre": "SPEAKER", "mengatakan": "CUE"}
    assert told(body, marked)[-1].speaker == "Ingrid Solberg"


def test_somebody_of_a_named_body_is_not_the_body() -> None:
    body = OPENING + "Seorang pejabat Kementerian Pertahanan mengatakan kapal itu sudah berlayar."
    marked = {
        "Seorang pejabat Kementerian Pertahanan": "SPEAKER",
        "mengatakan": "CUE",
        "kapal itu sudah berlayar": "INDIRECT",
    }
    (quote,) = told(body, marked)
    assert (quote.speaker, quote.speaker_method) == ("Seorang pejabat Kementerian Pertahanan", "role")


def test_somebody_described_before_is_who_that_official_is() -> None:
    body = (
        OPENING
        + "Laporan itu mengutip seorang pejabat yang dekat dengan perundingan. "
        + "Pejabat itu mengatakan kapal berlayar."
    )
    marked = {"Pejabat itu": "SPEAKER", "mengatakan": "CUE", "kapal berlayar": "INDIRECT"}
    assert told(body, marked)[-1].speaker == "seorang pejabat yang dekat dengan perundingan"


def test_they_are_the_body_that_spoke() -> None:
    body = (
        OPENING
        + '"Kami siap," kata Solberg. Kementerian Pertahanan menyebut kontrak sudah diteken. '
        + "Mereka menilai harganya wajar."
    )
    marked = {
        "kontrak sudah diteken": "INDIRECT",
        "Kementerian Pertahanan": "SPEAKER",
        "menyebut": "CUE",
        "harganya wajar": "INDIRECT",
        "Mereka": "SPEAKER",
        "menilai": "CUE",
    }
    assert [quote.speaker for quote in told(body, marked)[1:]] == ["Kementerian Pertahanan"] * 2


def test_she_is_nobody_whom_her_own_words_name() -> None:
    body = (
        OPENING
        + '"Kami siap," kata Solberg. "Belum tentu," ujar Marius Hamre. Ia meminta Marius Hamre menunggu.'
    )
    marked = {"Marius Hamre menunggu": "INDIRECT", "Ia": "SPEAKER", "meminta": "CUE"}
    assert told(body, marked)[-1].speaker == "Ingrid Solberg"


def test_an_apposition_names_whom_a_phrase_describes() -> None:
    body = OPENING + "Wakil pemimpin perundingan, Marius Hamre, mengatakan kapal itu sudah berlayar."
    marked = {
        "Wakil pemimpin perundingan": "SPEAKER",
        "mengatakan": "CUE",
        "kapal itu sudah berlayar": "INDIRECT",
    }
    assert told(body, marked)[-1].speaker == "Marius Hamre"


def test_a_megabyte_of_clauses_takes_seconds() -> None:
    sentence = "Pejabat itu menilai harga kapal wajar. "
    body = sentence * 25_000
    at = range(0, len(body), len(sentence))
    tagged = Tagged(
        tuple(Sentence(start, start + len(sentence) - 1, ()) for start in at),
        (),
        tuple(Passage(start + 20, start + 37, "INDIRECT") for start in at),
        tuple(
            passage
            for start in at
            for passage in (Passage(start, start + 11, "SPEAKER"), Passage(start + 12, start + 19, "CUE"))
        ),
    )
    text = Text(body, language())
    began = time.monotonic()
    found = speakers.attribute(text, [], [], reported(text, tagged, []))
    assert time.monotonic() - began < 10
    assert {quote.text for quote in found} == {"harga kapal wajar"}
    assert len(found) == 25_000


def test_whom_a_sentence_is_taken_from_says_what_has_no_cue_of_its_own() -> None:
    body = OPENING + "Dikutip dari Kementerian Pertahanan, Hamre sudah tiba di Oslo."
    marked = {"Hamre sudah tiba di Oslo": "INDIRECT", "Kementerian Pertahanan": "SPEAKER", "Dikutip": "CUE"}
    (quote,) = told(body, marked)
    assert quote.speaker == "Kementerian Pertahanan"


@pytest.mark.parametrize(
    ("sentence", "clause", "cue"),
    [
        ("Solberg memperingatkan terkait risiko badai.", "terkait risiko badai", "memperingatkan"),
        ("Hamre melaporkan Solberg ke polisi.", "Solberg ke polisi", "melaporkan"),
        ("Solberg pergi tanpa menyebut jumlah kapal.", "jumlah kapal", "menyebut"),
        ("Hamre terbukti bersalah dalam perkara itu.", "bersalah dalam perkara itu", "terbukti"),
    ],
)
def test_what_nobody_says_is_no_quote(sentence: str, clause: str, cue: str) -> None:
    assert told(OPENING + sentence, {clause: "INDIRECT", cue: "CUE"}) == []


def test_a_clause_that_no_cue_reports_is_no_quote() -> None:
    assert told(OPENING + "Dua kapal berlayar ke utara.", {"berlayar ke utara": "INDIRECT"}) == []


def test_what_is_asked_for_stands_without_its_conjunction() -> None:
    body = OPENING + "Solberg meminta agar kapal itu segera berlayar."
    marked = {"agar kapal itu segera berlayar": "INDIRECT", "Solberg": "SPEAKER", "meminta": "CUE"}
    assert told(body, marked)[-1].text == "kapal itu segera berlayar"


def test_a_clause_may_begin_with_a_name_that_has_an_apostrophe() -> None:
    body = OPENING + "Solberg mengatakan Ma’ruf sudah berlayar."
    marked = {"Ma’ruf sudah berlayar": "INDIRECT", "Solberg": "SPEAKER", "mengatakan": "CUE"}
    assert told(body, marked)[-1].text == "Ma’ruf sudah berlayar"


def test_marks_that_are_taken_for_cues_do_no_harm() -> None:
    body = OPENING + "Kapal itu sudah berlayar —"
    assert [quote.text for quote in told(body, {"Kapal itu sudah berlayar": "INDIRECT", "—": "CUE"})] == [
        "Kapal itu sudah berlayar"
    ]
