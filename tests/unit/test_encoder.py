"""The 8-bit encoder: close to the float32 model it was made from, and each window for itself."""

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from safetensors.torch import load_file, save_file
from transformers import BertConfig, BertModel

from processors.encoder import Encoder, Ids, Logits, Shape, _supported, quantised

SHAPE = Shape(
    hidden=96, layers=3, heads=6, feed_forward=384, positions=100, epsilon=1e-12, outputs=11
)  # heads that make no full groups, positions that are no multiple of the rows filled up to
PIECES = 150
QUICK = pytest.param(
    True,
    marks=pytest.mark.skipif(not _supported(), reason="the processor has no VNNI and bfloat16"),
    id="8 bits",
)
PLAIN = pytest.param(False, id="float32")


def bert() -> BertModel:
    """A model of random weights, with a column and a neuron in each layer that reach beyond the others."""
    torch.manual_seed(1)
    config = BertConfig(
        vocab_size=PIECES,
        hidden_size=SHAPE.hidden,
        num_hidden_layers=SHAPE.layers,
        num_attention_heads=SHAPE.heads,
        intermediate_size=SHAPE.feed_forward,
        max_position_embeddings=SHAPE.positions,
        layer_norm_eps=SHAPE.epsilon,
        type_vocab_size=1,
        initializer_range=0.05,
    )
    model: BertModel = BertModel(config, add_pooling_layer=False).eval()  # type: ignore[no-untyped-call]
    with torch.no_grad():
        for name, tensor in model.named_parameters():
            if name.endswith("bias"):
                tensor.normal_(0, 0.05)
            if name.endswith("intermediate.dense.weight"):
                tensor[7] *= 4
            if name.endswith("attention.output.LayerNorm.weight"):
                tensor[3] *= 5
    return model


def window(seed: int, length: int) -> list[int]:
    """A window of random pieces."""
    numbers: list[int] = np.random.default_rng(seed).integers(0, PIECES, length).tolist()
    return numbers


MODEL = bert()
STATE = {
    **MODEL.state_dict(),
    "heads.weight": torch.randn(SHAPE.outputs, SHAPE.hidden, generator=torch.Generator().manual_seed(2)),
    "heads.bias": torch.linspace(-1, 1, SHAPE.outputs),
}
WEIGHTS = quantised(STATE, SHAPE, [window(seed, 100) for seed in range(100, 120)])


def wanted(ids: list[int]) -> Logits:
    """The logits of transformers' model."""
    with torch.inference_mode():
        hidden = MODEL(torch.tensor([ids])).last_hidden_state[0]
        result: Logits = (hidden @ STATE["heads.weight"].t() + STATE["heads.bias"]).numpy()
    return result


def cosines(found: Logits, right: Logits) -> Logits:
    """The cosine of each row of one with that of the other."""
    lengths = np.linalg.norm(found, axis=1) * np.linalg.norm(right, axis=1)
    result: Logits = (found * right).sum(1) / lengths
    return result


@pytest.fixture(scope="module", autouse=True)
def one_thread() -> Iterator[None]:
    """As in the pipeline; and threads that wait for each other would slow so small a model down."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="module")
def encoder() -> Callable[[bool], Encoder]:
    """The encoder, in 8 bits or not."""
    made = {quick: Encoder(SHAPE, WEIGHTS, quick=quick) for quick in (False, _supported())}
    return made.__getitem__


def logits(encoder: Encoder, ids: Ids) -> list[Logits]:
    return [encoder.read_off(rows) for rows in encoder.rows(ids)]


@pytest.mark.parametrize("length", [1, 2, 31, 32, 33, 77, 100])
@pytest.mark.parametrize("quick", [QUICK, PLAIN])
def test_logits_are_those_of_the_float32_model(
    encoder: Callable[[bool], Encoder], quick: bool, length: int
) -> None:
    ids = window(length, length)
    (found,) = logits(encoder(quick), [ids])
    assert found.shape == (length, SHAPE.outputs)
    assert found.dtype == np.float32
    assert cosines(found, wanted(ids)).mean() > 0.999
    assert cosines(found, wanted(ids)).min() > 0.99


@pytest.mark.parametrize("quick", [QUICK, PLAIN])
@settings(max_examples=8, deadline=None)
@given(lengths=st.lists(st.integers(1, SHAPE.positions), min_size=1, max_size=4), seed=st.integers(0, 1_000))
def test_a_window_has_the_same_logits_to_the_bit_whatever_goes_along_with_it(
    encoder: Callable[[bool], Encoder], quick: bool, lengths: list[int], seed: int
) -> None:
    windows = [window(seed + n, length) for n, length in enumerate(lengths)]
    together = logits(encoder(quick), windows)
    for ids, found in zip(reversed(windows), reversed(together), strict=True):
        (alone,) = logits(encoder(quick), [ids])
        assert np.array_equal(alone, found)


@pytest.mark.parametrize("quick", [QUICK, PLAIN])
def test_a_matrix_of_ids_is_a_window_a_row(encoder: Callable[[bool], Encoder], quick: bool) -> None:
    windows = [window(1, 40), window(2, 40)]
    for found, row in zip(logits(encoder(quick), np.array(windows)), windows, strict=True):
        assert np.array_equal(found, logits(encoder(quick), [row])[0])


@pytest.mark.parametrize("quick", [QUICK])
def test_scores_that_8_bits_cannot_take_are_computed_in_float32(quick: bool) -> None:
    steep = dict(WEIGHTS)
    steep["layer.1.attention.scale"] = WEIGHTS["layer.1.attention.scale"].clone()
    steep["layer.1.attention.scale"][: SHAPE.hidden] *= 500
    ids = window(5, 60)
    (found,) = logits(Encoder(SHAPE, steep, quick=quick), [ids])
    (right,) = logits(Encoder(SHAPE, steep, quick=False), [ids])
    assert np.array_equal(found, right)


def test_no_windows_give_no_logits(encoder: Callable[[bool], Encoder]) -> None:
    assert logits(encoder(False), []) == []


@pytest.mark.parametrize("length", [0, SHAPE.positions + 1])
def test_a_window_without_pieces_or_with_too_many_is_refused(
    encoder: Callable[[bool], Encoder], length: int
) -> None:
    with pytest.raises(ValueError, match=f"1 to 100 pieces, not {length}"):
        logits(encoder(False), [window(1, length)])


def test_matrices_are_stored_in_8_bits_and_come_back_from_a_file(tmp_path: Path) -> None:
    save_file(WEIGHTS, tmp_path / "encoder.safetensors")
    stored = load_file(tmp_path / "encoder.safetensors")
    large = {name for name, tensor in stored.items() if tensor.numel() > 10_000}
    assert {stored[name].dtype for name in large} == {torch.int8}
    ids = window(9, 50)
    assert np.array_equal(logits(Encoder(SHAPE, stored), [ids])[0], logits(Encoder(SHAPE, WEIGHTS), [ids])[0])
