"""Scores of names: a name is right where its first word, its last word and its type all are.

As conlleval and seqeval count by default.
"""

from collections import Counter
from collections.abc import Iterable, Sequence

import msgspec

TYPES = ("PER", "ORG", "LOC")

Span = tuple[int, int, str]  # first word, word after the last, type
Labels = Sequence[str]


class Score(msgspec.Struct, frozen=True):
    """Precision, recall and their harmonic mean in per cent, one decimal; 0 where nothing is divided."""

    p: float
    r: float
    f1: float


def names(labels: Labels) -> set[Span]:
    """The names in a sentence's labels, in any of the schemes that `bio` reads.

    A name begins with B, S or U, and wherever a label can't go on with what is before it: after O, after a
    label of another type, after E, S, L or U. It goes on until O or the next beginning.
    """
    found: set[Span] = set()
    first, before = 0, "O"
    for n, label in enumerate([*labels, "O"]):
        begins = _begins(before, label)
        if before != "O" and (begins or label == "O"):
            found.add((first, n, before[2:]))
        if begins:
            first = n
        before = label
    return found


def _begins(before: str, label: str) -> bool:
    if label == "O":
        return False
    return before == "O" or label[0] in "BSU" or before[0] in "ESLU" or label[2:] != before[2:]


def unscored(sentences: Iterable[Labels]) -> list[str]:
    """The types in labels that no score is for, sorted: they count as O."""
    return sorted({label[2:] for labels in sentences for label in labels if label != "O"} - {*TYPES})


def scores(pairs: Iterable[tuple[Labels, Labels]]) -> dict[str, Score]:
    """Of sentences' wanted and found labels, the scores of all names and of each type: "all", "PER" …"""
    right: Counter[str] = Counter()
    wanted: Counter[str] = Counter()
    found: Counter[str] = Counter()
    for true, tagged in pairs:
        if len(true) != len(tagged):
            raise ValueError(f"{len(true)} labels wanted, {len(tagged)} found")
        expected, given = names(true), names(tagged)
        for spans, counter in ((expected & given, right), (expected, wanted), (given, found)):
            counter.update(kind for _, _, kind in spans if kind in TYPES)
    for counter in (right, wanted, found):
        counter["all"] = counter.total()
    return {kind: score(right[kind], wanted[kind], found[kind]) for kind in ("all", *TYPES)}


def score(right: int, wanted: int, found: int) -> Score:
    """The score of counts."""
    return Score(share(right, found), share(right, wanted), share(2 * right, wanted + found))


def share(part: int, whole: int) -> float:
    """A part in per cent, one decimal; 0 of nothing."""
    return round(100 * part / whole, 1) if whole else 0.0
