"""A BERT encoder with one output matrix, in 8-bit integers on one thread.

The weights are int8 with a scale for each row. Activations are brought to 8 bits with steps that were
measured once, on sample text, and lie beside the weights (`quantised`). Two things keep that exact enough:
columns of widely different range share the difference with the weights that read them (SmoothQuant,
arXiv:2211.10438), and the few feed-forward neurons that reach far beyond the others pass by the 8-bit matrix
in float32. Windows are done one by one, so a window's logits depend on nothing but the window.

Attention is in bfloat16 without the subtraction of each row's maximum: keys are stored relative to the mean
key, which softmax doesn't see and which keeps scores near nought. A window whose scores leave the range all
the same is done in float32, as every window is where the processor lacks VNNI or bfloat16.
"""

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import msgspec
import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import gelu, layer_norm, linear, scaled_dot_product_attention

ROWS = 32  # windows are filled up to a multiple of it, for oneDNN makes and keeps code for each size it meets
TOGETHER = 4  # heads whose scores are in the cache at once
MIDDLE = 128  # what stands for 0 among the activations' 8 bits
OUTLIERS = 8  # neurons of a layer that are kept out of the 8-bit matrix
SHARE = 0.75  # of a column's range that the activations' steps take over; the weights take the rest
STARTS = 2, 8, 32  # so many pieces of a sample are samples too: attention over few pieces reaches further
LEAST_GELU = 0.17  # GELU is never below -0.17
LOWEST, HIGHEST = 2.0**-100, 2.0**100  # sums of exponentials that bfloat16 and its products hold

Weights = Mapping[str, Tensor]
Ids = Sequence[Sequence[int]] | np.ndarray[Any, np.dtype[np.integer[Any]]]
Rows = np.ndarray[Any, np.dtype[np.float32]]
Logits = np.ndarray[Any, np.dtype[np.float32]]
Seen = Callable[[str, Tensor], None]


class Shape(msgspec.Struct, frozen=True):
    """The sizes of an encoder; `outputs` is the number of logits of a word piece."""

    hidden: int
    layers: int
    heads: int
    feed_forward: int
    positions: int
    epsilon: float
    outputs: int


class Encoder:
    """Gives the logits of windows of word pieces. One instance serves one thread."""

    def __init__(self, shape: Shape, weights: Weights, *, quick: bool | None = None) -> None:
        """`weights` as `quantised` gives them; `quick` is whether to use 8 bits: None asks the processor."""
        self._shape = shape
        self._weights = weights
        self._heads = weights["heads.weight"].float(), weights["heads.bias"]
        self._quick = _supported() if quick is None else quick
        self._layers: list[_QuickLayer] = []
        self._plain: list[_PlainLayer] = []
        if self._quick:
            length = _filled(shape.positions)
            scores = torch.empty(TOGETHER * length * length, dtype=torch.bfloat16)
            self._layers = [_QuickLayer(shape, _part(weights, n), scores) for n in range(shape.layers)]

    def rows(self, ids: Ids) -> list[Rows]:
        """The last layer's rows of each window, [pieces, hidden]; the windows' ids include <s> and </s>.

        Raises ValueError for a window of no pieces or of more than `positions`.
        """
        with torch.inference_mode():
            return [self._last(torch.as_tensor(window)).numpy() for window in ids]

    def read_off(self, rows: Rows) -> Logits:
        """The logits that a window's rows give, [pieces, outputs]."""
        with torch.inference_mode():
            result: Logits = linear(torch.from_numpy(rows), *self._heads).numpy()
        return result

    def _last(self, ids: Tensor) -> Tensor:
        if not 0 < len(ids) <= self._shape.positions:
            raise ValueError(f"a window has 1 to {self._shape.positions} pieces, not {len(ids)}")
        rows = _embedded(self._weights, self._shape, ids)
        last = self._run_quick(rows) if self._quick else None
        return self._run_plain(rows) if last is None else last

    def _run_quick(self, rows: Tensor) -> Tensor | None:
        """The last layer's rows, or None where some scores were out of range."""
        length = len(rows)
        filled = _filled(length)
        hidden = rows.new_zeros(filled, self._shape.hidden)
        hidden[:length] = rows
        sums = torch.empty(self._shape.layers, self._shape.heads, filled, 1, dtype=torch.bfloat16)
        there = torch.zeros(self._shape.heads, filled, 1, dtype=torch.bfloat16)
        there[:, :length] = 1
        for layer, its_sums in zip(self._layers, sums, strict=True):
            hidden = layer(hidden, there, its_sums, length)
        fits = bool(((sums > LOWEST) & (sums < HIGHEST)).all())
        return hidden[:length] if fits else None

    def _run_plain(self, rows: Tensor) -> Tensor:
        """The last layer's rows in float32."""
        if not self._plain:
            parts = (_part(self._weights, n) for n in range(self._shape.layers))
            self._plain = [_PlainLayer(self._shape, _unpacked(part)) for part in parts]
        for layer in self._plain:
            rows = layer(rows)
        return rows


