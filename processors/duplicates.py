"""When two bodies are copies of each other: signatures of their words, and how similar two of them are.

A signature estimates the Jaccard similarity of what two bodies say: their runs of four words, and their
numbers, each of which weighs as much as a run more. So the daily piece that is always the same but for its
figures (prices, rates, the weather) is no copy of yesterday's, while a copy keeps its figures.

Measured on 10,532 Indonesian articles and on edited copies: docs/architecture.md, "Copies".
"""

import re
import unicodedata
from base64 import b64decode, b64encode
from itertools import islice

import numpy as np
import numpy.typing as npt
from rensa import RMinHash

THRESHOLD = 0.55  # from here on a body counts as a copy
LENGTH = 128  # values of a signature, 16 bits each: the error of a similarity is about 0.035

Signature = npt.NDArray[np.uint16]

_SEED = 42
_RUN = 4  # words
_NUMBER_WEIGHT = 4  # runs that a number is in
_FEWEST = 10  # words: less is a caption or a headline, and says nothing about where it comes from
_SHORT = 30  # words: below, one changed word may be the news, so that only equal bodies are copies
_READ = 20_000  # words from the beginning
_WORD = re.compile(r"[^\W\d_]+|\d+(?:[.,:]\d+)*")


def signature(body: str) -> str | None:
    """The signature of a cleaned body as it goes into records (base64); None where it says too little."""
    normal = unicodedata.normalize("NFKC", body).casefold()
    words = [match[0] for match in islice(_WORD.finditer(normal), _READ)]
    if len(words) < _FEWEST:
        return None
    [values] = RMinHash.digests_from_token_sets([_said(words)], LENGTH, _SEED)
    return encoded(np.array(values, np.uint32).astype(np.uint16))  # the low bits suffice


def encoded(values: Signature) -> str:
    return b64encode(values.astype("<u2").tobytes()).decode()


def decoded(signature: str) -> Signature:
    """The values of a signature. Raises ValueError where it is none."""
    values = np.frombuffer(b64decode(signature, validate=True), "<u2").astype(np.uint16)
    if len(values) != LENGTH:
        raise ValueError(f"a signature has {LENGTH} values, not {len(values)}")
    return values


def similarity(one: str, other: str) -> float:
    """How much two bodies have in common, from 0 to 1, by their signatures."""
    return float((decoded(one) == decoded(other)).mean())


def _said(words: list[str]) -> list[str]:
    """The set that is compared. Of a short body it is the body."""
    if len(words) < _SHORT:
        return [" ".join(words)]
    runs = [" ".join(words[start : start + _RUN]) for start in range(len(words) - _RUN + 1)]
    numbers = [f"{word} {n}" for word in words if word[0].isdigit() for n in range(_NUMBER_WEIGHT)]
    return runs + numbers
