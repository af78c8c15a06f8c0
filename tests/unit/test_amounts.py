"""Quantities and values that are the same, however they are written."""

import pytest

from processors.amounts import canonical, differs


@pytest.mark.parametrize(
    ("text", "language", "amount"),
    [
        ("42 unit", "id", "42"),
        ("empat puluh dua jet", "id", "42"),
        ("seratus dua puluh lima", "id", "125"),
        ("dua belas", "id", "12"),
        ("1,5 juta butir", "id", "1500000"),
        ("1.200 ton", "id", "1200 tonne"),
        ("tiga skuadron", "id", "3 squadron"),
        ("24-36 unit", "id", "24-36"),
        ("8,1 miliar dolar AS", "id", "8100000000 USD"),
        ("8.1 miliar dolar AS", "id", "8100000000 USD"),
        ("Rp1.250.000", "id", "1250000 IDR"),
        ("ratusan ribu", "id", "ratusan ribu"),
        ("US$8.1 billion", "en", "8100000000 USD"),
        ("1,200 shells", "en", "1200"),
        ("two dozen", "en", "24"),
        ("twenty-four", "en", "24"),
        ("two hundred thirty", "en", "230"),
        ("42 unités", "fr", "42"),
        (None, "id", ""),
    ],
)
def test_amounts_have_one_form(text: str | None, language: str, amount: str) -> None:
    assert canonical(text, language) == amount


@pytest.mark.parametrize(
    ("said", "known", "different"),
    [
        ("42", ["42"], False),
        ("24", ["42"], True),
        ("24", ["42", "24"], False),
        ("24", [], False),
        ("", ["42"], False),
        ("3 squadron", ["42"], True),
        ("8 USD", ["8"], False),
        ("8 USD", ["120 IDR"], False),
        ("9 USD", ["120 IDR", "8 USD"], True),
    ],
)
def test_an_amount_is_news_where_it_differs_from_all_that_compare(
    said: str, known: list[str], different: bool
) -> None:
    assert differs(said, known) is different