class _Linear:
    """A linear layer over 8-bit activations."""

    def __init__(self, weight: Tensor, scale: Tensor, bias: Tensor, step: float, zero: int) -> None:
        self._weight = torch.ops.onednn.qlinear_prepack(weight, None)
        self._scale, self._bias = scale, bias
        self._zeros = torch.zeros(len(scale), dtype=torch.int64)
        self._input = step, zero

    def __call__(self, rows: Tensor, kind: torch.dtype) -> Tensor:
        """uint8 [rows, in] to [rows, out] of a floating kind."""
        return self._run(rows, 1.0, 0, kind, "none")

    def gelu(self, rows: Tensor, kind: torch.dtype, step: float = 1.0, zero: int = 0) -> Tensor:
        """The same through GELU; a result of kind uint8 is in `step`s from `zero`."""
        return self._run(rows, step, zero, kind, "gelu")

    def _run(self, rows: Tensor, step: float, zero: int, kind: torch.dtype, then: str) -> Tensor:
        weight = (self._weight, self._scale, self._zeros, self._bias)
        result: Tensor = torch.ops.onednn.qlinear_pointwise(
            rows, *self._input, *weight, step, zero, kind, then, [], "none"
        )
        return result

    def add_to(self, total: Tensor, rows: Tensor) -> None:
        """Adds the result for uint8 rows to `total`, float32 [rows, out]."""
        torch.ops.onednn.qlinear_pointwise(
            *(rows, *self._input, self._weight, self._scale, self._zeros, total, self._bias),
            *(1.0, 0, torch.float32, 1.0, 0, "sum", 1.0, "none", [], ""),
        )


