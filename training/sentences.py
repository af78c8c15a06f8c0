"""Trains Stanza's tokenizer and sentence splitter on a UD treebank, our own articles and newswire's traits.

The treebank's words stay whole ("menurutnya" is one word: no multi-word tokens). Added are the sentences of
id/newswire.txt (datelines, abbreviations, prices, times) and the articles written for the project, split by
rule. In some paragraphs the gap after a full stop is left out, the quotation marks are curly, or all is in
lower case.

    python -m training.sentences --train id_csui-ud-train.conllu --dev id_gsd-ud-dev.conllu \
        --articles written --work build/sentences --output build/tokenizer.pt
"""

import argparse
import random
import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from stanza.models import tokenizer

from processors.tagging import word_spans
from training.corpora import lines, sentence_ranges

Sentence = tuple[str, list[int]]  # the text and where its words end, as offsets of their last characters

HERE = Path(__file__).parent


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


def fill(line: str, slots: dict[str, list[str]], chance: random.Random) -> Sentence:
    """A sentence of id/newswire.txt with its slots filled."""
    marks = chance.choice(['""', "“”", "''", '""'])

    def value(match: re.Match[str]) -> str:
        slot = match.group(1)
        made = {
            "n": str(chance.randint(1, 2030)),
            "d": f"{chance.randint(1, 999)}{chance.choice(',.')}{chance.randint(0, 999)}",
            "t": f"{chance.randint(0, 23):02}.{chance.randint(0, 59):02}",
            "date": f"{chance.randint(1, 31)}/{chance.randint(1, 12)}" + chance.choice(["", "/2024"]),
            "Q": marks[0],
            "q": marks[1],
            "PLACE": chance.choice(slots["place"]).upper(),
        }
        return made.get(slot) or chance.choice(slots[slot])

    text, glued = "", True
    ends: list[int] = []
    for chunk in re.sub(r"\{(\w+)\}", value, line).split(" "):
        for at, word in enumerate(chunk.split("~")):
            if not word:
                glued = True
                continue
            text += "" if glued or at else " "
            text += word
            ends.append(len(text) - 1)
            glued = False
    return text, ends


def newswire(chance: random.Random, times: int) -> Iterator[Sentence]:
    """The sentences of id/newswire.txt, each `times` times with other fillings."""
    slots: dict[str, list[str]] = {}
    for line in lines("slots.txt"):
        slot, _, value = line.partition(" ")
        slots.setdefault(slot, []).append(value)
    for line in lines("newswire.txt"):
        for _ in range(times):
            yield fill(line, slots, chance)


def articles(folder: Path) -> Iterator[Sentence]:
    """The sentences of plain-text articles, split by rule."""
    for path in sorted(folder.glob("*.txt")):
        text = path.read_text("utf-8")
        for start, end in sentence_ranges(text):
            sentence = text[start:end].strip()
            yield sentence, [b - 1 for _, b in word_spans(sentence)]


def altered(paragraph: list[Sentence], chance: random.Random) -> list[Sentence]:
    """The paragraph as some feeds print it: curly quotation marks, all in lower case."""
    draw = chance.random()
    if draw < 0.06:
        return [(text.lower(), ends) for text, ends in paragraph if len(text.lower()) == len(text)]
    if draw < 0.3:
        return [(curly(text), ends) for text, ends in paragraph]
    return paragraph


def curly(text: str) -> str:
    """The text with straight double quotation marks made curly, opening and closing in turn."""
    parts = text.split('"')
    return "".join(part + ("" if n == len(parts) - 1 else "“”"[n % 2]) for n, part in enumerate(parts))


def paragraphs(sentences: Sequence[Sentence], chance: random.Random, most: int) -> Iterator[list[Sentence]]:
    """Runs of 1 to `most` sentences."""
    at = 0
    while at < len(sentences):
        size = chance.randint(1, most)
        yield list(sentences[at : at + size])
        at += size


def render(paragraph: Iterable[Sentence], chance: random.Random, gapless: float) -> tuple[str, str]:
    """The paragraph's text and its labels by character: 0 inside, 1 end of a word, 2 end of a sentence."""
    text, labels = "", ""
    for sentence, ends in paragraph:
        if text:
            joined = text[-1] in ".!?" and sentence[0].isupper() and chance.random() < gapless
            text, labels = (text, labels) if joined else (text + " ", labels + "0")
        marks = ["0"] * len(sentence)
        for end in ends:
            marks[end] = "1"
        marks[-1] = "2"
        text, labels = text + sentence, labels + "".join(marks)
    return text, labels


def write(rendered: Iterable[tuple[str, str]], folder: Path, name: str) -> tuple[str, str]:
    """Writes texts and labels as Stanza reads them; returns both paths."""
    pairs = list(rendered)
    paths = (folder / f"{name}.txt", folder / f"{name}.labels")
    for path, blocks in zip(paths, zip(*pairs, strict=True), strict=True):
        path.write_text("\n\n".join(blocks) + "\n", encoding="utf-8")
    return str(paths[0]), str(paths[1])


def main() -> None:
    """Reads the arguments, writes the data and trains."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    for name in ("train", "dev", "articles", "work", "output"):
        parser.add_argument(f"--{name}", type=Path, required=True)
    parser.add_argument("--steps", type=int, default=2400)
    parser.add_argument("--hidden", type=int, default=64)
    parser.add_argument("--seed", type=int, default=7)
    options = parser.parse_args()
    chance = random.Random(options.seed)  # noqa: S311 - repeatable on purpose
    options.work.mkdir(parents=True, exist_ok=True)
    treebank = list(read_treebank(options.train))
    mixed = [*treebank, *treebank, *newswire(chance, 12)]
    chance.shuffle(mixed)
    learnt = [*paragraphs(mixed, chance, 5), *paragraphs(list(articles(options.articles)), chance, 4)]
    train = write((render(altered(p, chance), chance, 0.12) for p in learnt), options.work, "train")
    held = list(paragraphs(list(read_treebank(options.dev)), chance, 8))
    dev = write((render(p, chance, 0.0) for p in held), options.work, "dev")
    no_expansions = options.work / "mwt.json"
    no_expansions.write_text("[]")
    tokenizer.main(
        [
            *(
                "--mode",
                "train",
                "--lang",
                "id",
                "--shorthand",
                "id_kawat",
                "--cpu",
                "--seed",
                str(options.seed),
            ),
            *("--txt_file", train[0], "--label_file", train[1], "--no_use_mwt"),
            *("--mwt_json_file", str(no_expansions), "--split_mwt_prob", "0"),
            *("--dev_txt_file", dev[0], "--dev_label_file", dev[1]),
            *(
                "--max_seqlen",
                "300",
                "--batch_size",
                "12",
                "--hidden_dim",
                str(options.hidden),
                "--conv_res",
                "9",
            ),
            *(
                "--steps",
                str(options.steps),
                "--eval_steps",
                "200",
                "--dropout",
                "0.25",
                "--unit_dropout",
                "0.2",
            ),
            *("--save_dir", str(options.output.parent), "--save_name", options.output.name),
        ]
    )


if __name__ == "__main__":
    main()
