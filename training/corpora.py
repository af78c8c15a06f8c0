"""Brings all corpora to one form: a text, its words, and tags on the words, one example a line.

The names of sentence corpora are brought to PER, ORG and LOC; countries that a corpus leaves out are put in.
Annotated articles (`ID.txt` and `ID.json`) carry all heads: names, quotes, roles (speaker mention, cue) and
arms-deal evidence. One fifth of the articles of --held-out, chosen by a hash of the id, is for development.

    python -m training.corpora --idner DIR --nergrit DIR --idcrossner DIR \
        --held-out ARTICLES_DIR --articles ARTICLES_DIR… --output build/corpora

`--news FILE --taken DIR…` writes unlabelled examples instead, without the articles that the folders hold.
"""

import argparse
import gzip
import hashlib
import json
import random
import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

import msgspec
from babel import Locale

from processors.language import detect
from processors.parse import articles
from processors.records import Article, Origin
from processors.splitting import split, word_spans
from processors.windows import spaced

Word = tuple[str, str]  # text, tag
Labelled = list[Word]  # a sentence

HERE = Path(__file__).parent
REACH = 200  # characters between a quote and its speaker or cue
NO_COUNTRY = {"EU", "EZ", "UN", "QO", "XA", "XB", "ZZ"}
NERGRIT = {"PERSON": "PER", "PLACE": "LOC", "ORGANISATION": "ORG"}
IDCROSSNER = {
    **dict.fromkeys(("person", "politician", "writer", "researcher", "scientist", "musicalartist"), "PER"),
    **dict.fromkeys(("organisation", "politicalparty", "university", "band", "magazine"), "ORG"),
    **dict.fromkeys(("location", "country"), "LOC"),
}


def lines(name: str) -> list[str]:
    """The entries of a word list beside this script; lines that begin with # are comments."""
    text = (HERE / "id" / name).read_text("utf-8")
    return [line for line in text.splitlines() if line and not line.startswith("#")]


def read_columns(path: Path) -> Iterator[list[tuple[str, str]]]:
    """The sentences of a file with a word and, last, its tag a line; unlike `bio`, faulty tags are let by."""
    sentence: list[tuple[str, str]] = []
    for line in path.read_text("utf-8").splitlines():
        columns = line.split("\t") if "\t" in line else line.split()
        if len(columns) >= 2 and columns[0].strip():
            sentence.append((columns[0].strip(), columns[-1].strip()))
        elif sentence and not line.strip():
            yield sentence
            sentence = []
    if sentence:
        yield sentence


def mapped(sentence: Iterable[Word], types: dict[str, str] | None) -> Labelled:
    """The sentence with the corpus's types renamed (None: they are ours); what has no name here is O."""
    result: Labelled = []
    last = "O"
    for text, tag in sentence:
        mark, _, old = tag.partition("-")
        kind = old if types is None else types.get(old, "")
        if mark not in ("B", "I") or not kind:
            last = "O"
        else:
            last = f"I-{kind}" if mark == "I" and last[2:] == kind else f"B-{kind}"
        result.append((text, last))
    return result


def resplit(sentence: Labelled) -> Labelled:
    """The sentence in the words of the pipeline: "Prabowo-Gibran" is three; a tag goes on within its word."""
    result: Labelled = []
    for text, tag in sentence:
        for n, (start, end) in enumerate(word_spans(text)):
            result.append((text[start:end], tag if n == 0 else tag.replace("B-", "I-")))
    return result


def country_names() -> dict[str, list[tuple[str, ...]]]:
    """The names of countries by first word, longest first, in words."""
    names = {
        name for code, name in Locale("id").territories.items() if len(code) == 2 and code not in NO_COUNTRY
    }
    names = {re.sub(r" \(.*\)| DAK .*", "", name) for name in names} | set(lines("countries.txt"))
    table: dict[str, list[tuple[str, ...]]] = {}
    for name in sorted(names, key=len, reverse=True):
        words = tuple(name.split())
        table.setdefault(words[0], []).append(words)
    return table


def with_countries(sentence: Labelled, table: dict[str, list[tuple[str, ...]]]) -> Labelled:
    """The sentence with every untagged country tagged LOC; "bahasa Inggris" is a language."""
    result = list(sentence)
    texts = [text for text, _ in sentence]
    at = 0
    while at < len(texts):
        spoken = at > 0 and texts[at - 1].lower() in ("bahasa", "berbahasa")
        for words in [] if spoken else table.get(texts[at], []):
            until = at + len(words)
            if tuple(texts[at:until]) == words and all(tag == "O" for _, tag in result[at:until]):
                if until < len(texts) and result[until][1].startswith("I-"):
                    continue
                result[at:until] = [(text, "I-LOC" if n else "B-LOC") for n, text in enumerate(words)]
                at = until - 1
                break
        at += 1
    return result


