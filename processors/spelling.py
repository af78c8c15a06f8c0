"""When two spellings are one name: case, accents, punctuation and customary variants say nothing."""

import re
import unicodedata
from functools import lru_cache
from itertools import filterfalse

from processors.languages.pack import LanguagePack

KEPT = 4096  # names whose words are kept: a few make up most of the news
WORD = re.compile(r"[^\W_]+")
_UNMARKED = str.maketrans({"’": "", "'": "", "‘": "", "`": "", "ı": "i", "ł": "l", "ø": "o", "đ": "d"})


@lru_cache(maxsize=KEPT)
def plain(name: str) -> tuple[str, ...]:
    """The words of a name without accents, case and punctuation; a name without words is its own."""
    letters = name.casefold().translate(_UNMARKED)
    if not letters.isascii():
        letters = "".join(filterfalse(unicodedata.combining, unicodedata.normalize("NFKD", letters)))
    return tuple(WORD.findall(letters)) or (name,)


def fold(name: str, pack: LanguagePack) -> tuple[str, ...]:
    """The words of a person's name, variants of their spelling taken for one."""
    return tuple(part for word in plain(name) for part in pack.spellings.get(word, word).split("-"))


def close(one: str, other: str) -> bool:
    """One slip apart (a letter more, less, other, misplaced), in words long enough for it to be one."""
    if one == other:
        return True
    if min(len(one), len(other)) < 5 or abs(len(one) - len(other)) > 1 or one[0] != other[0]:
        return False
    differing = [i for i, (a, b) in enumerate(zip(one, other, strict=False)) if a != b]
    if len(one) == len(other) >= 9 and len(differing) <= 2:
        return True
    head = differing[0] if differing else min(len(one), len(other))
    a, b = one[head:], other[head:]
    return a[1:] == b[1:] or a == b[1:] or a[1:] == b or (a[:2] == b[1::-1] and a[2:] == b[2:])
