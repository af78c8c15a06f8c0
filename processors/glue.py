"""Parts words that broken markup glued together: "PresidenPrabowo", "Iranmencatat".

The story itself is the evidence: both parts must stand in it as words of their own, or the second must be
a word that only follows names or begins sentences. Only spaces are added.
"""

import re
from collections.abc import Sequence
from itertools import pairwise

from processors.wordlists import table
from processors.wordlists import words as listed

_CREDITS = table("credits.toml")
_TAILS = frozenset(_CREDITS["glued_tails"])
_PREFIXES = tuple(_CREDITS["glued_prefixes"])
_STARTERS = frozenset(listed("sentence_starters.txt"))
_BRANDS = tuple(_CREDITS["glued_brands"])
_WORD = re.compile(r"(?<![\w@#./-])[A-Za-z]{3,60}(?![\w@]|[./-]\w)")
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
_LEAST = 3  # letters of the first part
_VERB = 6  # letters of a verb: shorter ones are the ends of too many names


def part(paragraphs: Sequence[str]) -> list[str]:
    """The paragraphs of one story with their glued words parted."""
    words = {word for paragraph in paragraphs for word in _WORD.findall(paragraph)}
    glued = {word: parted for word in words if (parted := _parted(word, words)) != word}
    if not glued:
        return list(paragraphs)
    return [_WORD.sub(lambda found: glued.get(found[0], found[0]), paragraph) for paragraph in paragraphs]


def _parted(word: str, words: set[str]) -> str:
    cuts = [at.start() for at in _CAMEL.finditer(word) if _is_name(word, at.start(), words)]
    if not cuts and word[0].isupper():
        cuts = [at for at in range(_LEAST, len(word) - 3) if _is_followed(word, at, words)][:1]
    edges = [0, *cuts, len(word)]
    return " ".join(word[start:end] for start, end in pairwise(edges))


def _is_name(word: str, at: int, words: set[str]) -> bool:
    """'Presiden|Prabowo': neither a brand nor twice the same."""
    head, tail = word[:at], word[at:]
    if at < _LEAST or head.lower() == tail.lower() or word.startswith(_BRANDS):
        return False
    return (head in words or head.lower() in words) and (tail in words or tail in _STARTERS)


def _is_followed(word: str, at: int, words: set[str]) -> bool:
    """'Iran|mencatat', 'Beijing|yang'."""
    head, tail = word[:at], word[at:]
    if head not in words or not tail.islower():
        return False
    return tail in _TAILS or (len(tail) >= _VERB and tail.startswith(_PREFIXES) and tail in words)