class _QuickLayer:
    """A layer in 8 bits, attention in bfloat16."""

    def __init__(self, shape: Shape, weights: Weights, scores: Tensor) -> None:
        def packed(name: str, rows: Tensor | None = None, step: float = 1.0, zero: int = MIDDLE) -> _Linear:
            chosen = [weights[f"{name}.{part}"] for part in ("weight", "scale", "bias")]
            matrix, scale, bias = chosen if rows is None else (tensor[rows] for tensor in chosen)
            return _Linear(matrix, scale, bias, step, zero)

        self._shape = shape
        self._scores = scores
        self._gelu = weights["gelu.step"].item(), int(weights["gelu.zero"].item())
        self._attention, self._context = packed("attention"), packed("context")
        self._wide, self._narrow = packed("wide"), packed("narrow", None, *self._gelu)
        self._outliers, self._outliers_out = packed("wide", weights["outliers"]), weights["outliers.out"]
        self._steps = weights["attention.step"].reciprocal(), weights["wide.step"].reciprocal()
        self._norms = _vectors(weights, "context.norm"), _vectors(weights, "narrow.norm")
        self._middle = torch.full((shape.hidden,), MIDDLE + 0.5)  # the half rounds: the rest is cut off

    def __call__(self, hidden: Tensor, there: Tensor, sums: Tensor, length: int) -> Tensor:
        """[rows, hidden] to the same; writes the sums of exponentials of each head and row to `sums`.

        `there` is 1 for each head's rows up to `length`, 0 for those that only fill up.
        """
        context = self._attend(self._small(hidden, self._steps[0]), there, sums, length)
        self._context.add_to(hidden, context)
        hidden = _normalised(hidden, self._norms[0], self._shape.epsilon)
        small = self._small(hidden, self._steps[1])
        wide = self._wide.gelu(small, torch.uint8, *self._gelu)
        hidden.addmm_(self._outliers.gelu(small, torch.float32), self._outliers_out)
        self._narrow.add_to(hidden, wide)
        return _normalised(hidden, self._norms[1], self._shape.epsilon)

    def _small(self, hidden: Tensor, steps: Tensor) -> Tensor:
        return _cut(torch.addcmul(self._middle, hidden, steps))

    def _attend(self, small: Tensor, there: Tensor, sums: Tensor, length: int) -> Tensor:
        """uint8 [rows, hidden] to the same; rows from `length` on are not seen, for their values are 0."""
        rows, heads = len(small), self._shape.heads
        parts = self._attention(small, torch.bfloat16).view(rows, 3, heads, -1)
        parts = parts.permute(1, 2, 0, 3).contiguous()
        parts[1:, :, length:] = 0
        query, key, value = parts
        found = torch.empty_like(value)
        for first in range(0, heads, TOGETHER):
            some = slice(first, first + TOGETHER)
            scores = self._scores[: len(query[some]) * rows * rows].view(-1, rows, rows)
            torch.bmm(query[some], key[some].transpose(1, 2), out=scores)
            torch.exp2(scores, out=scores)
            torch.bmm(scores, there[some], out=sums[some])
            torch.bmm(scores, value[some], out=found[some])
        context = torch.empty(rows, self._shape.hidden)
        torch.div(found, sums.float(), out=context.view(rows, heads, -1).transpose(0, 1))
        return _cut(context.add_(MIDDLE + 0.5))


class _PlainLayer:
    """A layer in float32; its weights as `_unpacked` gives them."""

    def __init__(self, shape: Shape, weights: Weights) -> None:
        self._shape = shape
        self._weights = weights

    def __call__(self, hidden: Tensor, seen: Seen | None = None) -> Tensor:
        """[rows, hidden] to the same; `seen` is told of what each matrix multiplies."""
        see = seen or (lambda _name, _rows: None)
        see("attention", hidden)
        parts = self._linear("attention", hidden).view(len(hidden), 3, self._shape.heads, -1)
        query, key, value = parts.permute(1, 2, 0, 3)[:, None]
        found = scaled_dot_product_attention(query, key, value, scale=math.log(2))[0]
        context = found.transpose(0, 1).reshape(hidden.shape)
        see("context", context)
        hidden = self._normed("context.norm", hidden + self._linear("context", context))
        see("wide", hidden)
        wide = gelu(self._linear("wide", hidden))
        see("narrow", wide)
        return self._normed("narrow.norm", hidden + self._linear("narrow", wide))

    def _linear(self, name: str, rows: Tensor) -> Tensor:
        return linear(rows, self._weights[f"{name}.weight"], self._weights[f"{name}.bias"])

    def _normed(self, name: str, rows: Tensor) -> Tensor:
        return _normalised(rows, _vectors(self._weights, name), self._shape.epsilon)


def _supported() -> bool:
    """Whether the processor multiplies 8-bit integers and bfloat16 quickly."""
    return bool(torch.cpu._is_vnni_supported() and torch.cpu._is_avx512_bf16_supported())  # noqa: SLF001


