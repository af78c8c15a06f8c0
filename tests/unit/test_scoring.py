"""Labelled files are read as they come, and names are scored as conlleval and seqeval score them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from processors import bio, scoring
from processors.errors import UsageError
from processors.scoring import Score


def read(text: str) -> list[tuple[list[str], list[str]]]:
    return [(sentence.words, sentence.labels) for sentence in bio.read(text.encode(), "dev.bio")]


ANWAR = (["Anwar", "Ibrahim", "di", "Jakarta"], ["B-PER", "I-PER", "O", "B-LOC"])


# --- the file -----------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "Anwar B-PER\nIbrahim I-PER\ndi O\nJakarta B-LOC\n",
        "Anwar\tB-PER\nIbrahim\tI-PER\ndi\tO\nJakarta\tB-LOC",
        "\ufeffAnwar B-PER\r\nIbrahim I-PER\r\ndi O\r\nJakarta B-LOC\r\n\r\n",
        "\n\n \nAnwar  B-PER \nIbrahim \t I-PER\ndi   O\nJakarta\tB-LOC\t\n\n\n",
        "-DOCSTART- -X- O O\n\nAnwar NNP x B-PER\nIbrahim NNP x I-PER\ndi IN x O\nJakarta NNP x B-LOC\n",
        "-DOCSTART-\nAnwar\tNNP\tB-PER\nIbrahim\tNNP\tI-PER\ndi\tIN\tO\nJakarta\tNNP\tB-LOC\n",
    ],
    ids=["spaces", "tabs", "mark and CRLF", "blanks around", "CoNLL-2003", "tabbed columns"],
)
def test_the_first_column_is_the_word_and_the_last_the_label(text: str) -> None:
    assert read(text) == [ANWAR]


def test_blank_lines_and_document_starts_part_sentences() -> None:
    text = "Moskow B-LOC\n\nAnwar B-PER\n-DOCSTART- O\nJakarta B-LOC\n \t \ndi O\n"
    assert read(text) == [
        (["Moskow"], ["B-LOC"]),
        (["Anwar"], ["B-PER"]),
        (["Jakarta"], ["B-LOC"]),
        (["di"], ["O"]),
    ]


def test_words_are_kept_as_they_are() -> None:
    assert read("New York\tB-LOC\n\u00a0 O\na\u2028b O\nz\x85 O\n") == [
        (["New York", "\u00a0", "a\u2028b", "z\x85"], ["B-LOC", "O", "O", "O"])
    ]


@pytest.mark.parametrize("text", ["", "\n \n", "\ufeff\r\n", "-DOCSTART- -X- O O\n\n"])
def test_a_file_without_words_has_no_sentences(text: str) -> None:
    assert read(text) == []


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("Anwar B-PER\nIbrahim\n", "dev.bio:2: wanted a word and its label, found 'Ibrahim'"),
        ("Anwar B-PER\n\nIbrahim\t\n", "dev.bio:3: wanted a word and its label, found 'Ibrahim'"),
        ("\tO\n", "dev.bio:1: wanted a word and its label, found 'O'"),
        ("Anwar X-PER\n", "dev.bio:1: no label: 'X-PER' (wanted O, B-PER, I-PER …)"),
        ("di O\nAnwar PER\n", "dev.bio:2: no label: 'PER' (wanted O, B-PER, I-PER …)"),
        ("di O\nAnwar B-\n", "dev.bio:2: no label: 'B-' (wanted O, B-PER, I-PER …)"),
    ],
)
def test_a_line_that_cannot_be_read_is_named(text: str, complaint: str) -> None:
    with pytest.raises(UsageError) as caught:
        read(text)
    assert str(caught.value) == complaint


def test_another_encoding_is_named_with_its_line() -> None:
    with pytest.raises(UsageError, match=r"^dev\.bio:2: not UTF-8"):
        bio.read("di O\nKafé B-LOC\n".encode("latin-1"), "dev.bio")


# --- names in labels ----------------------------------------------------------------


@pytest.mark.parametrize(
    ("labels", "names"),
    [
        ("O O O", set()),
        ("B-PER I-PER O B-LOC", {(0, 2, "PER"), (3, 4, "LOC")}),
        ("B-PER B-PER I-PER", {(0, 1, "PER"), (1, 3, "PER")}),
        ("I-PER I-PER O I-LOC", {(0, 2, "PER"), (3, 4, "LOC")}),  # IOB1
        ("I-PER B-PER", {(0, 1, "PER"), (1, 2, "PER")}),  # IOB1, two persons side by side
        ("B-PER I-ORG I-ORG", {(0, 1, "PER"), (1, 3, "ORG")}),  # another type begins a name
        ("O I-ORG I-PER", {(1, 2, "ORG"), (2, 3, "PER")}),
        ("S-LOC S-LOC B-PER I-PER E-PER", {(0, 1, "LOC"), (1, 2, "LOC"), (2, 5, "PER")}),  # BIOES
        ("B-PER E-PER I-PER", {(0, 2, "PER"), (2, 3, "PER")}),  # after an end comes a beginning
        ("B-PER E-PER E-PER", {(0, 2, "PER"), (2, 3, "PER")}),
        ("S-PER I-PER", {(0, 1, "PER"), (1, 2, "PER")}),
        ("U-LOC B-PER L-PER", {(0, 1, "LOC"), (1, 3, "PER")}),  # BILOU
    ],
)
def test_a_name_begins_and_ends_as_conlleval_has_it(labels: str, names: set[scoring.Span]) -> None:
    assert scoring.names(labels.split()) == names


# --- scores -------------------------------------------------------------------------


def scores(*pairs: tuple[str, str]) -> dict[str, Score]:
    return scoring.scores([(wanted.split(), found.split()) for wanted, found in pairs])


def test_a_name_is_right_only_with_its_exact_words_and_its_type() -> None:
    assert scores(
        # right, too long, right
        ("B-PER I-PER O B-ORG O B-LOC", "B-PER I-PER O B-ORG I-ORG B-LOC"),
        # the wrong type; found one for nothing
        ("B-ORG I-ORG O O", "B-LOC I-LOC O B-PER"),
        # overlooked
        ("B-PER O", "O O"),
    ) == {
        "all": Score(p=40.0, r=40.0, f1=40.0),  # 2 right of 5 wanted and 5 found
        "PER": Score(p=50.0, r=50.0, f1=50.0),
        "ORG": Score(p=0.0, r=0.0, f1=0.0),
        "LOC": Score(p=50.0, r=100.0, f1=66.7),
    }


def test_the_schemes_of_the_two_sides_may_differ() -> None:
    assert scores(("S-LOC O B-PER E-PER", "B-LOC O B-PER I-PER"))["all"] == Score(100.0, 100.0, 100.0)


def test_other_types_count_as_nothing_and_are_named() -> None:
    wanted = "B-PER I-MISC I-PER B-GPE"
    assert scoring.unscored([wanted.split(), ["O", "B-EVENT", "B-LOC"]]) == ["EVENT", "GPE", "MISC"]
    assert scores((wanted, "B-PER O B-PER B-LOC"))["all"] == Score(p=66.7, r=100.0, f1=80.0)


def test_nothing_wanted_and_nothing_found_is_zero() -> None:
    assert scores(("O O", "O O"))["all"] == Score(0.0, 0.0, 0.0)


def test_labels_of_unlike_length_are_an_error() -> None:
    with pytest.raises(ValueError, match="2 labels wanted, 1 found"):
        scores(("O O", "O"))


LABELS = st.lists(
    st.one_of(
        st.just("O"),
        st.builds("{}-{}".format, st.sampled_from("BIES"), st.sampled_from([*scoring.TYPES, "MISC"])),
    ),
    max_size=12,
)


@given(LABELS)
def test_names_lie_side_by_side_over_all_labelled_words(labels: list[str]) -> None:
    names = sorted(scoring.names(labels))
    covered = [n for first, after, _ in names for n in range(first, after)]
    assert covered == [n for n, label in enumerate(labels) if label != "O"]
    assert all(labels[n][2:] == kind for first, after, kind in names for n in range(first, after))


@given(st.lists(LABELS, max_size=4))
def test_labels_score_full_against_themselves(sentences: list[list[str]]) -> None:
    found = scoring.scores((labels, labels) for labels in sentences)
    wanted = {kind for labels in sentences for _, _, kind in scoring.names(labels)} & {*scoring.TYPES}
    for kind, score in found.items():
        full = 100.0 if kind in wanted or (kind == "all" and wanted) else 0.0
        assert score == Score(full, full, full)
