"""Linear classifiers over named features: a weight a feature and class, read from JSON.

A classifier of two classes may weigh the numbers of a sentence's meaning, too. The weights are trained by
`training.deals` and can be read: the features name the rules they stand for.
"""

import json
import math
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np

Numbers = np.ndarray[Any, np.dtype[np.float32]]


@dataclass(frozen=True, slots=True, eq=False)
class Meaning:
    """What the numbers of a sentence's meaning weigh, and what they do in the mean."""

    weights: Numbers
    mean: float

    def score(self, meaning: bytes) -> float:
        """By how much a meaning says more than most; 0 where it isn't known."""
        return float(np.frombuffer(meaning, "<f4") @ self.weights) - self.mean if meaning else 0.0


@dataclass(frozen=True, slots=True, eq=False)
class Linear:
    """`weights[feature]` has as many numbers as there are classes; `bias` too."""

    classes: tuple[str, ...]
    bias: tuple[float, ...]
    weights: dict[str, tuple[float, ...]]
    meaning: Meaning | None = None  # of the first class

    def scores(self, features: Iterable[str], meaning: bytes = b"") -> list[float]:
        """A number a class, unbounded: what each feature says for it, added up."""
        totals = list(self.bias)
        if self.meaning:
            totals[0] += self.meaning.score(meaning)
        for feature in features:
            for k, weight in enumerate(self.weights.get(feature, ())):
                totals[k] += weight
        return totals

    def best(self, features: Iterable[str]) -> str:
        """The likeliest class."""
        scores = self.scores(features)
        return self.classes[max(range(len(scores)), key=scores.__getitem__)]

    def probabilities(self, features: Iterable[str]) -> list[float]:
        """Between 0 and 1: of one class by itself, of several adding up to 1."""
        scores = self.scores(features)
        if len(scores) == 1:
            return [1 / (1 + math.exp(-max(-50.0, min(50.0, scores[0]))))]
        powers = [math.exp(score - max(scores)) for score in scores]
        return [power / sum(powers) for power in powers]


@cache
def linear(name: str) -> Linear:
    """One of the classifiers of languages/deals.json, by its name."""
    table = json.loads((files("processors.languages") / "deals.json").read_text("utf8"))[name]
    weights = {feature: tuple(numbers) for feature, numbers in table["weights"].items()}
    meaning = table.get("meaning")
    return Linear(
        tuple(table["classes"]),
        tuple(table["bias"]),
        weights,
        Meaning(np.array(meaning["weights"], np.float32), meaning["mean"]) if meaning else None,
    )
