"""Fields in a query: read where they are meant, left as words where they are not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from processors.errors import UsageError
from streams.elastic import fields, pages


@pytest.mark.parametrize(
    "text",
    [
        "pukul 10:30",
        "Kemhan: Indonesia beli Rafale",
        "KOREKSI:rudal",
        'rudal "headline:korvet" drone',
        "https://garuda.example/1",
        "dua | tiga",
        "kesepak* selundupn~1 -nuklir",
        "rasio 3:1",
    ],
)
def test_what_is_no_field_stays_words(text: str) -> None:
    asked = fields.read(text)
    assert asked == fields.Asked(text)


def test_fields_are_taken_out_and_the_words_stay() -> None:
    asked = fields.read('rudal headline:korvet -source:antara speaker:"Guido Crosetto" drone')
    assert asked.words == "rudal drone"
    assert (len(asked.scored), len(asked.filters), len(asked.without)) == (1, 1, 1)
    assert asked.without == [{"term": {"source": {"value": "antara", "case_insensitive": True}}}]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("judul:korvet", r'no field is called judul \(body, byline, .*status\): for .* write "judul:korvet"'),
        ("rudal | source:antara", r"not for one side of \|"),
        ('person:""', "say what person is to be"),
    ],
)
def test_a_mistake_is_a_line_that_says_what_to_do(text: str, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        fields.read(text)


@given(
    st.lists(
        st.one_of(
            st.none(),
            st.text(),
            st.floats(allow_nan=False, allow_infinity=False),
            st.integers(-(2**53), 2**53),
        ),
        max_size=4,
    )
)
def test_a_place_reads_as_it_was_written(sort: list[object]) -> None:
    assert pages.after(pages.token(sort)) == sort


@pytest.mark.parametrize("token", ["", "x", "{}", "é", "e30"])
def test_a_place_that_is_none_is_a_users_mistake(token: str) -> None:
    with pytest.raises(UsageError, match="take it from the page before"):
        pages.after(token)
