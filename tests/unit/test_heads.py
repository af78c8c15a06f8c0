"""Decoding: the best spans under the grammar, with a price on opening one."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from processors.heads import HEADS, OUTPUTS, Array, Found, log_softmax, spans

NAMES, QUOTES = HEADS["names"], HEADS["quotes"]
OUTPUT_ROWS = st.integers(0, 5).flatmap(
    lambda n: arrays(np.float32, (n, OUTPUTS), elements=st.floats(-8, 0, width=32))
)


def certain(labels: list[str], head: str = "names") -> Array:
    """Outputs that leave no doubt."""
    outputs = np.full((len(labels), OUTPUTS), -20, np.float32)
    for row, label in enumerate(labels):
        outputs[row, HEADS[head].start + HEADS[head].labels.index(label)] = 0
    return outputs


def score(outputs: Array, path: tuple[str, ...], price: float) -> float:
    """What a row of labels of the names head is worth; -inf where the grammar forbids it."""
    total, inside = 0.0, ""
    for row, label in enumerate(path):
        mark, _, kind = label.partition("-")
        if (mark in "IE") != bool(inside) or (inside and kind != inside):
            return -np.inf
        total += float(outputs[row, NAMES.start + NAMES.labels.index(label)]) - price * (mark in "BS")
        inside = kind if mark in "BI" else ""
    return -np.inf if inside else total


def labels_of(found: list[Found], words: int) -> tuple[str, ...]:
    path = ["O"] * words
    for span in found:
        inner = span.end - span.first - 2
        marks = ["S"] if inner < 0 else ["B", *"I" * inner, "E"]
        path[span.first : span.end] = [f"{mark}-{span.type}" for mark in marks]
    return tuple(path)


def test_certain_labels_are_their_spans() -> None:
    labels = ["O", "B-PER", "I-PER", "E-PER", "S-LOC", "B-ORG", "E-ORG"]
    assert spans(certain(labels), NAMES) == [Found(1, 4, "PER"), Found(4, 5, "LOC"), Found(5, 7, "ORG")]


def test_a_doubted_word_does_not_break_a_quote() -> None:
    outputs = certain(["B-INDIRECT", *["I-INDIRECT"] * 7, "E-INDIRECT"], "quotes")
    outputs[4, QUOTES.start : QUOTES.stop] = np.log(0.3 / 12)
    outputs[4, QUOTES.start] = np.log(0.7)  # Out is likelier than Inside here
    assert spans(outputs, QUOTES) == [Found(0, 9, "INDIRECT")]


def test_no_span_crosses_a_break() -> None:
    outputs = certain(["B-PER", "I-PER", "I-PER", "E-PER"])
    assert all(not (span.first < 2 < span.end) for span in spans(outputs, NAMES, breaks=[2]))


def test_a_price_keeps_weak_spans_closed() -> None:
    outputs = log_softmax((certain(["O", "S-PER", "O"]) / 20).astype(np.float32))
    outputs[1, NAMES.start] = outputs[1].max() - 1
    assert spans(outputs, NAMES, price=0) == [Found(1, 2, "PER")]
    assert spans(outputs, NAMES, price=2) == []


@settings(deadline=None, max_examples=60)
@given(OUTPUT_ROWS.filter(lambda rows: len(rows) <= 3), st.sampled_from([0.0, 1.5]))
def test_no_other_labels_are_worth_more(outputs: Array, price: float) -> None:
    found = score(outputs, labels_of(spans(outputs, NAMES, price=price), len(outputs)), price)
    best = max(score(outputs, path, price) for path in itertools.product(NAMES.labels, repeat=len(outputs)))
    assert found == pytest.approx(best, abs=1e-4)


@settings(deadline=None)
@given(OUTPUT_ROWS, st.sets(st.integers(0, 5)))
def test_spans_are_in_order_and_apart(outputs: Array, breaks: set[int]) -> None:
    for head in HEADS.values():
        at = 0
        for span in spans(outputs, head, breaks):
            assert at <= span.first < span.end <= len(outputs)
            assert span.type in head.types
            assert not breaks & set(range(span.first + 1, span.end))
            at = span.end


@settings(deadline=None)
@given(OUTPUT_ROWS)
def test_each_head_has_a_distribution_of_its_own(outputs: Array) -> None:
    found = np.exp(log_softmax(outputs))
    for head in HEADS.values():
        assert found[:, head.start : head.stop].sum(1) == pytest.approx(np.ones(len(outputs)), abs=1e-4)
