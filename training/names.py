"""Trains the name tagger: Stanza's NER tagger (BiLSTM and CRF) over the encoder, which learns with it.

The step, the model and the saved file are Stanza's own (`stanza.models.ner`); only the schedule is made
here, because a short budget on a processor wants batches of equal length, a warm-up, a linear decay and a
frozen embedding.

    python -m training.names --train build/names/train.json --dev build/names/dev.json \
        --encoder build/encoder --output build/names.pt
"""

import argparse
import json
import os
import random
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

os.environ.setdefault("HF_HUB_OFFLINE", "1")

import torch
from stanza.models.common.doc import Document
from stanza.models.ner import scorer
from stanza.models.ner.data import DataLoader
from stanza.models.ner.trainer import Trainer
from stanza.models.ner_tagger import parse_args

BUCKET = 40  # batches that are sorted by length together


def arguments(options: argparse.Namespace) -> dict[str, Any]:
    """Stanza's arguments: no word vectors, no characters; the encoder's last layer is all the tagger sees."""
    given = [
        *("--mode", "train", "--shorthand", "id_kawat", "--seed", str(options.seed)),
        *("--bert_model", str(options.encoder), "--bert_finetune", "--bert_hidden_layers", "1"),
        *("--bert_learning_rate", str(options.encoder_rate / options.rate), "--lr", str(options.rate)),
        *("--no_pretrain", "--word_emb_dim", "0", "--no_char", "--hidden_dim", str(options.hidden)),
        *("--optim", "adamw", "--scheme", "bioes", "--dropout", "0.3", "--word_dropout", "0", "--cpu"),
        *("--max_grad_norm", "1.0"),
    ]
    made: dict[str, Any] = parse_args(given)
    return made


def load(path: Path) -> Document:
    """A corpus in Stanza's JSON format."""
    return Document(json.loads(path.read_text("utf-8")))


def batches(data: list[Any], words: int, chance: random.Random) -> Iterator[list[Any]]:
    """One epoch of batches of about `words` words, each of sentences of like length, in random order."""
    chance.shuffle(data)
    size = max(1, words * len(data) // sum(len(item[0]) for item in data)) * BUCKET
    made: list[list[Any]] = []
    for at in range(0, len(data), size):
        batch: list[Any] = []
        for item in sorted(data[at : at + size], key=lambda item: len(item[0])):
            if batch and (len(batch) + 1) * len(item[0]) > words:
                made.append(batch)
                batch = []
            batch.append(item)
        made.append(batch)
    chance.shuffle(made)
    yield from made


def score(trainer: Trainer, loader: DataLoader) -> float:
    """Entity F1 over a corpus."""
    predicted = []
    with torch.no_grad():
        for batch in loader:
            predicted += trainer.predict(batch)
    wanted = [[tags[0] for tags in sentence] for sentence in loader.tags]
    return float(scorer.score_by_entity(predicted, wanted)[2])


def in_bfloat16(encoder: torch.nn.Module) -> None:
    """Lets the encoder alone compute in bfloat16; what leaves it is float32 again."""
    forward = encoder.forward

    def cast(*inputs: Any, **named: Any) -> Any:
        with torch.autocast("cpu", torch.bfloat16):
            result = forward(*inputs, **named)
        result.hidden_states = tuple(state.float() for state in result.hidden_states)
        return result

    encoder.forward = cast


def set_rates(trainer: Trainer, base: list[float], factor: float) -> None:
    """Scales the learning rates of all parameter groups."""
    for group, rate in zip(trainer.optimizer.param_groups, base, strict=True):
        group["lr"] = rate * factor


def train(options: argparse.Namespace) -> None:
    """Trains for the given number of steps or minutes, saving the best model on the development set."""
    torch.manual_seed(options.seed)
    random.seed(options.seed)
    torch.set_num_threads(options.threads)
    settings = arguments(options)
    begin = {"model_file": str(options.resume)} if options.resume else {}
    known = Trainer(args=settings, device="cpu", **begin).vocab if begin else None
    learn = DataLoader(load(options.train), 32, settings, vocab=known, evaluation=False)
    check = DataLoader(load(options.dev), 48, settings, vocab=learn.vocab, evaluation=True)
    trainer = Trainer(args=settings, vocab=learn.vocab, device="cpu", **begin)
    sentences = [item for batch in learn.data for item in batch]
    for parameter in trainer.model.bert_model.embeddings.parameters():
        parameter.requires_grad = False
    if options.bfloat16:
        in_bfloat16(trainer.model.bert_model)
    base = [group["lr"] for group in trainer.optimizer.param_groups]
    chance = random.Random(options.seed)  # noqa: S311 - repeatable on purpose
    step, best, lost, since = 0, 0.0, 0.0, time.monotonic()
    begun, done = since, 0.0
    while done < 1:
        for items in batches(sentences, options.words, chance):
            learn.data = [items]
            set_rates(trainer, base, min(1.0, (step + 1) / options.warm_up) * (1 - done) + 1e-3)
            lost += trainer.update(learn[0])
            step += 1
            done = max(step / options.steps, (time.monotonic() - begun) / 60 / options.minutes)
            if step % 20 == 0:
                pace = (time.monotonic() - since) / 20
                print(
                    f"step {step} of {options.steps}: loss {lost / 20:.3f}, {pace:.2f} s a step", flush=True
                )
                lost, since = 0.0, time.monotonic()
            if step % options.check == 0 or done >= 1:
                found = score(trainer, check)
                print(f"step {step}: F1 {100 * found:.2f} on the development set", flush=True)
                if found > best:
                    best = found
                    trainer.save(str(options.output))
                since = time.monotonic()
            if done >= 1:
                break


def main() -> None:
    """Reads the arguments and trains."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    for name in ("train", "dev", "encoder", "output"):
        parser.add_argument(f"--{name}", type=Path, required=True)
    parser.add_argument("--resume", type=Path, help="a saved model to go on from, with a new schedule")
    parser.add_argument("--steps", type=int, default=1600)
    parser.add_argument("--minutes", type=float, default=1e6, help="stop by then, the decay shortened to fit")
    parser.add_argument("--warm-up", type=int, default=80)
    parser.add_argument("--words", type=int, default=450, help="words of a batch, padding included")
    parser.add_argument("--rate", type=float, default=1e-3, help="learning rate of the tagger")
    parser.add_argument("--encoder-rate", type=float, default=1.5e-4)
    parser.add_argument("--hidden", type=int, default=128)
    parser.add_argument(
        "--check", type=int, default=200, help="steps between two looks at the development set"
    )
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--bfloat16", action="store_true", help="faster where the processor has it")
    train(parser.parse_args())


if __name__ == "__main__":
    main()