def _filled(length: int) -> int:
    return -(-length // ROWS) * ROWS


def _cut(rows: Tensor) -> Tensor:
    """Float32 to uint8, fractions cut off; by way of int16, which is five times as fast as without."""
    return rows.clamp_(0, 255).to(torch.int16).to(torch.uint8)


def _normalised(rows: Tensor, norm: tuple[Tensor, Tensor], epsilon: float) -> Tensor:
    return layer_norm(rows, rows.shape[-1:], *norm, epsilon)


def _embedded(weights: Weights, shape: Shape, ids: Tensor) -> Tensor:
    """[pieces] to [pieces, hidden]."""
    pieces = weights["pieces.weight"][ids].float() * weights["pieces.scale"][ids, None]
    return _normalised(
        pieces.add_(weights["positions"][: len(ids)]), _vectors(weights, "norm"), shape.epsilon
    )


def _vectors(weights: Weights, name: str) -> tuple[Tensor, Tensor]:
    return weights[f"{name}.weight"], weights[f"{name}.bias"]


def _part(weights: Weights, layer: int) -> dict[str, Tensor]:
    """The weights of one layer, without the prefix."""
    prefix = f"layer.{layer}."
    return {name.removeprefix(prefix): tensor for name, tensor in weights.items() if name.startswith(prefix)}


def _unpacked(weights: Weights) -> dict[str, Tensor]:
    """A layer's weights in float32, from 8 bits."""
    plain = dict(weights)
    for name in ("attention", "context", "wide", "narrow"):
        matrix = weights[f"{name}.weight"].float() * weights[f"{name}.scale"][:, None]
        plain[f"{name}.weight"] = matrix / weights.get(f"{name}.step", torch.ones(()))
    value = plain["attention.weight"].shape[1] * 2
    plain["attention.weight"][value:] *= weights["context.unit"]
    plain["attention.bias"] = torch.cat(
        (weights["attention.bias"][:value], weights["attention.bias"][value:] * weights["context.unit"])
    )
    plain["context.weight"] /= weights["context.unit"]
    plain["narrow.weight"][:, weights["outliers"]] = weights["outliers.out"].t()
    return plain


# --- from a trained model to what is stored -----------------------------------------


def quantised(state: Weights, shape: Shape, windows: Iterable[Sequence[int]]) -> dict[str, Tensor]:
    """The weights to store, from those of transformers' BertModel with `heads.weight` and `heads.bias`.

    `windows` are samples of real text, some 30 windows of ids: the activations' ranges are taken from them.
    """
    places = (
        state["embeddings.position_embeddings.weight"] + state["embeddings.token_type_embeddings.weight"][0]
    )
    weights = {
        **_rows_in_8_bits("pieces", state["embeddings.word_embeddings.weight"].float()),
        "positions": places.half(),
        "norm.weight": state["embeddings.LayerNorm.weight"].float(),
        "norm.bias": state["embeddings.LayerNorm.bias"].float(),
        "heads.weight": state["heads.weight"].half(),
        "heads.bias": state["heads.bias"].float(),
    }
    with torch.inference_mode():
        samples = (torch.as_tensor(ids[:length]) for ids in windows for length in (*STARTS, len(ids)))
        rows = [_embedded(weights, shape, ids) for ids in samples]
        for n in range(shape.layers):
            plain = _plain(state, shape, n)
            ranges = _Ranges()
            rows = [_PlainLayer(shape, plain)(some, ranges) for some in rows]
            for name, tensor in _layer_in_8_bits(plain, ranges).items():
                weights[f"layer.{n}.{name}"] = tensor.contiguous()
    return weights


class _Ranges:
    """What each matrix of a layer was given: the greatest magnitude of each column, and the mean row."""

    def __init__(self) -> None:
        self.greatest: dict[str, Tensor] = {}
        self.mean: dict[str, Tensor] = {}
        self._rows: dict[str, int] = {}

    def __call__(self, name: str, rows: Tensor) -> None:
        """Takes rows into account."""
        greatest = rows.abs().amax(0)
        before = self._rows.get(name, 0)
        self._rows[name] = before + len(rows)
        self.greatest[name] = torch.maximum(greatest, self.greatest.get(name, greatest))
        mean = self.mean.get(name, torch.zeros_like(greatest))
        self.mean[name] = mean + (rows.sum(0) - mean * len(rows)) / self._rows[name]


def _plain(state: Weights, shape: Shape, layer: int) -> dict[str, Tensor]:
    """A layer as `_PlainLayer` takes it: one matrix for query, key and value, scores to the base 2."""
    prefix = f"encoder.layer.{layer}."

    def get(name: str) -> tuple[Tensor, Tensor]:
        return state[f"{prefix}{name}.weight"].float(), state[f"{prefix}{name}.bias"].float()

    base_2 = 1 / math.log(2) / math.sqrt(shape.hidden // shape.heads)
    query, key, value = (get(f"attention.self.{name}") for name in ("query", "key", "value"))
    pairs = {
        "attention": (
            torch.cat((query[0] * base_2, key[0], value[0])),
            torch.cat((query[1] * base_2, key[1], value[1])),
        ),
        "context": get("attention.output.dense"),
        "context.norm": get("attention.output.LayerNorm"),
        "wide": get("intermediate.dense"),
        "narrow": get("output.dense"),
        "narrow.norm": get("output.LayerNorm"),
    }
    return {
        f"{name}.{part}": tensor
        for name, pair in pairs.items()
        for part, tensor in zip(("weight", "bias"), pair, strict=True)
    }


def _layer_in_8_bits(plain: Weights, ranges: _Ranges) -> dict[str, Tensor]:
    """A layer as it is stored, from float32 and the ranges of its activations."""
    size = plain["context.weight"].shape[0]
    unit = ranges.greatest["context"].amax() / (MIDDLE - 1)
    matrix, bias = plain["attention.weight"].clone(), plain["attention.bias"].clone()
    bias[size : 2 * size] = -matrix[size : 2 * size] @ ranges.mean["attention"]
    matrix[2 * size :] /= unit
    bias[2 * size :] /= unit

    outliers = ranges.greatest["narrow"].argsort(descending=True)[:OUTLIERS]
    narrow, wide_range = plain["narrow.weight"].clone(), ranges.greatest["narrow"].clone()
    narrow[:, outliers], wide_range[outliers] = 0, 0
    step = (wide_range.amax() + LEAST_GELU) / 255
    return {
        **plain,
        **_smooth("attention", matrix, ranges),
        "attention.bias": bias,
        "context.unit": unit,
        **_rows_in_8_bits("context", plain["context.weight"] * unit),
        **_smooth("wide", plain["wide.weight"], ranges),
        "gelu.step": step,
        "gelu.zero": (LEAST_GELU / step).round(),
        "outliers": outliers,
        "outliers.out": plain["narrow.weight"][:, outliers].t(),
        **_rows_in_8_bits("narrow", narrow),
    }


def _smooth(name: str, matrix: Tensor, ranges: _Ranges) -> dict[str, Tensor]:
    """A matrix in 8 bits and the step of each of its columns' activations."""
    greatest = ranges.greatest[name].clamp_min(1e-5)
    steps = greatest**SHARE / matrix.abs().amax(0).clamp_min(1e-5) ** (1 - SHARE)
    steps *= (greatest / steps).amax() / (MIDDLE - 1)
    return {**_rows_in_8_bits(name, matrix * steps), f"{name}.step": steps}


def _rows_in_8_bits(name: str, matrix: Tensor) -> dict[str, Tensor]:
    """A matrix as int8, and a float32 scale for each row."""
    scale = matrix.abs().amax(1).clamp_min(1e-8) / 127
    return {f"{name}.weight": (matrix / scale[:, None]).round().to(torch.int8), f"{name}.scale": scale}
