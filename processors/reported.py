"""Indirect and mixed quotes: what the quotes head marks, beside the direct quotes that the marks decide.

The roles head says where speaker and cue are; whom the words mean in the article is for `speakers` to say.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from processors.tagging import Passage, Tagged
from processors.words import Text

KINDS: dict[str, Literal["indirect", "mixed"]] = {"INDIRECT": "indirect", "MIXED": "mixed"}
_REACH = 200  # characters between a quote and its speaker or cue
_SHARED = 0.3  # of a passage inside direct quotes: more, and it is theirs
_QUOTED = 3  # words in quotation marks that make an indirect quote mixed
_EDGES = " \t\n,.;:-–—"


@dataclass(frozen=True, slots=True)
class Reported:
    """A content clause at body[start:end]; its speaker's mention and its cue, where the article has them."""

    start: int
    end: int
    kind: Literal["indirect", "mixed"]
    mention: tuple[int, int] | None
    cue: tuple[int, int] | None


def reported(text: Text, tagged: Tagged, direct: Iterable[tuple[int, int]]) -> list[Reported]:
    """The reported quotes of a text in order; `direct`: where its direct quotes are, in order."""
    taken = list(direct)
    speakers = [role for role in tagged.roles if role.type == "SPEAKER"]
    cues = [role for role in tagged.roles if role.type == "CUE"]
    found = []
    for passage in tagged.quotes:
        span = _trimmed(text, passage)
        if passage.type not in KINDS or not span or _shared(span, taken) > _SHARED:
            continue
        mention, cue = _nearest(text.body, span, speakers), _nearest(text.body, span, cues)
        found.append(Reported(*span, _kind(text, span), mention, cue))
    return found


def _trimmed(text: Text, passage: Passage) -> tuple[int, int] | None:
    """The clause without a conjunction (bahwa, that) before it and marks around it."""
    start, end = passage.start, passage.end
    while start < end and text.body[start] in _EDGES:
        start += 1
    first = text.at(start)
    if first < len(text) and text.low[first] in text.pack.conjunctions and first + 1 < len(text):
        start = max(start, text.start[first + 1])
        while text.body[start - 1] in "\"“‘'":
            start -= 1
    while end > start and text.body[end - 1] in _EDGES:
        end -= 1
    return (start, end) if start < end else None


def _shared(span: tuple[int, int], taken: Sequence[tuple[int, int]]) -> float:
    """The part of a span that lies in others."""
    start, end = span
    return sum(max(0, min(end, b) - max(start, a)) for a, b in taken) / (end - start)


def _kind(text: Text, span: tuple[int, int]) -> Literal["indirect", "mixed"]:
    first, last = text.at(span[0]), text.at(span[1])
    quoted = sum(number >= 0 for number in text.quoted[first:last])
    return "mixed" if quoted >= _QUOTED else "indirect"


def _nearest(body: str, span: tuple[int, int], roles: Sequence[Passage]) -> tuple[int, int] | None:
    """The role nearest to a clause, in its paragraph."""
    low = max(span[0] - _REACH, body.rfind("\n", 0, span[0]) + 1)
    line_end = body.find("\n", span[1])
    high = min(span[1] + _REACH, line_end if line_end >= 0 else len(body))
    near = [role for role in roles if role.start >= low and role.end <= high]
    best = min(near, key=lambda role: max(span[0] - role.end, role.start - span[1]), default=None)
    return (best.start, best.end) if best else None
