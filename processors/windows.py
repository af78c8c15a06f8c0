"""A text as the encoder reads it: word pieces in windows that never cut a word and seldom a sentence.

Each word is brought to pieces as it stands, with the gap before it or without; a line's end becomes `</s>`.
A text that fits is one window. A longer one is cut into windows of like size at sentence starts; each also
sees `CONTEXT` pieces of its neighbours, and decides on its own words only.
"""

import unicodedata
from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path

import msgspec
from tokenizers import Tokenizer as Pieces
from tokenizers.pre_tokenizers import Metaspace

LONGEST = 510  # pieces of a window, `<s>` and `</s>` not counted
CONTEXT = 64  # pieces of a neighbour that a window sees
SLACK = 48  # how far from its even place a cut may move to a sentence's start
LONGEST_WORD = 64  # characters of a word that the encoder sees
LONGEST_PIECES = 16  # pieces of a word that the encoder sees

Span = tuple[int, int]

_CLOSERS = frozenset(".,;:!?)]}%”’»…")
_OPENERS = frozenset("([{“‘«")


class Window(msgspec.Struct, frozen=True):
    """The ids of a window, and for each word from `first` on that it decides, where its first piece is."""

    ids: list[int]
    first: int
    places: list[int]


class Reading(msgspec.Struct, frozen=True):
    """The pieces of a text in a row, the place of each word's first piece, the words that begin sentences."""

    ids: list[int]
    begins: list[int]
    starts: list[int]


def windows(pieces: Pieces, text: str, sentences: Sequence[Sequence[Span]]) -> Iterator[Window]:
    """The windows over a text whose sentences are given as spans of their words; none where it has none."""
    reading = read(pieces, text, sentences)
    start, end = number(pieces, "<s>"), number(pieces, "</s>")
    begins = [*reading.begins, len(reading.ids)]
    cuts = _cuts(begins, reading.starts)
    for low, high in pairwise(cuts):
        left, right = low, high
        while left and begins[low] - begins[left - 1] <= CONTEXT:
            left -= 1
        while right + 1 < len(begins) and begins[right + 1] - begins[high] <= CONTEXT:
            right += 1
        offset = begins[left]
        ids = [start, *reading.ids[offset : begins[right]], end]
        yield Window(ids, low, [begins[word] - offset + 1 for word in range(low, high)])


def read(pieces: Pieces, text: str, sentences: Sequence[Sequence[Span]]) -> Reading:
    """The pieces of all words; a word that has none gets `<unk>`."""
    unknown, line_end = number(pieces, "<unk>"), number(pieces, "</s>")
    words = [span for sentence in sentences for span in sentence]
    starts, count = [], 0
    for sentence in sentences:
        starts.append(count)
        count += len(sentence)
    shown, breaks = [], set()
    last = words[0][0] if words else 0
    for n, (begin, end) in enumerate(words):
        gap = text[last:begin]
        if "\n" in gap or "\u2029" in gap:
            breaks.add(n)
        shown.append((" " if gap or not n else "") + _seen(text[begin : min(end, begin + LONGEST_WORD)]))
        last = end
    encoding = pieces.encode(shown, is_pretokenized=True, add_special_tokens=False)
    ids: list[int] = []
    begins: list[int] = []
    at, found, owners = 0, encoding.ids, encoding.word_ids
    for n in range(len(words)):
        if n in breaks:
            ids.append(line_end)
        begins.append(len(ids))
        until = at
        while until < len(found) and owners[until] == n:
            until += 1
        ids += found[at : min(until, at + LONGEST_PIECES)] or [unknown]
        at = until
    return Reading(ids, begins, starts)


def _cuts(begins: Sequence[int], starts: Sequence[int]) -> list[int]:
    """The first words of the windows and, last, the number of words."""
    count, total = len(begins) - 1, begins[-1]
    if not count:
        return []
    if total <= LONGEST:
        return [0, count]
    core = LONGEST - 2 * CONTEXT - SLACK - LONGEST_PIECES
    step = total / -(-total // core)
    sentence_starts = set(starts)
    cuts, wanted, word = [0], step, 0
    while wanted < total - 1:
        while begins[word] < wanted:
            word += 1
        around = range(max(1, word - SLACK), min(count, word + SLACK))
        near = [(abs(begins[n] - wanted), n) for n in around if n in sentence_starts]
        apart, best = min(near, default=(0, word))
        best = best if apart <= SLACK / 2 else word
        if best > cuts[-1]:
            cuts.append(best)
        wanted += step
    return [*cuts, count]


def _seen(word: str) -> str:
    """A word without characters that print nothing."""
    if word.isalnum() or word.isprintable():
        return word
    return "".join(c for c in word if unicodedata.category(c)[0] != "C")


def spaced(words: Sequence[str]) -> tuple[str, list[Span]]:
    """A text of given words, with gaps where print has them, and the spans of the words in it."""
    parts: list[str] = []
    spans: list[Span] = []
    at, glue = 0, True
    for word in words:
        if not (glue or word in _CLOSERS):
            parts.append(" ")
            at += 1
        parts.append(word)
        spans.append((at, at + len(word)))
        at += len(word)
        glue = word in _OPENERS
    return "".join(parts), spans


def load_pieces(path: Path) -> Pieces:
    """The word pieces of a tokenizer file, made to take words one by one, a gap being part of a word."""
    pieces = Pieces.from_file(str(path))
    pieces.pre_tokenizer = Metaspace(prepend_scheme="never", split=False)
    return pieces


def number(pieces: Pieces, piece: str) -> int:
    """The id of a special piece. Raises ValueError where the tokenizer has none."""
    found: int | None = pieces.token_to_id(piece)
    if found is None:
        raise ValueError(f"the tokenizer has no {piece}")
    return found
