"""Trains an encoder with its four heads: a teacher on annotated text, a student also on its teacher's labels.

A window of word pieces is one row. Where an example has no labels for a head, the head learns nothing from
it. Labels that a teacher gave (`training.label`) are soft: the student comes as near to its probabilities as
it can. What is saved is the running mean of the weights.

    python -m training.tagger --encoder build/encoder12 --examples build/corpora/articles.jsonl \
        build/corpora/sentences.jsonl --times 8 4 --output build/teacher.safetensors
"""

import argparse
import os
import random
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

# Huge pages and kept memory: faults cost more than the arithmetic on some virtual machines.
os.environ.setdefault("THP_MEM_ALLOC_ENABLE", "1")

import msgspec
import numpy as np
import torch
from safetensors.torch import load_file, save_file
from transformers import BertConfig, BertModel

from processors.heads import HEADS, OUTPUTS, Found, Head, log_softmax, spans
from processors.windows import load_pieces, number, windows
from training.corpora import Example, read_examples

IGNORED = -100
REPORT = 25  # steps between two lines
SHUFFLED = 40  # batches that are sorted by length together
WEIGHTS = {"names": 2.0, "quotes": 1.0, "roles": 1.0, "evidence": 1.0}  # names are the hardest to learn


class Row(msgspec.Struct):
    """A window: its pieces, the places of the words it decides, their labels [words, heads] or soft ones."""

    ids: list[int]
    places: list[int]
    labels: Any
    soft: Any = None


class Tagger(torch.nn.Module):
    """The encoder and one linear layer for all heads."""

    def __init__(self, folder: Path, dropout: float) -> None:
        super().__init__()
        config = BertConfig.from_pretrained(folder)
        config.attention_probs_dropout_prob = 0.0  # lets attention be computed in one fused step
        config.hidden_dropout_prob = dropout
        self.encoder = BertModel.from_pretrained(folder, config=config, add_pooling_layer=False)
        self.heads = torch.nn.Linear(config.hidden_size, OUTPUTS)
        self.encoder.embeddings.requires_grad_(False)

    def forward(self, ids: torch.Tensor, mask: torch.Tensor | None) -> torch.Tensor:
        """Outputs [rows, pieces, OUTPUTS] of pieces [rows, pieces]."""
        with torch.autocast("cpu", torch.bfloat16):
            hidden = self.encoder(ids, attention_mask=mask).last_hidden_state
        outputs: torch.Tensor = self.heads(hidden.float())
        return outputs


def word_labels(example: Example, name: str, head: Head) -> np.ndarray[Any, np.dtype[np.int64]]:
    """The label of each word of an example for a head, as its number among the head's labels."""
    words = [span for sentence in example.sentences for span in sentence]
    if name not in example.spans:
        return np.full(len(words), IGNORED)
    labels = np.zeros(len(words), np.int64)
    for start, end, kind in sorted(example.spans[name], key=lambda span: span[0] - span[1]):
        inside = [n for n, (a, b) in enumerate(words) if a >= start and b <= end]
        if not inside or labels[inside].any():
            continue
        first = 1 + 4 * head.types.index(kind)
        labels[inside] = first + 1
        labels[inside[0]], labels[inside[-1]] = first, first + 2
        if len(inside) == 1:
            labels[inside[0]] = first + 3
    return labels


def rows(example: Example, pieces: Any, soft: Any = None) -> Iterator[Row]:
    """The windows of an example with their labels."""
    labels = np.stack([word_labels(example, name, head) for name, head in HEADS.items()], 1)
    for window in windows(pieces, example.text, example.sentences):
        part = slice(window.first, window.first + len(window.places))
        yield Row(window.ids, window.places, labels[part], None if soft is None else soft[part])


def recased(example: Example, chance: random.Random) -> Example:
    """The example, seldom in small letters (some feeds send all text so) or in capitals (headlines)."""
    draw = chance.random()
    case = str.lower if draw < 0.03 else str.upper if draw < 0.05 else str
    text = "".join(case(c) if len(case(c)) == 1 else c for c in example.text)
    return msgspec.structs.replace(example, text=text)


