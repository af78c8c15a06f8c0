"""Quantities and values in one form, so that "42 unit", "42 jets" and "empat puluh dua" are the same.

The form: the numbers joined by "-", then a unit where something else than pieces is counted ("3 squadron")
or the currency ("8100000000 USD"). Where there is no number: the words in lower case ("puluhan").
"""

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from importlib.resources import files

from processors.languages.pack import LANGUAGES

_SIGNS = {"us$": "USD", "$": "USD", "€": "EUR", "£": "GBP", "¥": "JPY", "%": "percent"}
_SIGN = re.compile(r"us\$|[$€£¥%]")
_TOKEN = re.compile(r"\d+(?:[.,]\d+)*|[^\W\d_]+")
_THOUSANDS = re.compile(r"\d{1,3}(?:[.,]\d{3})+")


@dataclass(frozen=True, slots=True)
class _Words:
    decimal: str
    numbers: Mapping[str, int]
    teens: Mapping[str, int]
    multipliers: Mapping[str, int]
    units: tuple[tuple[re.Pattern[str], str], ...]  # longest first


def canonical(text: str | None, language: str) -> str:
    """The amount in one form; "" for None."""
    if not text:
        return ""
    words, folded = _words(language if language in LANGUAGES else LANGUAGES[0]), text.casefold()
    unit = _unit(folded, words)
    numbers = _numbers(_TOKEN.findall(folded.replace("us$", "$")), words)
    if not numbers:
        return " ".join(folded.split())
    return "-".join(numbers) + (f" {unit}" if unit else "")


def differs(said: str, known: Iterable[str]) -> bool:
    """Whether a canonical amount is another than all that are known, some being known that it compares with.

    Amounts compare where they have the same unit, or one has none: dollars say nothing about roubles.
    """
    number, _, unit = said.partition(" ")
    comparable = [other.partition(" ") for other in known]
    numbers = [other for other, _, others in comparable if others == unit or not others or not unit]
    return bool(said) and bool(numbers) and number not in numbers


def _unit(folded: str, words: _Words) -> str:
    if sign := _SIGN.search(folded):
        return _SIGNS[sign[0]]
    return next((unit for pattern, unit in words.units if pattern.search(folded)), "")


def _numbers(tokens: Iterable[str], words: _Words) -> list[str]:
    """Every number in the words, as plain digits."""
    found: list[str] = []
    total, current = Decimal(0), None  # current: the part below the next thousand; None: no number is open
    for token in (*tokens, ""):
        number = _number(token, words)
        if number is not None:
            whole = current is None or token[0].isdigit()
            if whole and current is not None:
                found.append(_plain(total + current))
                total = Decimal(0)
            current = number if whole or current is None else current + number
        elif token in words.teens and current is not None:
            current += words.teens[token]
        elif token in words.multipliers and current is not None:  # ratusan ribu: no number
            factor = words.multipliers[token]
            if factor >= 1_000:
                total, current = total + current * factor, Decimal(0)
            else:  # seratus dua puluh: only the two becomes twenty
                ones = current % 10 if current > factor else current
                current = current - ones + ones * factor
        elif current is not None:
            found.append(_plain(total + current))
            total, current = Decimal(0), None
    return found


def _number(token: str, words: _Words) -> Decimal | None:
    if not token[:1].isdigit():
        value = words.numbers.get(token)
        return None if value is None else Decimal(value)
    other = "." if words.decimal == "," else ","
    if _THOUSANDS.fullmatch(token) and words.decimal not in token:
        return Decimal(token.replace(other, ""))
    whole, mark, rest = token.replace(words.decimal, "!").partition("!")
    if not mark:  # 8.1 in Indonesian: no group of three, so a decimal after all
        whole, _, rest = token.partition(other)
    digits = re.sub(r"\D", "", rest)
    return Decimal(f"{re.sub(r'[.,!]', '', whole)}.{digits or 0}")


def _plain(number: Decimal) -> str:
    return f"{number.normalize():f}"


@cache
def _words(language: str) -> _Words:
    table = tomllib.loads((files("processors.languages") / language / "amounts.toml").read_text("utf8"))
    names = {name: unit for unit, names in table["units"].items() for name in names}
    longest = sorted(names, key=len, reverse=True)
    return _Words(
        decimal=table["decimal"],
        numbers=table["numbers"],
        teens=table["teens"],
        multipliers=table["multipliers"],
        units=tuple((re.compile(rf"(?<!\w){re.escape(name)}(?![^\W\d_])"), names[name]) for name in longest),
    )