def name_spans(text: str, entities: Iterable[dict[str, object]]) -> list[tuple[int, int, str]]:
    """Every occurrence of a form at word boundaries, longest form first, flat, as (start, end, type)."""
    forms = sorted(
        ((str(form), str(entity["type"])) for entity in entities for form in _list(entity["forms"])),
        key=lambda form: -len(form[0]),
    )
    taken, found = bytearray(len(text)), []
    for form, kind in forms:
        for match in re.finditer(rf"(?<!\w){re.escape(form)}(?!\w)", text):
            if not any(taken[match.start() : match.end()]):
                taken[match.start() : match.end()] = b"\1" * len(form)
                found.append((match.start(), match.end(), kind))
    return sorted(found)


def _list(value: object) -> list[object]:
    return value if isinstance(value, list) else []


def is_held_out(identifier: str) -> bool:
    """Whether an article is kept for development: one fifth of them, by a hash of the id."""
    return hashlib.sha256(identifier.encode()).digest()[0] % 5 == 0


class Example(msgspec.Struct, omit_defaults=True):
    """A text, its words as spans by sentence, and for each head the spans it should find (None: unknown)."""

    id: str
    text: str
    sentences: list[list[tuple[int, int]]]
    spans: dict[str, list[tuple[int, int, str]]]


def from_columns(sentence: Labelled, identifier: str) -> Example:
    """An example of one sentence: its words with plain gaps, its names as spans."""
    text, spans = spaced([word for word, _ in sentence])
    names: list[tuple[int, int, str]] = []
    for (start, end), (_, tag) in zip(spans, sentence, strict=True):
        if tag[0] == "B":
            names.append((start, end, tag[2:]))
        elif tag[0] == "I":
            names[-1] = (names[-1][0], end, tag[2:])
    return Example(identifier, text, [spans], {"names": names})


def from_article(path: Path, *, cleaned: bool = False) -> Example:
    """An annotated article with all its heads, as it was sent or `cleaned` as the pipeline does."""
    text = path.with_suffix(".txt").read_text("utf-8")
    if cleaned:
        text = body_of(path.with_suffix(".txt"))
    gold = json.loads(path.read_text("utf-8"))
    quotes, roles, at = [], [], 0
    for quote in gold["quotes"]:
        found = occurrence(text, quote["text"], at)
        if not found:
            continue
        at, end = found
        quotes.append((at, end, quote["kind"].upper()))
        for key, kind in (("speaker_mention", "SPEAKER"), ("cue", "CUE")):
            roles += nearest(text, quote.get(key), at, end, kind)
    evidence = [occurrence(text, mention["evidence"], 0) for mention in gold["arms"]["mentions"]]
    spans = {
        "quotes": quotes,
        "roles": sorted(set(roles)),
        "evidence": [(*found, "DEAL") for found in evidence if found],
    }
    if "entities" in gold:
        spans["names"] = name_spans(text, gold["entities"])
    return Example(path.stem, text, split(text, detect(text)), spans)


def body_of(path: Path) -> str:
    """The body that the pipeline makes of a file with one article."""
    origin = Origin(feed="training", locator=path.name, received=datetime.now(UTC))
    (article,) = (one for one in articles(path.read_bytes(), origin) if isinstance(one, Article))
    return article.body


def occurrence(text: str, wanted: str, at: int) -> tuple[int, int] | None:
    """Where a string stands from `at` on, else anywhere, else with gaps made or lost."""
    for start in (text.find(wanted, at), text.find(wanted)):
        if start >= 0:
            return start, start + len(wanted)
    loose = r"\s*".join(map(re.escape, "".join(wanted.split())))
    match = re.search(loose, text)
    return match.span() if match else None


def nearest(text: str, form: str | None, start: int, end: int, kind: str) -> list[tuple[int, int, str]]:
    """The occurrence of a form that is nearest to a quote, if one is within REACH characters."""
    if not form:
        return []
    pattern = re.compile(rf"(?<!\w){re.escape(form)}(?!\w)")
    matches = list(pattern.finditer(text, max(0, start - REACH), end + REACH))
    best = min(matches, key=lambda m: max(start - m.end(), m.start() - end), default=None)
    return [(*best.span(), kind)] if best else []