def batches(made: list[Row], most: int, chance: random.Random) -> list[list[Row]]:
    """Batches of at most `most` pieces, padding included, of rows of like length, in random order."""
    chance.shuffle(made)
    pool = max(1, SHUFFLED * most // max(1, sum(len(row.ids) for row in made) // len(made)))
    result: list[list[Row]] = []
    for at in range(0, len(made), pool):
        batch: list[Row] = []
        for row in sorted(made[at : at + pool], key=lambda row: len(row.ids)):
            if batch and (len(batch) + 1) * len(row.ids) > most:
                result.append(batch)
                batch = []
            batch.append(row)
        result.append(batch)
    chance.shuffle(result)
    return result


def tensors(batch: Sequence[Row], pad: int) -> tuple[torch.Tensor, torch.Tensor | None, torch.Tensor]:
    """Pieces [rows, pieces], their mask (None: nothing is padded), the flat places of the words decided."""
    longest = max(len(row.ids) for row in batch)
    ids = torch.full((len(batch), longest), pad)
    places = []
    for n, row in enumerate(batch):
        ids[n, : len(row.ids)] = torch.tensor(row.ids)
        places += [n * longest + place for place in row.places]
    padded = any(len(row.ids) < longest for row in batch)
    return ids, (ids != pad).long() if padded else None, torch.tensor(places)


def loss(outputs: torch.Tensor, batch: Sequence[Row], heat: float) -> torch.Tensor:
    """Cross entropy of all heads over words [words, OUTPUTS], against labels or against soft ones."""
    total = outputs.new_zeros(())
    labels = torch.from_numpy(np.concatenate([row.labels for row in batch]))
    softened = [row.soft is not None for row in batch for _ in row.places]
    is_soft = torch.tensor(softened)
    if is_soft.any():
        soft = torch.from_numpy(np.concatenate([row.soft for row in batch if row.soft is not None])).float()
    for n, (name, head) in enumerate(HEADS.items()):
        own = outputs[:, head.start : head.stop]
        known = labels[:, n] != IGNORED
        if known.any():
            total = total + WEIGHTS[name] * torch.nn.functional.cross_entropy(own[known], labels[known, n])
        if is_soft.any():
            wanted = torch.softmax(soft[:, head.start : head.stop] / heat, 1)
            given = torch.log_softmax(own[is_soft] / heat, 1)
            apart = torch.nn.functional.kl_div(given, wanted, reduction="batchmean")
            total = total + WEIGHTS[name] * heat**2 * apart
    return total


def outputs_of(model: Tagger, example: Example, pieces: Any, pad: int) -> Any:
    """The outputs of all words of an example, [words, OUTPUTS]."""
    parts = []
    for row in rows(example, pieces):
        ids, _, places = tensors([row], pad)
        parts.append(model(ids, None)[0][places])
    return torch.cat(parts).numpy() if parts else np.zeros((0, OUTPUTS), np.float32)


def scores(model: Tagger, examples: Sequence[Example], pieces: Any, pad: int) -> dict[str, float]:
    """F1 of exact spans with their type, a head, over examples that know it."""
    counts = {name: np.zeros(3) for name in HEADS}
    model.eval()
    with torch.inference_mode():
        for example in examples:
            outputs = log_softmax(outputs_of(model, example, pieces, pad))
            for name, head in HEADS.items():
                if name in example.spans:
                    wanted = spans_of(word_labels(example, name, head), head)
                    found = set(spans(outputs, head))
                    counts[name] += len(wanted & found), len(wanted), len(found)
    model.train()
    return {
        name: round(float(200 * right / (wanted + found)), 1)
        for name, (right, wanted, found) in counts.items()
        if wanted
    }


def spans_of(labels: Any, head: Head) -> set[Found]:
    """The spans that labels say."""
    certain = np.full((len(labels), OUTPUTS), -50.0, np.float32)
    certain[np.arange(len(labels)), head.start + labels] = 0
    return set(spans(certain, head, price=0))


def plan(options: argparse.Namespace, pieces: Any, chance: random.Random) -> list[list[Row]]:
    """The batches of the whole training: each file's examples as often as it is to be seen, spread evenly."""
    sets = [read_examples(path) for path in options.examples]
    soft = [labels_beside(path) for path in options.examples]
    most = max(options.times)
    result: list[list[Row]] = []
    for epoch in range(most):
        made: list[Row] = []
        for examples, labels, times in zip(sets, soft, options.times, strict=True):
            for n, example in enumerate(examples):
                if (n * times + epoch) % most >= times or not (example.spans or example.id in labels):
                    continue
                if example.id in labels:
                    made += rows(example, pieces, labels[example.id].numpy())
                else:
                    made += rows(recased(example, chance), pieces)
        result += batches(made, options.pieces, chance)
    return result


class Schedule:
    """Warm-up, then linear decay over the steps or, where that is less, the minutes that are given."""

    def __init__(self, options: argparse.Namespace, steps: int) -> None:
        self.steps = steps
        self.minutes: float = options.minutes
        self.warm_up: int = options.warm_up
        self.began = time.monotonic()

    def done(self, step: int) -> float:
        """The part that is done, 1 at the end."""
        return max(step / self.steps, (time.monotonic() - self.began) / 60 / self.minutes)

    def factor(self, step: int) -> float:
        """What the learning rates are multiplied with."""
        return min(1.0, step / self.warm_up, max(0.0, 1 - self.done(step)) + 0.01)


def train(options: argparse.Namespace) -> None:
    """Trains, reports, and saves the running mean of the weights."""
    torch.manual_seed(options.seed)
    torch.set_num_threads(options.threads)
    pieces = load_pieces(options.encoder / "tokenizer.json")
    pad = number(pieces, "<pad>")
    model = Tagger(options.encoder, options.dropout)
    if options.begin:
        model.load_state_dict(chosen_layers(load_file(options.begin), options.layers))
    learning = {name: value for name, value in model.named_parameters() if value.requires_grad}
    mean = {name: value.detach().clone() for name, value in learning.items()}
    body = [value for name, value in learning.items() if not name.startswith("heads")]
    rates = (options.rate, 10 * options.rate)
    groups = [{"params": body}, {"params": list(model.heads.parameters())}]
    optimizer = torch.optim.AdamW(groups, lr=options.rate, weight_decay=0.01, fused=True)
    chance = random.Random(options.seed)  # noqa: S311 - repeatable on purpose
    steps = plan(options, pieces, chance)
    print(f"{len(steps)} steps, {sum(len(row.ids) for batch in steps for row in batch)} pieces", flush=True)
    model.train()
    schedule = Schedule(options, len(steps))
    lost, since = 0.0, time.monotonic()
    for step, batch in enumerate(steps, 1):
        for group, rate in zip(optimizer.param_groups, rates, strict=True):
            group["lr"] = rate * schedule.factor(step)
        ids, mask, places = tensors(batch, pad)
        found = loss(model(ids, mask).flatten(0, 1)[places], batch, options.heat)
        optimizer.zero_grad()
        found.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(body, 1.0)
        optimizer.step()
        keep = min(options.keep, step / (step + 10))
        with torch.no_grad():
            torch._foreach_lerp_(list(mean.values()), list(learning.values()), 1 - keep)
        lost += float(found.detach())
        if step % REPORT == 0:
            pace = (time.monotonic() - since) / REPORT
            print(f"step {step} of {len(steps)}: loss {lost / REPORT:.3f}, {pace:.2f} s a step", flush=True)
            lost, since = 0.0, time.monotonic()
        if step % options.check == 0:
            save(model, mean, options.output)
        if schedule.done(step) >= 1:
            break
    save(model, mean, options.output)
    model.load_state_dict(mean, strict=False)
    for path in options.dev:
        print(path.stem, scores(model, read_examples(path), pieces, pad), flush=True)


def labels_beside(path: Path) -> dict[str, torch.Tensor]:
    """A teacher's labels that lie beside a file of examples, in one file or in parts, by id."""
    found: dict[str, torch.Tensor] = {}
    for file in sorted(path.parent.glob(f"{path.stem}*.safetensors")):
        found |= load_file(file)
    return found


def chosen_layers(state: dict[str, torch.Tensor], layers: Sequence[int] | None) -> dict[str, torch.Tensor]:
    """The weights with only the given layers of the encoder, numbered anew (None: as they are)."""
    if layers is None:
        return state
    kept: dict[str, torch.Tensor] = {}
    for name, value in state.items():
        head, found, tail = name.partition("encoder.layer.")
        number, _, rest = tail.partition(".")
        if not found:
            kept[name] = value
        elif int(number) in layers:
            kept[f"{head}{found}{layers.index(int(number))}.{rest}"] = value
    return kept


def save(model: Tagger, mean: dict[str, torch.Tensor], output: Path) -> None:
    """Writes the weights, those that learn as their running mean."""
    state = {name: value.detach().contiguous() for name, value in (model.state_dict() | mean).items()}
    save_file(state, output)


def main() -> None:
    """Reads the arguments and trains."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--encoder", type=Path, required=True)
    parser.add_argument("--begin", type=Path, help="saved weights to begin with")
    parser.add_argument("--layers", type=int, nargs="+", help="the layers to take of --begin")
    parser.add_argument("--examples", type=Path, nargs="+", required=True)
    parser.add_argument("--times", type=int, nargs="+", required=True, help="how often each file is seen")
    parser.add_argument("--dev", type=Path, nargs="*", default=[])
    parser.add_argument("--output", type=Path, required=True)
    parser.add_argument("--pieces", type=int, default=2048, help="word pieces of a batch, padding included")
    parser.add_argument("--rate", type=float, default=1.5e-4)
    parser.add_argument("--dropout", type=float, default=0.1)
    parser.add_argument("--heat", type=float, default=1.0, help="temperature of soft labels")
    parser.add_argument("--keep", type=float, default=0.99, help="what the running mean keeps at each step")
    parser.add_argument("--warm-up", type=int, default=60)
    parser.add_argument("--minutes", type=float, default=1e6, help="stop by then, the decay shortened to fit")
    parser.add_argument("--check", type=int, default=200, help="steps between two savings")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--seed", type=int, default=7)
    train(parser.parse_args())


if __name__ == "__main__":
    main()
