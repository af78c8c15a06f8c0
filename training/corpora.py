"""Makes the training and development sets of the name tagger, in Stanza's JSON format, out of all corpora.

Tags are brought to PER, ORG and LOC in BIO. Countries that a corpus leaves out are put in. Articles
annotated by offsets-free forms (`ID.txt` + `ID.json` with `entities`) are split into sentences and their
names laid over the words; one fifth of the articles of --held-out, chosen by a hash of the id, is kept for
development.

    python -m training.corpora --idner DIR --nergrit DIR --idcrossner DIR \
        --held-out ARTICLES_DIR --articles ARTICLES_DIR --output build/names
"""

import argparse
import hashlib
import itertools
import json
import random
import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from babel import Locale

from processors.tagging import GAP, word_spans

Word = tuple[str, str]  # text, tag
Labelled = list[Word]  # a sentence

HERE = Path(__file__).parent
LONGEST = 120  # words of a sentence, longer ones are cut
NO_COUNTRY = {"EU", "EZ", "UN", "QO", "XA", "XB", "ZZ"}
NERGRIT = {"PERSON": "PER", "PLACE": "LOC", "ORGANISATION": "ORG"}
IDCROSSNER = {
    **dict.fromkeys(("person", "politician", "writer", "researcher", "scientist", "musicalartist"), "PER"),
    **dict.fromkeys(("organisation", "politicalparty", "university", "band", "magazine"), "ORG"),
    **dict.fromkeys(("location", "country"), "LOC"),
}
STOP = re.compile(r"[.!?…][\"”’»)\]]*\s+")


def lines(name: str) -> list[str]:
    """The entries of a word list beside this script; lines that begin with # are comments."""
    text = (HERE / "id" / name).read_text("utf-8")
    return [line for line in text.splitlines() if line and not line.startswith("#")]


def read_columns(path: Path) -> Iterator[list[tuple[str, str]]]:
    """The sentences of a file with a word and, last, its tag on each line and blank lines between."""
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


def sentence_ranges(text: str) -> Iterator[tuple[int, int]]:
    """Rough sentences of an article as (start, end): after stops, at line ends, at missing gaps."""
    abbreviations = set(lines("abbreviations.txt"))
    lower = text == text.lower()
    cuts = {match.start() for match in GAP.finditer(text)} | {
        match.end() for match in re.finditer("\n", text)
    }
    for match in STOP.finditer(text):
        before = re.split(r"[\s(\"“]", text[: match.start()][-20:])[-1]
        following = text[match.end() : match.end() + 2].lstrip("\"“‘'(")[:1]
        if (
            before in abbreviations
            or len(before) == 1
            or not (lower or following.isupper() or following.isdigit())
        ):
            continue
        cuts.add(match.end())
    bounds = [0, *sorted(cuts), len(text)]
    yield from ((a, b) for a, b in itertools.pairwise(bounds) if text[a:b].strip())


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


def article(path: Path) -> Iterator[Labelled]:
    """The sentences of an annotated article."""
    text = path.with_suffix(".txt").read_text("utf-8")
    names = name_spans(text, json.loads(path.read_text("utf-8")).get("entities", []))
    for start, end in sentence_ranges(text):
        sentence: Labelled = []
        for a, b in word_spans(text, start, end):
            inside = next(((s, k) for s, e, k in names if s <= a and b <= e), None)
            tag = "O" if inside is None else f"{'B' if inside[0] == a else 'I'}-{inside[1]}"
            sentence.append((text[a:b], tag))
        yield sentence


def is_held_out(identifier: str) -> bool:
    """Whether an article is kept for development: one fifth of them, by a hash of the id."""
    return hashlib.sha256(identifier.encode()).digest()[0] % 5 == 0


def cut(sentences: Iterable[Labelled]) -> Iterator[Labelled]:
    """Sentences of at most LONGEST words, none empty."""
    for sentence in sentences:
        for at in range(0, len(sentence), LONGEST):
            part = sentence[at : at + LONGEST]
            if part[0][1].startswith("I-"):
                part[0] = (part[0][0], "B-" + part[0][1][2:])
            yield part


def recased(
    sentences: Sequence[Labelled], seed: int, lower: float = 0.05, upper: float = 0.03
) -> list[Labelled]:
    """The sentences, a few in lower case (some feeds send all text so) and a few in capitals (headlines)."""
    chance = random.Random(seed)  # noqa: S311 - repeatable on purpose
    result = []
    for sentence in sentences:
        draw = chance.random()
        case = str.lower if draw < lower else str.upper if draw < lower + upper else str
        result.append([(case(text), tag) for text, tag in sentence])
    return result


def write(sentences: Iterable[Labelled], path: Path) -> None:
    """Writes Stanza's JSON: a list of sentences of {text, ner}."""
    rows = [[{"text": text, "ner": tag} for text, tag in sentence] for sentence in sentences]
    path.write_text(json.dumps(rows, ensure_ascii=False), encoding="utf-8")
    print(f"{path}: {len(rows)} sentences, {sum(map(len, rows))} words")


def write_bio(sentences: Iterable[Labelled], path: Path) -> None:
    """Writes a word and its tag a line, a blank line between sentences."""
    blocks = ("".join(f"{text} {tag}\n" for text, tag in sentence) for sentence in sentences)
    path.write_text("\n".join(blocks), encoding="utf-8")


def main() -> None:
    """Reads the arguments and writes train.json, dev.json and one dev file a corpus."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    for name in ("idner", "nergrit", "idcrossner", "held-out", "output"):
        parser.add_argument(f"--{name}", type=Path, required=True)
    parser.add_argument("--articles", type=Path, required=True, help="annotated articles, all for training")
    parser.add_argument("--seed", type=int, default=7)
    options = parser.parse_args()
    options.output.mkdir(parents=True, exist_ok=True)
    countries = country_names()

    def corpus(path: Path, types: dict[str, str] | None) -> list[Labelled]:
        return [with_countries(resplit(mapped(s, types)), countries) for s in read_columns(path)]

    crossed = [
        options.idcrossner / f"{domain}_{part}.txt"
        for domain in ("politics", "literature", "music", "science", "ai")
        for part in ("train", "dev")
        if (domain, part) != ("politics", "dev")
    ]
    held = {path: is_held_out(path.stem) for path in sorted(options.held_out.glob("*.json"))}
    general = [
        *corpus(options.idner / "train.txt", None),
        *corpus(options.nergrit / "train.txt", NERGRIT),
        *(sentence for path in crossed for sentence in corpus(path, IDCROSSNER)),
    ]
    domain = [s for path, out in held.items() if not out for s in article(path)]
    domain += [s for path in sorted(options.articles.glob("*.json")) for s in article(path)]
    dev = {
        "idner": corpus(options.idner / "dev.txt", None),
        "nergrit": corpus(options.nergrit / "dev.txt", NERGRIT),
        "politics": corpus(options.idcrossner / "politics_dev.txt", IDCROSSNER),
        "articles": list(cut(s for path, out in held.items() if out for s in article(path))),
    }
    write(recased(list(cut([*general, *domain])), options.seed), options.output / "train.json")
    write(cut([*dev["articles"], *dev["idner"]]), options.output / "dev.json")
    for name, sentences in dev.items():
        write_bio(sentences, options.output / f"{name}-dev.txt")
    (options.output / "held-out.txt").write_text("".join(f"{p.stem}\n" for p, out in held.items() if out))


if __name__ == "__main__":
    main()
