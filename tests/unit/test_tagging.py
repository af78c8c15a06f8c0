"""Names, quotes, roles and evidence: the promises hold for any text, and newswire is read rightly."""

import random

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from processors.heads import HEADS
from processors.tagged import Tagged
from processors.tagging import MODEL, Tagger, model_revision
from tests.unit.strange import STRANGE

ARTICLE = """Jakarta (ANTARA) - Menteri Pertahanan Rusia Sergei Ivanov bertemu Presiden Prancis \
Emmanuel Macron di Moskow, Senin (7/10).Pertemuan itu membahas amunisi.

"Kami siap bekerja sama. Semua pihak harus tenang," kata Ivanov.

Menurut Dr. Budi Santoso, S.H., dari Universitas Indonesia, nilai kontrak itu Rp42,5 miliar."""

# Text as no editor would write it: letters of many scripts, marks, controls, emoji, quotation marks, gaps.
ODD = st.text(
    st.one_of(
        st.characters(exclude_categories=["Cs"]),
        st.sampled_from("\"'“”‘’.,!?;:()-–—…/&@%$ \n\t\r\x85\u2028\u200b\u200d\ufeff\u0301\u00ad\x00😀👨é北"),
        st.sampled_from("AaBbKR0129"),
    ),
    max_size=200,
)
MIXED = st.lists(
    st.one_of(
        ODD,
        st.sampled_from(
            ["Kim Jong-un", "dia.Sementara itu", "AS.Menurut", "Rp 1,5", "Dr. ", '."', '" kata ']
        ),
    ),
    max_size=6,
).map(" ".join)
EXAMPLES = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@pytest.fixture(scope="module")
def tagger() -> Tagger:
    return Tagger()


def check(text: str, tagged: Tagged) -> None:
    """Everything a result promises of its text."""
    tokens = [token for sentence in tagged.sentences for token in sentence.tokens]
    assert "".join(token.text for token in tokens) == "".join(text.split())
    at = 0
    for token in tokens:
        assert at <= token.start < token.end
        assert text[token.start : token.end] == token.text
        at = token.end
    for sentence in tagged.sentences:
        assert (sentence.start, sentence.end) == (sentence.tokens[0].start, sentence.tokens[-1].end)
        assert not {"\n", "\r", "\u2028", "\x85"} & set(text[sentence.start : sentence.end])
        assert np.isfinite(np.frombuffer(sentence.meaning, "<f4")).all()
        assert len(sentence.meaning) == 4 * 384
    at = 0
    for name in tagged.names:
        assert at <= name.start < name.end
        assert text[name.start : name.end] == name.text
        assert name.type in ("PER", "ORG", "LOC")
        assert any(s.start <= name.start and name.end <= s.end for s in tagged.sentences)
        at = name.end
    starts, ends = {token.start for token in tokens}, {token.end for token in tokens}
    for head in ("quotes", "roles", "evidence"):
        at = 0
        for passage in getattr(tagged, head):
            assert at <= passage.start < passage.end
            assert passage.start in starts
            assert passage.end in ends
            assert passage.type in HEADS[head].types
            assert "\n" not in text[passage.start : passage.end]
            at = passage.end


def names(tagger: Tagger, text: str) -> set[tuple[str, str]]:
    return {(name.text, name.type) for name in tagger.tag([text])[0].names}


@EXAMPLES
@given(MIXED)
def test_any_text_keeps_its_characters_and_offsets(tagger: Tagger, text: str) -> None:
    check(text, tagger.tag([text])[0])


@settings(EXAMPLES, max_examples=15)
@given(st.lists(st.one_of(MIXED, st.just(ARTICLE)), min_size=2, max_size=4))
def test_a_text_has_one_result_alone_or_in_company(tagger: Tagger, texts: list[str]) -> None:
    assert tagger.tag(texts) == [tagger.tag([text])[0] for text in texts]


@pytest.mark.parametrize(
    "text",
    [
        *STRANGE,
        "x" * 5000,
        "ab." * 400,
        "\n" * 1000 + "a",
        "!" * 600,
        "https://www.contoh.co.id/berita?id=1&x=2",
    ],
)
def test_strange_texts_pass(tagger: Tagger, text: str) -> None:
    check(text, tagger.tag([text])[0])


