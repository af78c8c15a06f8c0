"""Trains the classifiers for mentions of arms deals: `processors/languages/deals.json`.

Annotated articles (`ID.txt` and `ID.json`, key "arms") are tagged, their sentences asked what `processors`
asks them, and a logistic regression weighs the answers and, for mentions, the numbers of a sentence's
meaning. Two to three minutes for a thousand articles.

    python -m training.deals ARTICLES_DIR… --output processors/languages/deals.json
    python -m training.deals ARTICLES_DIR… --held-back found.jsonl

The second writes no weights but what is found in each article by those trained without it, and without all
that tell of the same deal: what a scorer of `kawat enrich` takes.
"""

import argparse
import json
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar, get_args

import msgspec
import numpy as np
import torch

from processors import arms_deals, deal_roles, entities, names
from processors.deal_acts import acts_features
from processors.deal_features import Context, article_features, likely, mention_features
from processors.deal_sentences import DealSentence
from processors.languages.pack import pack
from processors.linear import Linear, Meaning
from processors.parse import articles
from processors.parties import Party
from processors.records import Act, Article, Origin
from processors.tagging import Tagger
from processors.words import Text

FOLDS = 5  # an article's sentences are scored by what was trained without it
FEW = 3  # mentions of an article that says so in passing: each weighs the more
PASSING = 3.0
KEPT = 0.02  # smaller weights are left out

Features = list[str]
Annotation = dict[str, Any]
Trained = TypeVar("Trained")


@dataclass(frozen=True)
class Task:
    """How one classifier is trained: `least`: examples a feature is seen in; `words`: price of a word.

    `meaning`: price of a number of the sentence's meaning, in standard deviations.
    """

    classes: tuple[str, ...]
    least: int = 3
    price: float = 1.0
    words: float = 4.0
    meaning: float = 30.0


TASKS = {
    "mention": Task(("mention",), words=2.0),
    "article": Task(("relevant",), price=1.0),
    "roles": Task(deal_roles.ROLES, price=6.0),
    "roles-known": Task(deal_roles.ROLES, price=6.0),
    "act": Task(get_args(Act), least=2, price=5.0, words=20.0),
}


@dataclass(eq=False)
class Example:
    """An annotated article as the rules see it; its mentions by the number of their sentence."""

    name: str
    around: Context
    relevant: bool
    mentions: dict[int, list[Annotation]]
    group: str = ""  # articles of one group tell of the same deal
    scores: list[float] = field(default_factory=list)

    @property
    def weight(self) -> float:
        return PASSING if 0 < len(self.mentions) <= FEW else 1.0

    @property
    def chosen(self) -> list[DealSentence]:
        return [self.around.sentences[n] for n in sorted(self.mentions)]


def example(name: str, around: Context, annotation: Annotation) -> Example:
    """Each mention lies in the sentence that shares most of its evidence."""
    body = around.text.body
    found: dict[int, list[Annotation]] = {}
    for mention in annotation["arms"]["mentions"]:
        evidence = mention["evidence"]
        start = body.find(evidence)
        if start < 0:
            evidence = " ".join(evidence.split())
            start = body.find(evidence)
        if start < 0:
            continue
        end = start + len(evidence)
        shared = [min(s.stop, end) - max(s.start, start) for s in around.sentences]
        if shared and max(shared) > 0:
            found.setdefault(shared.index(max(shared)), []).append(mention)
    return Example(name, around, annotation["arms"]["relevant"], found)


