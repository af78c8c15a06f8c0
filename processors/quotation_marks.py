"""Pairs quotation marks of any style, in linear time, however broken the copy is.

Marks mix in real copy ("…”, ”…”, „…“, '', ``), stand on the wrong side of a space, open every paragraph of
a long quotation and are forgotten. So each is judged by what stands around it, and a paragraph by whether
its marks come out even. Apostrophes (Jum'at, Ma'ruf, don't) and inches are no marks.
"""

import re
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

Look = Literal["open", "maybe-open", "close", "either"]

_MARK = re.compile(r"``|''|[\"“”„‟«»‹›＂]|\n+")
_OPENERS = "“„‟«‹``"
_CLOSERS = "”»›"
_SINGLE_OPEN = re.compile(r"(?<![\w'’‘])['‘](?=\w)")
_SINGLE_CLOSE = re.compile(r"(?<=[,.?!…])['’](?![\w'’])")
_AFTER_CLOSE = ",.;:!?)]…—–-"
_BEFORE_OPEN = "([{—–/:-"
_STOPS = ",.!?…"
_FAR = 4000  # characters a quotation may run over paragraphs without marks


@dataclass(frozen=True, slots=True)
class Pair:
    """`start:end` is what stands between the marks, without outer blanks; `open:close` includes the marks."""

    start: int
    end: int
    open: int
    close: int


@dataclass(frozen=True, slots=True)
class _Mark:
    start: int
    end: int
    look: Look


def pairs(body: str) -> list[Pair]:
    """The outermost quotations of a text in order, none inside another. Empty ones are left out."""
    found: list[Pair] = []
    dangling: _Mark | None = None
    dangling_end = 0
    for marks_found, begin, end in _paragraphs(body):
        marks = marks_found
        if dangling and marks:
            opener, dangling = dangling, None
            if len(marks) % 2 and marks[0].look in ("close", "either") and marks[0].start - opener.end < _FAR:
                found += _pair(body, opener.start, opener.end, marks[0].start, marks[0].end)
                marks = marks[1:]
            elif marks[0].start - begin <= 1:  # the next paragraph opens again: it was a quotation to its end
                found += _pair(body, opener.start, opener.end, dangling_end, dangling_end)
        closed, dangling_now = _match(body, marks)
        for opener, closer in closed:
            found += _pair(body, opener.start, opener.end, closer.start, closer.end)
        if dangling_now:
            dangling, dangling_end = dangling_now, end
    return sorted([*found, *_singles(body, found)], key=lambda pair: pair.open)


def _paragraphs(body: str) -> Iterator[tuple[list[_Mark], int, int]]:
    marks: list[_Mark] = []
    begin = 0
    for match in _MARK.finditer(body):
        if match[0][0] != "\n":
            look = _look(body, match)
            if look:
                marks.append(_Mark(match.start(), match.end(), look))
            continue
        yield marks, begin, match.start()
        marks, begin = [], match.end()
    yield marks, begin, len(body)


def _look(body: str, mark: re.Match[str]) -> Look | None:
    """What the neighbours of a mark make of it; None: it is no mark."""
    start, end = mark.span()
    before, after = body[start - 1 : start], body[end : end + 1]
    free_before = not before or before.isspace() or before in _BEFORE_OPEN
    free_after = not after or after.isspace() or after in _AFTER_CLOSE
    if free_before and not free_after:
        stopped = (
            body[max(0, start - 3) : start].rstrip()[-1:] in _STOPS
            if before.isspace() and before != "\n"
            else False
        )
        return "maybe-open" if stopped and mark[0] not in _OPENERS else "open"
    if free_after and not free_before:
        return "close"
    if mark[0] in _OPENERS:
        return "open"
    if mark[0] in _CLOSERS:
        return "close"
    return "either"


def _match(body: str, marks: list[_Mark]) -> tuple[list[tuple[_Mark, _Mark]], _Mark | None]:
    """The pairs of one paragraph and the opening mark left without a closing one, if that is its last."""
    if not marks:
        return [], None
    if len(marks) % 2:
        marks = _without_inches(body, marks)
    if len(marks) % 2 == 0:
        return _nested(marks) or list(zip(marks[::2], marks[1::2], strict=True)), None
    return _by_looks(marks)


def _without_inches(body: str, marks: list[_Mark]) -> list[_Mark]:
    """Drops the first straight mark behind a figure that goes on in small letters: 'layar 15" itu'."""
    for index, mark in enumerate(marks):
        after = body[mark.end : mark.end + 2]
        figure = body[mark.start - 1 : mark.start].isdigit() and body[mark.start : mark.end] in ('"', "''")
        if figure and after[:1] not in tuple(_STOPS) and (after.lstrip()[:1].islower() or index == 0):
            return marks[:index] + marks[index + 1 :]
    return marks


def _nested(marks: list[_Mark]) -> list[tuple[_Mark, _Mark]] | None:
    """The outermost pairs where looks alone make a well-formed nesting."""
    found: list[tuple[_Mark, _Mark]] = []
    stack: list[_Mark] = []
    for mark in marks:
        if mark.look == "open" or (mark.look != "close" and not stack):
            stack.append(mark)
        elif mark.look == "maybe-open" or not stack:
            return None
        else:
            opener = stack.pop()
            if not stack:
                found.append((opener, mark))
    return None if stack else found


def _by_looks(marks: list[_Mark]) -> tuple[list[tuple[_Mark, _Mark]], _Mark | None]:
    """An odd paragraph: a second opening mark in a row says that the first was never closed."""
    found: list[tuple[_Mark, _Mark]] = []
    opener: _Mark | None = None
    for mark in marks:
        if mark.look in ("open", "maybe-open"):
            opener = mark
        elif opener:
            found.append((opener, mark))
            opener = None
        elif mark.look == "either":
            opener = mark
    return found, opener


def _singles(body: str, doubles: list[Pair]) -> list[Pair]:
    """'Sentences in single marks,' outside the others: the closing mark follows a stop."""
    closers = [match.start() for match in _SINGLE_CLOSE.finditer(body)]
    if not closers:
        return []
    breaks = [match.start() for match in re.finditer("\n", body)] + [len(body)]
    taken = sorted(doubles, key=lambda pair: pair.open)
    opens = [pair.open for pair in taken]
    found: list[Pair] = []
    done = 0
    for match in _SINGLE_OPEN.finditer(body):
        start = match.start()
        which = bisect_left(closers, start)
        if start < done or which == len(closers):
            continue
        closer = closers[which]
        near = bisect_left(opens, start)
        inside = near > 0 and taken[near - 1].close > start
        crosses = near < len(opens) and opens[near] < closer
        if inside or crosses or breaks[bisect_left(breaks, start)] < closer:
            continue
        found += _pair(body, start, start + 1, closer, closer + 1)
        done = closer + 1
    return found


def _pair(body: str, opened: int, start: int, end: int, closed: int) -> list[Pair]:
    while start < end and body[start].isspace():
        start += 1
    while end > start and body[end - 1].isspace():
        end -= 1
    return [Pair(start, end, opened, closed)] if start < end else []