def write(examples: Iterable[Example], path: Path) -> None:
    """Writes examples as JSON lines."""
    rows = list(examples)
    path.write_bytes(b"".join(msgspec.json.encode(row) + b"\n" for row in rows))
    words = sum(len(sentence) for row in rows for sentence in row.sentences)
    print(f"{path}: {len(rows)} examples, {words} words")


def read_examples(path: Path) -> list[Example]:
    """The examples of a file."""
    return [msgspec.json.decode(line, type=Example) for line in path.read_bytes().splitlines()]


def write_bio(sentences: Iterable[Labelled], path: Path) -> None:
    """Writes a word and its tag a line, a blank line between sentences."""
    blocks = ("".join(f"{text} {tag}\n" for text, tag in sentence) for sentence in sentences)
    path.write_text("\n".join(blocks), encoding="utf-8")


def write_news(path: Path, taken: Sequence[Path], output: Path, most: int, seed: int) -> None:
    """Writes unlabelled articles: at most `most`, by chance, none of those that the folders hold."""
    known = {file.stem for folder in taken for file in folder.glob("*.txt")}
    rows = [json.loads(line) for line in gzip.decompress(path.read_bytes()).splitlines()]
    rows = [row for row in rows if row["id"] not in known and len(row["text"]) > 300]
    random.Random(seed).shuffle(rows)  # noqa: S311 - repeatable on purpose
    write((Example(row["id"], row["text"], split(row["text"]), {}) for row in rows[:most]), output)


def main() -> None:
    """Reads the arguments and writes the training examples and one development file a corpus."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    for name in ("idner", "nergrit", "idcrossner", "held-out", "news"):
        parser.add_argument(f"--{name}", type=Path)
    parser.add_argument("--articles", type=Path, nargs="*", default=[], help="folders of annotated articles")
    parser.add_argument("--taken", type=Path, nargs="*", default=[], help="folders whose articles stay out")
    parser.add_argument("--output", type=Path, required=True)
    parser.add_argument("--most", type=int, default=6000)
    parser.add_argument("--seed", type=int, default=7)
    options = parser.parse_args()
    options.output.mkdir(parents=True, exist_ok=True)
    if options.news:
        write_news(options.news, options.taken, options.output / "news.jsonl", options.most, options.seed)
        return
    countries = country_names()

    def corpus(path: Path, types: dict[str, str] | None) -> list[Labelled]:
        return [with_countries(resplit(mapped(s, types)), countries) for s in read_columns(path)]

    crossed = [
        options.idcrossner / f"{domain}_{part}.txt"
        for domain in ("politics", "literature", "music", "science", "ai")
        for part in ("train", "dev")
        if (domain, part) != ("politics", "dev")
    ]
    sentences = [
        *corpus(options.idner / "train.txt", None),
        *corpus(options.nergrit / "train.txt", NERGRIT),
        *(sentence for path in crossed for sentence in corpus(path, IDCROSSNER)),
    ]
    dev = {
        "idner": corpus(options.idner / "dev.txt", None),
        "nergrit": corpus(options.nergrit / "dev.txt", NERGRIT),
        "politics": corpus(options.idcrossner / "politics_dev.txt", IDCROSSNER),
    }
    held = {path: is_held_out(path.stem) for path in sorted(options.held_out.glob("*.json"))}
    annotated = [path for path, out in held.items() if not out]
    annotated += [path for folder in options.articles for path in sorted(folder.glob("*.json"))]
    write((from_columns(s, f"s{n}") for n, s in enumerate(sentences)), options.output / "sentences.jsonl")
    write(map(from_article, annotated), options.output / "articles.jsonl")
    cleaned = (from_article(path, cleaned=True) for path in annotated)
    write(cleaned, options.output / "bodies.jsonl")
    write((from_article(path) for path, out in held.items() if out), options.output / "articles-dev.jsonl")
    for name, rows in dev.items():
        write(
            (from_columns(s, f"{name}{n}") for n, s in enumerate(rows)), options.output / f"{name}-dev.jsonl"
        )
        write_bio(rows, options.output / f"{name}-dev.txt")
    (options.output / "held-out.txt").write_text("".join(f"{p.stem}\n" for p, out in held.items() if out))


if __name__ == "__main__":
    main()