def regression(
    rows: Sequence[Sequence[str]],
    wanted: Sequence[int],
    task: Task,
    weights: Sequence[float] | None = None,
    meanings: Sequence[bytes] = (),
) -> Linear:
    """Logistic regression with L2 prices, words dearer than classes of words. Deterministic."""
    torch.set_num_threads(1)
    seen = Counter(feature for row in rows for feature in row)
    kept = sorted(feature for feature, count in seen.items() if count >= task.least + (feature[:2] == "w:"))
    number = {feature: n for n, feature in enumerate(kept)}
    pairs = [(n, number[f]) for n, row in enumerate(rows) for f in row if f in number]
    at = torch.tensor(pairs, dtype=torch.long).reshape(-1, 2).T
    matrix = torch.sparse_coo_tensor(
        at, torch.ones(len(pairs)), (len(rows), len(kept)), check_invariants=False
    ).coalesce()
    classes = len(task.classes)
    weight = torch.zeros(len(kept), classes, requires_grad=True)
    bias = torch.zeros(classes, requires_grad=True)
    numbers = np.stack([np.frombuffer(each, "<f4") for each in meanings]) if meanings else np.zeros((1, 0))
    mean, spread = numbers.mean(0), numbers.std(0) + 1e-6
    scaled = torch.tensor((numbers - mean) / spread, dtype=torch.float32)
    dense = torch.zeros(numbers.shape[1], 1, requires_grad=True)
    price = torch.tensor([task.words if f[:2] == "w:" else task.price for f in kept])[:, None]
    target = torch.tensor(wanted)
    each = torch.tensor(weights) if weights else torch.ones(len(rows))
    optimiser = torch.optim.LBFGS([weight, bias, dense], max_iter=80, line_search_fn="strong_wolfe")

    def closure() -> torch.Tensor:
        optimiser.zero_grad()
        scores = torch.sparse.mm(matrix, weight) + scaled @ dense + bias
        prices = (price * weight**2).sum() + task.meaning * (dense**2).sum()
        loss = ((_loss(scores, target) * each).sum()) + 0.5 * prices
        loss.backward()  # type: ignore[no-untyped-call]
        return loss

    optimiser.step(closure)  # type: ignore[no-untyped-call]
    found = np.round(weight.detach().numpy().astype(float), 3)
    named = {f: tuple(map(float, found[n])) for n, f in enumerate(kept) if np.abs(found[n]).max() >= KEPT}
    told = np.round(dense.detach().numpy()[:, 0] / spread, 4).astype(np.float32)
    meaning = Meaning(told, round(float(mean @ told), 4)) if meanings else None
    return Linear(task.classes, tuple(round(float(b), 3) for b in bias.detach()), named, meaning)


