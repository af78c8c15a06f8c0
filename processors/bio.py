"""Labelled words as files hold them: a word and its label a line, a blank line between sentences.

Reads what is about under the names BIO, IOB1, IOB2, BIOES, IOBES and BILOU.
"""

import re
from collections.abc import Iterator

import msgspec

from processors.errors import UsageError

_LABEL = re.compile(r"O|[BIESLU]-\S+")
_BLANKS = re.compile(r"[ \t]+")  # no other white space parts columns: it may be a word
_DOCUMENT = "-DOCSTART-"


class Labelled(msgspec.Struct, frozen=True):
    """A sentence: words, and as many labels (O, B-PER, I-PER …)."""

    words: list[str]
    labels: list[str]


def read(content: bytes, name: str) -> list[Labelled]:
    """The sentences of a file: of each line the first column is the word, the last one the label.

    Columns are parted by TAB where the line has one (a word may hold spaces then), else by spaces. A byte
    order mark, CRLF and `-DOCSTART-` lines are no words. Raises UsageError with `name` and line number.
    """
    sentences: list[Labelled] = []
    sentence = Labelled([], [])
    for columns in _lines(_decoded(content, name), name):
        if columns:
            sentence.words.append(columns[0])
            sentence.labels.append(columns[1])
        elif sentence.words:
            sentences.append(sentence)
            sentence = Labelled([], [])
    return [*sentences, sentence] if sentence.words else sentences


def _decoded(content: bytes, name: str) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        raise UsageError(f"{name}:{line}: not UTF-8; `iconv -t UTF-8` makes it so") from None


def _lines(text: str, name: str) -> Iterator[tuple[str, str] | None]:
    """Word and label of each line; None between sentences."""
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip() or line.split(maxsplit=1)[0] == _DOCUMENT:
            yield None
            continue
        word, label = _columns(line)
        if not word or not label:
            raise UsageError(f"{name}:{number}: wanted a word and its label, found {_shown(line.strip())}")
        if not _LABEL.fullmatch(label):
            raise UsageError(f"{name}:{number}: no label: {_shown(label)} (wanted O, B-PER, I-PER …)")
        yield word, label


def _columns(line: str) -> tuple[str, str]:
    """The first and the last column; the last is empty where there is one alone."""
    line = line.rstrip(" \t\r")
    columns = line.split("\t") if "\t" in line else _BLANKS.split(line.lstrip(" "))
    return columns[0].strip(" "), columns[-1].strip(" ") if len(columns) > 1 else ""


def _shown(text: str) -> str:
    return repr(text if len(text) <= 60 else text[:60] + "…")
