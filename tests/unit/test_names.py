"""What an article says of its names mends what the tagger makes of them."""

import pytest

from processors import names
from tests.unit.reading import language, tagged


def mended(body: str, code: str = "id", **forms: str) -> list[tuple[str, str]]:
    """The names and their types, the tagger having found the forms."""
    return [(name.text, name.type) for name in names.mended(body, tagged(body, **forms), language(code))]


def test_what_markup_glued_to_a_name_is_cut_off_where_the_article_has_the_name_without() -> None:
    body = "Wali Kota Eko Wardana tiba. Eko Wardanaberencana pulang."
    assert mended(body, PER="Eko Wardana|Eko Wardanaberencana") == [("Eko Wardana", "PER")] * 2


@pytest.mark.parametrize("name", ["Kusumawati", "Wardanakusuma"])
def test_a_longer_name_is_not_cut(name: str) -> None:
    body = f"Rina {name} menemui Rina Kusuma dan Rina Wardana."
    assert mended(body, PER=f"Rina {name}|Rina Kusuma|Rina Wardana")[0] == (f"Rina {name}", "PER")


def test_initials_join_the_names_around_them() -> None:
    assert mended("Teguh P. Nugraha tiba.", PER="Teguh|Nugraha") == [("Teguh P. Nugraha", "PER")]


@pytest.mark.parametrize("rank", ["Komisaris Besar", "Brigjen", "dr"])
def test_behind_a_rank_stands_a_person(rank: str) -> None:
    body = f"Hal itu disampaikan {rank} Wira Hapsara, Senin."
    assert mended(body, ORG="Wira Hapsara") == [("Wira Hapsara", "PER")]


def test_two_people_with_a_hyphen_between_them_are_two() -> None:
    body = "Pasangan Wira Hapsara-Nindya Larasati menang. Linda Smith-Jones kalah."
    found = mended(body, PER="Wira Hapsara-Nindya Larasati|Linda Smith-Jones")
    assert found == [("Wira Hapsara", "PER"), ("Nindya Larasati", "PER"), ("Linda Smith-Jones", "PER")]


def test_ordinary_words_behind_a_name_are_no_part_of_it() -> None:
    body = "Marsh hasn’t given up. Al bin Omar agreed."
    assert mended(body, "en", PER="Marsh hasn’t|Al bin Omar") == [("Marsh", "PER"), ("Al bin Omar", "PER")]