def _loss(scores: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
    if scores.shape[1] == 1:
        return torch.nn.functional.binary_cross_entropy_with_logits(
            scores[:, 0], target.float(), reduction="none"
        )
    return torch.nn.functional.cross_entropy(scores, target, reduction="none")


def folded(
    examples: Sequence[Example], train: Callable[[Sequence[Example]], Trained]
) -> Iterable[tuple[Trained, list[Example]]]:
    """For each fold what was trained without it, and its articles. Groups stay together."""
    groups = sorted({e.group or e.name for e in examples})
    fold = {group: n % FOLDS for n, group in enumerate(groups)}
    for k in range(FOLDS):
        rest = [e for e in examples if fold[e.group or e.name] != k]
        yield train(rest), [e for e in examples if fold[e.group or e.name] == k]


# --- the classifiers ----------------------------------------------------------------


def mention_model(examples: Sequence[Example]) -> Linear:
    every = [(e, s) for e in examples for s in e.around.sentences]
    rows = [mention_features(s, e.around) for e, s in every]
    wanted = [int(s.number in e.mentions) for e, s in every]
    weights = [e.weight if s.number in e.mentions else 1.0 for e, s in every]
    meanings = [s.meaning for _, s in every]
    return regression(rows, wanted, TASKS["mention"], weights, meanings)


def scored(example: Example, model: Linear) -> list[float]:
    return [likely(s, example.around, model) for s in example.around.sentences]


def article_model(examples: Sequence[Example]) -> Linear:
    """From the scores that sentences get by what was trained without their article."""
    for model, held in folded(examples, mention_model):
        for one in held:
            one.scores = scored(one, model)
    rows = [article_features(e.scores, e.around) for e in examples]
    return regression(rows, [int(e.relevant) for e in examples], TASKS["article"])


def role_rows(
    examples: Sequence[Example], known: dict[str, deal_roles.Prior]
) -> tuple[list[Features], list[int]]:
    rows, wanted = [], []
    for e in examples:
        for sentence in e.chosen:
            told = deal_roles.role_features(sentence, e.around, known.get(e.name))
            for party, features in told.items():
                roles = wanted_roles(party, e, e.mentions[sentence.number])
                if len(roles) <= 1:
                    rows.append(features)
                    wanted.append(deal_roles.ROLES.index(next(iter(roles), "none")))
    return rows, wanted


def wanted_roles(party: Party, example: Example, mentions: Sequence[Annotation]) -> set[str]:
    """The roles that annotators give a party in a sentence."""
    keys = {p.name.casefold(): p.key for s in example.around.sentences for p in s.parties}
    return {
        role
        for mention in mentions
        for role in ("supplier", "recipient")
        for name in mention.get(role) or []
        if _alike(name, party.name) or keys.get(name.casefold()) == party.key
    }


def _alike(one: str, other: str) -> bool:
    a, b = Counter(one.casefold().split()), Counter(other.casefold().split())
    return 2 * (a & b).total() >= 0.5 * (a.total() + b.total())


def role_models(examples: Sequence[Example]) -> tuple[Linear, Linear]:
    def alone(some: Sequence[Example]) -> Linear:
        return regression(*role_rows(some, {}), TASKS["roles"])

    known = {
        one.name: deal_roles.prior(one.chosen, one.around, model)
        for model, held in folded(examples, alone)
        for one in held
    }
    return alone(examples), regression(*role_rows(examples, known), TASKS["roles-known"])


def act_model(examples: Sequence[Example]) -> Linear:
    rows = [row for e in examples for row in acts_features(e.chosen, e.around)]
    wanted = [TASKS["act"].classes.index(e.mentions[s.number][0]["act"]) for e in examples for s in e.chosen]
    return regression(rows, wanted, TASKS["act"])


def trained(examples: Sequence[Example]) -> dict[str, Linear]:
    """All classifiers by name."""
    relevant = [e for e in examples if e.mentions]
    roles, known = role_models(relevant)
    return {
        "mention": mention_model(examples),
        "article": article_model(examples),
        "roles": roles,
        "roles-known": known,
        "act": act_model(relevant),
    }


def grouped(examples: Sequence[Example], deals: dict[str, set[str]]) -> None:
    """Articles that tell of the same deal, directly or by way of others, are one group."""
    of: dict[str, str] = {}
    for e in examples:
        names = {of[deal] for deal in deals.get(e.name, ()) if deal in of} | {e.name}
        first = min(names)
        of = {deal: first if group in names else group for deal, group in of.items()}
        of.update(dict.fromkeys(deals.get(e.name, ()), first))
        for other in examples:
            if other.group in names:
                other.group = first
        e.group = first


def written(models: dict[str, Linear], path: Path) -> None:
    """One line a feature, so that a change can be read."""
    parts = []
    for name, model in models.items():
        rows = [
            f"      {json.dumps(f, ensure_ascii=False)}: {json.dumps([_short(w) for w in weights])}"
            for f, weights in sorted(model.weights.items())
        ]
        head = f'    "classes": {json.dumps(model.classes)},\n    "bias": {json.dumps(model.bias)},\n'
        body = f'{head}{_meaning(model.meaning)}    "weights": {{\n' + ",\n".join(rows) + "\n    }"
        parts.append(f'  "{name}": {{\n{body}\n  }}')
    path.write_text("{\n" + ",\n".join(parts) + "\n}\n", "utf8")


def _meaning(meaning: Meaning | None) -> str:
    if meaning is None:
        return ""
    weights = ", ".join(f"{weight:.4g}" for weight in meaning.weights)
    return f'    "meaning": {{"mean": {meaning.mean}, "weights": [{weights}]}},\n'


def _short(number: float) -> float | int:
    return int(number) if number == int(number) else round(number, 2)


def held_back(examples: Sequence[Example]) -> Iterable[dict[str, Any]]:
    """The mentions found in each article by what was trained on the other folds. Quotes are not looked at."""
    for models, held in folded(examples, trained):
        for one in held:
            found = arms_deals.told(one.around, (), models.__getitem__)
            yield {"path": one.name, "arms_deals": found}


def read(folders: Sequence[Path]) -> tuple[list[Example], dict[str, set[str]]]:
    """The annotated articles of folders, tagged, and the deals that each tells of. Slow."""
    tagger = Tagger()
    examples: list[Example] = []
    deals: dict[str, set[str]] = {}
    for path in (path for folder in folders for path in sorted(folder.glob("*.json"))):
        annotation = json.loads(path.read_text("utf8"))
        article = _article(path.with_suffix(".txt"))
        language = pack(article.language)
        if "arms" not in annotation or language is None:
            continue
        tagged = tagger.tag([article.body], [article.language])[0]
        found = entities.group(article.body, names.mended(article.body, tagged.names, language), language)
        text = Text(article.body, language, [(m.start, m.end) for entity in found for m in entity.mentions])
        name = f"{path.parent.name}/{path.stem}"
        examples.append(example(name, arms_deals.read(text, tagged, found), annotation))
        told = {mention.get("deal") for mention in annotation["arms"]["mentions"]} - {None}
        deals[name] = {f"{path.parent.name}/{deal}" for deal in told}
    return examples, deals


def _article(path: Path) -> Article:
    origin = Origin(feed="training", locator=path.name, received=datetime(2026, 1, 1, tzinfo=UTC))
    return next(one for one in articles(path.read_bytes(), origin) if isinstance(one, Article))


def main() -> None:
    raw = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=raw)
    parser.add_argument("folders", nargs="+", type=Path)
    parser.add_argument("--output", type=Path, help="writes the weights")
    parser.add_argument(
        "--held-back", type=Path, help="writes what is found in articles held back, a line each"
    )
    options = parser.parse_args()
    examples, deals = read(options.folders)
    grouped(examples, deals)
    if options.held_back:
        lines = map(msgspec.json.encode, held_back(examples))
        options.held_back.write_bytes(b"".join(line + b"\n" for line in lines))
    if options.output:
        written(trained(examples), options.output)


if __name__ == "__main__":
    main()
