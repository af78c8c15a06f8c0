"""Linear classifiers: what features and a sentence's meaning add up to."""

import numpy as np

from processors.linear import Linear, Meaning, linear

WEIGHED = Linear(("deal",), (-1.0,), {"sale": (2.0,)}, Meaning(np.array([1, 2], np.float32), 0.5))


def numbers(*given: float) -> bytes:
    return np.array(given, "<f4").tobytes()


def test_the_meaning_counts_by_how_far_it_is_from_the_mean() -> None:
    assert WEIGHED.scores(["sale"], numbers(1, 1)) == [-1.0 + 2.0 + (1 + 2 - 0.5)]


def test_what_has_no_meaning_is_in_the_mean() -> None:
    assert WEIGHED.scores(["sale", "unknown"]) == [1.0]


def test_the_classifier_of_mentions_weighs_as_many_numbers_as_the_encoder_has() -> None:
    meaning = linear("mention").meaning
    assert meaning
    assert meaning.weights.shape == (384,)
