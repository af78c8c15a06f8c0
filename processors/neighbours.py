"""The signatures of the last so many texts, and which of them are similar to a given one.

Locality-sensitive hashing: a signature is cut into bands of four values, and texts that agree in a whole
band are compared. A pair at the threshold is found with a probability of 0.95, one at 0.6 with 0.99.

Bounded without a removal: texts are numbered as they come, a text lies in slot `number % capacity`, and each
bucket leads to its newest text, each text to the one before it in the bucket; a number that is too old ends
the chain, as in the window of a compressor.
"""

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from processors.duplicates import LENGTH, THRESHOLD, Signature

ROWS = 4
BANDS = LENGTH // ROWS
DEPTH = 64  # texts of a bucket that are looked at, newest first: a flood of one text costs no more

_BANDS = np.arange(BANDS)
_SPREAD = np.uint64(0x9E3779B97F4A7C15)  # 2^64 / golden ratio: Fibonacci hashing


class Neighbours:
    """Holds `capacity` texts, some 400 bytes and 128 for the buckets each."""

    def __init__(self, capacity: int) -> None:
        bits = max(4, (capacity - 1).bit_length())
        self._capacity = capacity
        self._shift = np.uint64(64 - bits)
        self._heads = np.zeros((BANDS, 1 << bits), np.uint32)  # number of the newest text; 0: none
        self._before = np.zeros((capacity, BANDS), np.uint32)
        self._signatures = np.zeros((capacity, LENGTH), np.uint16)
        self._standing = np.zeros(capacity, np.bool_)
        self._newest = 0

    def add(self, signature: Signature | None) -> int:
        """Takes in a text in place of the oldest; returns its number. One without signature is never found.

        Raises OverflowError beyond 2^32 texts.
        """
        self._newest += 1
        slot = self._newest % self._capacity
        self._standing[slot] = signature is not None
        if signature is None:
            return self._newest
        self._signatures[slot] = signature
        buckets = self._buckets(signature)
        self._before[slot] = self._heads[_BANDS, buckets]
        self._heads[_BANDS, buckets] = self._newest
        return self._newest

    def drop(self, number: int) -> None:
        """The text is not found any more."""
        if self._holds(number):
            self._standing[number % self._capacity] = False

    def signature(self, number: int) -> Signature | None:
        slot = number % self._capacity
        return self._signatures[slot] if self._holds(number) and self._standing[slot] else None

    def similar(self, signature: Signature) -> Iterator[tuple[int, float]]:
        """Number and similarity of the texts above the threshold, the most similar first, then the oldest."""
        numbers = np.array(sorted(self._candidates(signature)), np.int64)
        numbers = numbers[self._standing[numbers % self._capacity]]
        found = (self._signatures[numbers % self._capacity] == signature).mean(axis=1)
        for index in np.argsort(-found, kind="stable"):
            if found[index] < THRESHOLD:
                return
            yield int(numbers[index]), float(found[index])

    def _candidates(self, signature: Signature) -> set[int]:
        oldest = max(0, self._newest - self._capacity)
        bands, numbers = _BANDS, self._heads[_BANDS, self._buckets(signature)]
        found: set[int] = set()
        for _ in range(DEPTH):
            held = numbers > oldest
            if not held.any():
                break
            bands, numbers = bands[held], numbers[held]
            found.update(numbers.tolist())
            numbers = self._before[numbers % self._capacity, bands]
        return found

    def _buckets(self, signature: Signature) -> npt.NDArray[np.uint64]:
        return (np.ascontiguousarray(signature).view(np.uint64) * _SPREAD) >> self._shift

    def _holds(self, number: int) -> bool:
        return max(0, self._newest - self._capacity) < number <= self._newest
