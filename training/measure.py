"""Measures the shipped model through its own pipeline; prints one JSON object.

--articles are annotated articles (ID.txt and ID.json), all of a folder or those that --only names: each
head's spans, exact and with their type, and the documents for the project's scorer, written to --documents.
--treebank is CoNLL-U: words and sentences are compared as spans of the text, several sentences a paragraph.

    python -m training.measure --articles annotated --only build/corpora/held-out.txt \
        --treebank id_gsd-ud-dev.conllu --documents held-out.jsonl
"""

import argparse
import json
import random
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import msgspec

from processors.scoring import Score, score
from processors.splitting import split
from processors.tagged import Tagged
from processors.tagging import Tagger
from training.corpora import from_article

Sentence = tuple[str, list[int]]  # the text and where its words end, as offsets of their last characters
Spans = set[tuple[int, int]]


def read_treebank(path: Path) -> Iterator[Sentence]:
    """The sentences of a CoNLL-U file; a multi-word token is one word."""
    text, covered = "", 0
    ends: list[int] = []
    for line in path.read_text("utf-8").splitlines():
        columns = line.split("\t")
        if not line and text:
            yield text.rstrip(), ends
            text, ends, covered = "", [], 0
        if len(columns) != 10 or "." in columns[0]:
            continue
        first, _, last = columns[0].partition("-")
        if int(first) <= covered:
            continue
        covered = int(last or first)
        text += columns[1]
        ends.append(len(text) - 1)
        text += "" if "SpaceAfter=No" in columns[9] else " "


def paragraphs(sentences: Sequence[Sentence], chance: random.Random) -> Iterator[Sequence[Sentence]]:
    """Runs of one to eight sentences."""
    at = 0
    while at < len(sentences):
        size = chance.randint(1, 8)
        yield sentences[at : at + size]
        at += size


def treebank(path: Path, seed: int = 7) -> dict[str, Score]:
    """The scores of words and sentences over a treebank, several sentences a paragraph."""
    chance = random.Random(seed)  # noqa: S311 - repeatable on purpose
    counts = {"words": Counter[str](), "sentences": Counter[str]()}
    for paragraph in paragraphs(list(read_treebank(path)), chance):
        text, word_ends, sentence_ends = joined(paragraph)
        found = split(text)
        tally(counts["words"], spans(word_ends), spans([b - 1 for s in found for _, b in s]))
        tally(counts["sentences"], spans(sentence_ends), spans([s[-1][1] - 1 for s in found]))
    return {name: of(count) for name, count in counts.items()}


def joined(paragraph: Iterable[Sentence]) -> tuple[str, list[int], list[int]]:
    """A paragraph's text and the last characters of its words and of its sentences."""
    text = ""
    words: list[int] = []
    sentences: list[int] = []
    for sentence, ends in paragraph:
        text += " " if text else ""
        words += [len(text) + end for end in ends]
        text += sentence
        sentences.append(len(text) - 1)
    return text, words, sentences


def spans(ends: Sequence[int]) -> Spans:
    """Words or sentences by their last characters, as (last character of the one before, last character)."""
    return set(zip([-1, *ends], ends, strict=False))


def tally(count: Counter[str], wanted: set[Any], found: set[Any]) -> None:
    """Adds what is right, wanted and found."""
    count.update(right=len(wanted & found), wanted=len(wanted), found=len(found))


def of(count: Counter[str]) -> Score:
    """The score of a tally."""
    return score(count["right"], count["wanted"], count["found"])


def heads(paths: Sequence[Path], tagged: Sequence[Tagged]) -> dict[str, Score]:
    """The scores of each head and type over annotated articles, spans exact."""
    counts: dict[str, Counter[str]] = {}
    for path, one in zip(paths, tagged, strict=True):
        for head, wanted in from_article(path).spans.items():
            found = {(x.start, x.end, x.type) for x in getattr(one, head)}
            kinds = {kind for _, _, kind in {*found, *wanted}}
            for kind in kinds:
                parts = ({x for x in side if x[2] == kind} for side in (set(wanted), found))
                tally(counts.setdefault(f"{head} {kind}", Counter()), *parts)
    return {name: of(counts[name]) for name in sorted(counts)}


def document(path: Path, text: str, tagged: Tagged) -> str:
    """What the heads alone find in an article, as a line for the scorer."""
    names = [
        {"type": n.type, "mentions": [{"start": n.start, "end": n.end, "text": n.text}]} for n in tagged.names
    ]
    quotes = [{"kind": q.type.lower(), "text": text[q.start : q.end]} for q in tagged.quotes]
    deals = [{"evidence": text[deal.start : deal.end]} for deal in tagged.evidence]
    found = {"id": path.stem, "entities": names, "quotes": quotes, "arms_deals": deals}
    return json.dumps(found, ensure_ascii=False)


def main() -> None:
    """Reads the arguments and prints the scores."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--articles", type=Path)
    parser.add_argument("--only", type=Path, help="a file with an id a line")
    parser.add_argument("--documents", type=Path)
    parser.add_argument("--treebank", type=Path)
    options = parser.parse_args()
    result: dict[str, object] = {}
    if options.articles:
        only = set(options.only.read_text("utf-8").split()) if options.only else None
        paths = [p for p in sorted(options.articles.glob("*.json")) if only is None or p.stem in only]
        texts = [path.with_suffix(".txt").read_text("utf-8") for path in paths]
        tagger = Tagger()
        tagged = tagger.tag(texts)
        result |= {"revision": tagger.revision, "heads": heads(paths, tagged)}
        if options.documents:
            lines = (document(*row) for row in zip(paths, texts, tagged, strict=True))
            options.documents.write_text("\n".join(lines) + "\n", encoding="utf-8")
    if options.treebank:
        result["treebank"] = treebank(options.treebank)
    print(msgspec.json.format(msgspec.json.encode(result)).decode())


if __name__ == "__main__":
    main()