def test_a_hundred_thousand_characters_without_a_gap(tagger: Tagger) -> None:
    text = "Kata" * 25_000
    check(text, tagger.tag([text])[0])


def test_a_sentence_of_ten_thousand_words_is_not_cut(tagger: Tagger) -> None:
    chance = random.Random(1)  # noqa: S311
    text = (
        " ".join(chance.choice(["Kim Jong-un", "dan", "amunisi", "ke", "Moskow"]) for _ in range(8000))
        + " Kim Il-sung"
    )
    tagged = tagger.tag([text])[0]
    check(text, tagged)
    assert sum(len(sentence.tokens) for sentence in tagged.sentences) > 10_000
    assert any(name.end > len(text) - 10 for name in tagged.names)


def test_accents_keep_their_letters_in_both_forms(tagger: Tagger) -> None:
    for text in ("Presiden C\u00f4te bertemu Andr\u00e9.", "Presiden Co\u0302te bertemu Andre\u0301."):
        tagged = tagger.tag([text])[0]
        check(text, tagged)
        assert [t.text for t in tagged.sentences[0].tokens] == text.replace(".", " .").split()


def test_names_of_an_article(tagger: Tagger) -> None:
    tagged = tagger.tag([ARTICLE])[0]
    check(ARTICLE, tagged)
    found = {(name.text, name.type) for name in tagged.names}
    assert {
        ("Sergei Ivanov", "PER"),
        ("Ivanov", "PER"),
        ("Emmanuel Macron", "PER"),
        ("Prancis", "LOC"),
        ("Moskow", "LOC"),
        ("ANTARA", "ORG"),
        ("Universitas Indonesia", "ORG"),
    } <= found


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "Pemimpin Korea Utara Kim Jong-un tiba di Rusia.",
            {("Korea Utara", "LOC"), ("Kim Jong-un", "PER"), ("Rusia", "LOC")},
        ),
        (
            "Tuduhan AS itu dibantah juru bicara Kremlin, Dmitry Peskov.",
            {("AS", "LOC"), ("Dmitry Peskov", "PER")},
        ),
        (
            "Kim Jong Un bertemu Vladimir Putin, kata kantor berita KCNA.",
            {("Kim Jong Un", "PER"), ("Vladimir Putin", "PER"), ("KCNA", "ORG")},
        ),
    ],
)
def test_names_stand_without_titles_and_marks(
    tagger: Tagger, text: str, expected: set[tuple[str, str]]
) -> None:
    assert expected <= names(tagger, text)


def test_a_reported_clause_has_its_speaker_and_cue(tagger: Tagger) -> None:
    text = (
        "Menteri Perdagangan Ratna Suwandi mengatakan bahwa harga beras akan turun bulan depan. "
        "Pedagang di Pasar Induk Cipinang menyambut kabar itu."
    )
    tagged = tagger.tag([text])[0]
    check(text, tagged)
    (quote,) = tagged.quotes
    assert (quote.type, text[quote.start : quote.end]) == ("INDIRECT", "harga beras akan turun bulan depan")
    said = {role.type: text[role.start : role.end] for role in tagged.roles}
    assert said == {"SPEAKER": "Ratna Suwandi", "CUE": "mengatakan"}


def test_a_long_text_is_tagged_to_its_end(tagger: Tagger) -> None:
    text = "\n".join([ARTICLE] * 2) + "\n" + "Kim Jong-un tiba di Rusia. " * 1_200
    tagged = tagger.tag([text])[0]
    check(text, tagged)
    assert tagged.names[-1].end > len(text) - 10


def test_given_words_are_tagged_as_they_are(tagger: Tagger) -> None:
    tags = tagger.tag_words([["Kim", "Jong-un", "tiba", "di", "Rusia", "."], [], ["Halo"]])
    assert tags == [["B-PER", "I-PER", "O", "O", "B-LOC", "O"], [], ["O"]]


def test_the_revision_follows_the_files(tagger: Tagger) -> None:
    assert tagger.revision == model_revision(MODEL)
    assert len(tagger.revision) == 12
