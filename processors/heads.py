"""What the encoder's outputs mean: four heads over each word, their types, and how their spans are decoded.

Every head tags words as Begin, Inside, End, Single or Out (BIOES). `spans` is Viterbi over that grammar with
a price on opening a span: greedy decoding breaks a long quote wherever one word is doubted.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import msgspec
import numpy as np

Array = np.ndarray[Any, np.dtype[np.float32]]


class Head(msgspec.Struct, frozen=True):
    """A head: its types, where its columns of the encoder's output start, the price of opening a span."""

    types: tuple[str, ...]
    start: int
    price: float

    @property
    def stop(self) -> int:
        """The column after its last."""
        return self.start + 1 + 4 * len(self.types)

    @property
    def labels(self) -> list[str]:
        """Its columns by name, in order: O, then B, I, E and S of each type."""
        return ["O", *(f"{mark}-{kind}" for kind in self.types for mark in "BIES")]


def _heads(types: Mapping[str, tuple[tuple[str, ...], float]]) -> dict[str, Head]:
    made: dict[str, Head] = {}
    start = 0
    for name, (kinds, price) in types.items():
        made[name] = Head(kinds, start, price)
        start = made[name].stop
    return made


HEADS = _heads(
    {
        "names": (("PER", "ORG", "LOC"), 0.0),
        "quotes": (("DIRECT", "INDIRECT", "MIXED"), 2.0),
        "roles": (("SPEAKER", "CUE"), 0.0),
        "evidence": (("DEAL",), 2.0),
    }
)
OUTPUTS = max(head.stop for head in HEADS.values())


class Found(msgspec.Struct, frozen=True):
    """A span of the words first … end - 1, its type."""

    first: int
    end: int
    type: str


def spans(outputs: Array, head: Head, breaks: Iterable[int] = (), price: float | None = None) -> list[Found]:
    """The best spans of a head over [words, OUTPUTS] log-probabilities; none crosses a word of `breaks`."""
    closed = frozenset(breaks)
    own = outputs[:, head.start : head.stop].astype(np.float64)
    paid = head.price if price is None else price
    kinds = range(len(head.types))
    table = own[:, 1:].reshape(len(own), len(head.types), 4)
    singles = table[:, :, 3] - paid
    alone = np.maximum(own[:, 0], singles.max(1)).tolist()
    begins, insides, ends = (table[:, :, n].tolist() for n in range(3))
    out, inside = 0.0, [-np.inf] * len(head.types)
    came: list[int] = []  # per word: the type whose span ended there, or -1
    went: list[list[bool]] = []  # per word and type: whether the span began there
    for n in range(len(own)):
        if n in closed:
            inside = [-np.inf] * len(inside)
        ended, best = -1, out + alone[n]
        begun, following = [], []
        for kind in kinds:
            score = inside[kind] + ends[n][kind]
            if score > best:
                ended, best = kind, score
            opened, kept = out + begins[n][kind] - paid, inside[kind] + insides[n][kind]
            begun.append(opened >= kept)
            following.append(max(opened, kept))
        came.append(ended)
        went.append(begun)
        out, inside = best, following
    single = np.where(singles.max(1) > own[:, 0], singles.argmax(1), -1).tolist()
    return list(reversed(list(_traced(came, went, single, head.types))))


def _traced(
    came: Sequence[int], went: Sequence[Sequence[bool]], single: Sequence[int], types: Sequence[str]
) -> Iterator[Found]:
    """Walks back from the last word, which is outside or ends a span."""
    n = len(came) - 1
    while n >= 0:
        kind = came[n]
        if kind < 0:
            if single[n] >= 0:
                yield Found(n, n + 1, types[single[n]])
            n -= 1
            continue
        end = n + 1
        n -= 1
        while not went[n][kind]:
            n -= 1
        yield Found(n, end, types[kind])
        n -= 1


def log_softmax(outputs: Array) -> Array:
    """Log-probabilities of each head, from the encoder's raw outputs [words, OUTPUTS]."""
    result = np.empty_like(outputs)
    for head in HEADS.values():
        own = outputs[:, head.start : head.stop]
        shifted = own - own.max(1, keepdims=True)
        result[:, head.start : head.stop] = shifted - np.log(np.exp(shifted).sum(1, keepdims=True))
    return result
