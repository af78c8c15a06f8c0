"""Measures the shipped models through the pipeline's own tagger; prints one JSON object.

--bio files have a word and its tag a line; --treebank is CoNLL-U (words and sentences are compared as spans
of the text, several sentences a paragraph); --articles are plain texts: they give the speed, and their names
are written to --predictions as the documents that the project's scorer reads.

    python -m training.measure --bio build/names/idner-dev.txt --treebank id_gsd-ud-dev.conllu \
        --articles articles/*.txt --predictions names.jsonl
"""

import argparse
import json
import random
import resource
import time
from collections.abc import Iterable, Sequence
from pathlib import Path

from processors.tagging import Tagged, Tagger
from training.corpora import read_columns
from training.sentences import paragraphs, read_treebank, render

Spans = set[tuple[int, int]]


def f1(right: int, wanted: int, found: int) -> dict[str, float]:
    """Precision, recall and F1 in per cent."""
    p, r = right / max(1, found), right / max(1, wanted)
    return {"p": round(100 * p, 1), "r": round(100 * r, 1), "f1": round(200 * p * r / max(1e-9, p + r), 1)}


def entities(tags: Sequence[str]) -> set[tuple[int, int, str]]:
    """The names in BIO tags as (first word, word after the last, type)."""
    found = set()
    start = 0
    for n, tag in enumerate([*tags, "O"]):
        before = tags[n - 1] if n else "O"
        if before != "O" and tag != f"I-{before[2:]}":
            found.add((start, n, before[2:]))
        if tag != "O" and tag != f"I-{before[2:]}":
            start = n
    return found


def bio(tagger: Tagger, path: Path) -> dict[str, dict[str, float]]:
    """The scores of names over a file of tagged words, all and by type."""
    rows = list(read_columns(path))
    found = tagger.tag_words([[word for word, _ in row] for row in rows])
    pairs = [
        (entities([tag for _, tag in row]), entities(tags)) for row, tags in zip(rows, found, strict=True)
    ]
    scores = {}
    for kind in ("all", "PER", "ORG", "LOC"):
        chosen = [[{x for x in side if kind in ("all", x[2])} for side in pair] for pair in pairs]
        right = sum(len(wanted & got) for wanted, got in chosen)
        scores[kind] = f1(right, sum(len(w) for w, _ in chosen), sum(len(g) for _, g in chosen))
    return scores


def spans(ends: Sequence[int]) -> Spans:
    """Words or sentences by their last characters, as (last character of the one before, last character)."""
    return set(zip([-1, *ends], ends, strict=False))


def treebank(tagger: Tagger, path: Path, seed: int = 7) -> dict[str, dict[str, float]]:
    """The scores of words and sentences over a treebank, in paragraphs of one to eight sentences."""
    chance = random.Random(seed)  # noqa: S311 - repeatable on purpose
    rendered = [render(p, chance, 0.0) for p in paragraphs(list(read_treebank(path)), chance, 8)]
    counts = {"words": [0, 0, 0], "sentences": [0, 0, 0]}
    for (_, labels), tagged in zip(rendered, tagger.tag([text for text, _ in rendered]), strict=True):
        words = [token.end - 1 for sentence in tagged.sentences for token in sentence.tokens]
        cuts = [sentence.end - 1 for sentence in tagged.sentences]
        for name, marks, ends in (("words", "12", words), ("sentences", "2", cuts)):
            wanted, found = spans([n for n, label in enumerate(labels) if label in marks]), spans(ends)
            for at, number in enumerate((len(wanted & found), len(wanted), len(found))):
                counts[name][at] += number
    return {name: f1(*numbers) for name, numbers in counts.items()}


def document(path: Path, tagged: Tagged) -> str:
    """An article's names as a line for the scorer."""
    names = [
        {"type": n.type, "mentions": [{"start": n.start, "end": n.end, "text": n.text}]} for n in tagged.names
    ]
    return json.dumps({"id": path.stem, "entities": names}, ensure_ascii=False)


def articles(tagger: Tagger, paths: Iterable[Path], output: Path | None) -> dict[str, float]:
    """The speed over articles, whose names are written to `output`."""
    read = [(path, path.read_text("utf-8")) for path in paths]
    begun = time.process_time()
    tagged = tagger.tag([text for _, text in read])
    spent = time.process_time() - begun
    if output:
        lines = (document(path, one) for (path, _), one in zip(read, tagged, strict=True))
        output.write_text("\n".join(lines) + "\n", encoding="utf-8")
    size = sum(len(text.split()) for _, text in read)
    return {"articles a second": round(len(read) / spent, 2), "words a second": round(size / spent)}


def main() -> None:
    """Reads the arguments and prints the scores."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--bio", type=Path, nargs="*", default=[])
    parser.add_argument("--treebank", type=Path)
    parser.add_argument("--articles", type=Path, nargs="*", default=[])
    parser.add_argument("--predictions", type=Path)
    options = parser.parse_args()
    tagger = Tagger()
    result: dict[str, object] = {"revision": tagger.revision}
    result |= {path.stem: bio(tagger, path) for path in options.bio}
    if options.treebank:
        result["treebank"] = treebank(tagger, options.treebank)
    if options.articles:
        result["speed"] = articles(tagger, options.articles, options.predictions)
    result["peak memory, MB"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(json.dumps(result, ensure_ascii=False, indent=1))


if __name__ == "__main__":
    main()
