"""Windows: every word is decided once, none is cut, none is too long for the encoder."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tokenizers import Tokenizer as Pieces

from processors.splitting import split
from processors.tagging import MODEL
from processors.windows import CONTEXT, LONGEST, load_pieces, read, spaced, windows

PARAGRAPH = (
    "Menteri Pertahanan Nadira Wulandari mengatakan kontrak dua kapal patroli senilai Rp1,2 triliun itu "
    "ditandatangani di Surabaya, Kamis (12/6).\n"
)


@pytest.fixture(scope="module")
def pieces() -> Pieces:
    return load_pieces(MODEL / "pieces.json")


def check(pieces: Pieces, text: str) -> list[int]:
    """The lengths of a text's windows, which keep what they promise."""
    sentences = split(text)
    reading = read(pieces, text, sentences)
    made = list(windows(pieces, text, sentences))
    words = sum(map(len, sentences))
    assert [word for w in made for word in range(w.first, w.first + len(w.places))] == list(range(words))
    for window in made:
        assert window.places == sorted(set(window.places))
        assert len(window.ids) <= LONGEST + 2
        ids = [window.ids[place] for place in window.places]
        assert ids == [reading.ids[reading.begins[n]] for n in range(window.first, window.first + len(ids))]
    return [len(window.ids) for window in made]


def test_a_story_is_one_window(pieces: Pieces) -> None:
    assert len(check(pieces, PARAGRAPH * 8)) == 1


def test_a_long_story_is_cut_at_sentences_and_windows_overlap(pieces: Pieces) -> None:
    text = PARAGRAPH * 60
    sentences = split(text)
    starts = {n * len(sentences[0]) for n in range(60)}
    made = list(windows(pieces, text, sentences))
    assert len(check(pieces, text)) == len(made) > 4
    assert {window.first for window in made} <= starts
    assert all(window.places[0] > CONTEXT / 2 for window in made[1:])


def test_a_gap_belongs_to_the_word_behind_it(pieces: Pieces) -> None:
    shown = [pieces.id_to_token(n) for n in read(pieces, "Jakarta, (AS)", split("Jakarta, (AS)")).ids]
    assert shown == ["▁Jakarta", ",", "▁(", "AS", ")"]


def test_a_line_end_is_seen(pieces: Pieces) -> None:
    text = "Jakarta\nMoskow"
    assert pieces.token_to_id("</s>") in read(pieces, text, split(text)).ids


def test_a_word_without_pieces_still_has_a_place(pieces: Pieces) -> None:
    text = "Ia \u200b\u200d pergi 北京 \u00ad."
    assert len(read(pieces, text, split(text)).begins) == sum(map(len, split(text)))


@pytest.mark.parametrize(
    "text", ["", "a" * 100_000, "x " * 10_000, "1.2." * 5_000, "😀" * 3_000, "。" * 2_000]
)
def test_strange_texts_fit(pieces: Pieces, text: str) -> None:
    check(pieces, text)


@settings(max_examples=80, deadline=None)
@given(st.lists(st.one_of(st.text(max_size=40), st.just(PARAGRAPH), st.just("kata " * 90)), max_size=12))
def test_any_text_fits(pieces: Pieces, parts: list[str]) -> None:
    check(pieces, " ".join(parts))


def test_given_words_get_the_gaps_of_print() -> None:
    words = ["Presiden", "(", "AS", ")", "berkata", ",", "“", "Ya", ".", "”"]
    text, spans = spaced(words)
    assert text == "Presiden (AS) berkata, “Ya.”"
    assert [text[start:end] for start, end in spans] == words
