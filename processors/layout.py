"""Lines, spaces and paragraphs: from any text to paragraphs separated by one blank line."""

import re
from itertools import pairwise

_LINE_ENDS = re.compile(r"\r\n?|[\v\f\x1c-\x1e\x85\u2028\u2029]")
_SPACES = re.compile(r"[\t \u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]+")
_ODD_SPACE = re.compile(r"[\t\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]|  ")
# Controls, soft hyphens, zero-width spaces, marks of direction, byte order marks, lone surrogates.
# Joiners (200C, 200D) stay: Persian and emoji need them.
_INVISIBLE = re.compile(
    r"[\x00-\x08\x0e-\x1b\x1f\x7f-\x84\x86-\x9f\u00ad"
    r"\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff\ud800-\udfff]"
)
_C1 = re.compile(r"[\x80-\x84\x86-\x9f]")  # in no real text: UTF-8 that somebody read as Latin-1
_MISREAD = re.compile(r"[\u00c2-\u00f4][\u0080-\u00bf]{1,3}")
_SENTENCE_END = (".", "!", "?", '"', "”", "’", "'", ":", ")", ";", "]", "…")
_WRAP_AT = range(45, 101)  # a hard-wrapped line is about this long


def lines(text: str) -> list[str]:
    """The lines, stripped of all that cannot be seen; a blank line is ''."""
    if _C1.search(text):
        text = _MISREAD.sub(_reread, text)
    text = _LINE_ENDS.sub("\n", text)
    text = _INVISIBLE.sub("", text)
    if _ODD_SPACE.search(text):
        text = _SPACES.sub(" ", text)
    return [line.strip() for line in text.split("\n")]


def _reread(found: re.Match[str]) -> str:
    """The characters that the bytes were before they were misread."""
    try:
        return found[0].encode("latin-1").decode("utf-8")
    except UnicodeDecodeError:
        return found[0]


def paragraphs(text: str) -> list[str]:
    """The paragraphs of a text. A line is one, unless the text is hard-wrapped: then a block of lines is."""
    rows = lines(text)
    if not _hard_wrapped(rows):
        return [row for row in rows if row]
    found: list[str] = []
    block: list[str] = []
    for row in [*rows, ""]:
        if row:
            block.append(row)
        elif block:
            found.append(" ".join(block))
            block = []
    return found


def _hard_wrapped(rows: list[str]) -> bool:
    """Whether most lines with a successor in their block break off in mid-sentence at about one width."""
    pairs = [(row, after) for row, after in pairwise(rows) if row and after]
    if len(pairs) < 4 or "" not in rows:
        return False
    broken = sum(len(row) in _WRAP_AT and not row.endswith(_SENTENCE_END) for row, _ in pairs)
    return broken >= 0.6 * len(pairs)


def join(parts: list[str]) -> str:
    """The text of these paragraphs."""
    return "\n\n".join(parts)
