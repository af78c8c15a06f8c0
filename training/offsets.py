"""Annotations of articles that are not part of this project: offsets with the articles' ids, without text.

    python -m training.offsets FOLDER > training/annotations/news.jsonl
    python -m training.offsets training/annotations/news.jsonl --news news-id.jsonl.gz --output build/more

The first reads annotated articles (`ID.txt` and `ID.json`), the second makes them again out of the news.
"""

import argparse
import gzip
import hashlib
import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NoReturn

import msgspec

from training.corpora import occurrence

Span = tuple[int, int]

_NAMED = ("supplier", "recipient", "goods")


class Said(msgspec.Struct, array_like=True):
    """A quote: what is said, its kind, where its speaker and its cue are (None: nowhere)."""

    text: Span
    kind: str
    mention: Span | None
    cue: Span | None


class Dealt(msgspec.Struct, array_like=True):
    """A mention of an arms deal: its evidence, and where the names of parties and goods stand."""

    evidence: Span
    act: str
    status: str
    supplier: list[Span]
    recipient: list[Span]
    goods: list[Span]


class Annotated(msgspec.Struct, omit_defaults=True):
    """An article's annotations, in code points of the text whose SHA-256 begins with `text`."""

    id: str
    text: str
    quotes: list[Said]
    names: list[list[tuple[int, int, str]]]  # an entity each, a place for each of its forms
    evidence: list[Span] = []
    deals: list[Dealt] = []  # the same mentions with all that is known of them
    relevant: bool = False


def read(path: Path) -> Annotated:
    """The offsets of an annotated article. Raises ValueError where the text lacks what is annotated."""
    text, told = path.with_suffix(".txt").read_text("utf-8"), json.loads(path.read_text("utf-8"))
    quotes, at = [], 0
    for quote in told["quotes"]:
        said = occurrence(text, quote["text"], at) or _missing(path, quote["text"])
        at = said[0]
        beside = [_beside(text, quote.get(key), said) for key in ("speaker_mention", "cue")]
        quotes.append(Said(said, quote["kind"], *beside))
    names = [
        [_form(path, text, form, one["type"]) for form in one["forms"]] for one in told.get("entities", [])
    ]
    deals = [_dealt(path, text, mention) for mention in told["arms"]["mentions"]]
    return Annotated(path.stem, digest(text), quotes, names, deals=deals, relevant=told["arms"]["relevant"])


def _dealt(path: Path, text: str, mention: dict[str, Any]) -> Dealt:
    """Parties and goods where they stand in the evidence, else where they stand first."""
    evidence = _place(path, text, mention["evidence"])

    def places(names: list[str]) -> list[Span]:
        inside = (occurrence(text[: evidence[1]], name, evidence[0]) for name in names)
        return [span or _place(path, text, name) for name, span in zip(names, inside, strict=True)]

    sides = (places(mention[key]) for key in _NAMED)
    return Dealt(evidence, mention["act"], mention["status"], *sides)


def _place(path: Path, text: str, words: str) -> Span:
    return occurrence(text, words, 0) or _missing(path, words)


def digest(text: str) -> str:
    """The first 16 digits of a text's SHA-256."""
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def restored(annotated: Annotated, text: str) -> dict[str, object]:
    """The annotations with the words that the offsets point to."""

    def words(span: Span | None) -> str | None:
        return text[span[0] : span[1]] if span else None

    quotes = [
        {"text": words(q.text), "kind": q.kind, "speaker_mention": words(q.mention), "cue": words(q.cue)}
        for q in annotated.quotes
    ]
    entities = [
        {"type": forms[0][2], "forms": [text[start:end] for start, end, _ in forms]}
        for forms in annotated.names
        if forms
    ]
    mentions: list[dict[str, object]] = [{"evidence": words(span)} for span in annotated.evidence]
    for deal in annotated.deals:
        mention = {name: [words(span) for span in getattr(deal, name)] for name in _NAMED}
        mentions.append(mention | {"evidence": words(deal.evidence), "act": deal.act, "status": deal.status})
    arms = {"relevant": annotated.relevant or bool(mentions), "mentions": mentions}
    return {"id": annotated.id, "quotes": quotes, "entities": entities, "arms": arms}


def articles(annotations: Path, news: Path) -> Iterator[tuple[Annotated, str]]:
    """Each annotated article with its text. Raises ValueError where the news has another text."""
    rows = map(json.loads, gzip.decompress(news.read_bytes()).splitlines())
    texts = {row["id"]: row["text"] for row in rows}
    for line in annotations.read_bytes().splitlines():
        annotated = msgspec.json.decode(line, type=Annotated)
        text = texts.get(annotated.id, "")
        if digest(text) != annotated.text:
            raise ValueError(f"{news}: {annotated.id}: not the text that was annotated")
        yield annotated, text


def _beside(text: str, form: str | None, said: Span) -> Span | None:
    """The occurrence of a form that is nearest to what is said."""
    found = [match.span() for match in re.finditer(re.escape(form), text)] if form else []
    return min(found, key=lambda span: max(said[0] - span[1], span[0] - said[1]), default=None)


def _form(path: Path, text: str, form: str, kind: str) -> tuple[int, int, str]:
    match = re.search(rf"(?<!\w){re.escape(form)}(?!\w)", text)
    return (*match.span(), kind) if match else _missing(path, form)


def _missing(path: Path, words: str) -> NoReturn:
    raise ValueError(f"{path}: {words!r} does not stand in the text")


def main() -> None:
    """Reads the arguments and does the one or the other."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("path", type=Path)
    parser.add_argument("--news", type=Path)
    parser.add_argument("--output", type=Path)
    options = parser.parse_args()
    if not options.news:
        for path in sorted(options.path.glob("*.json")):
            sys.stdout.write(msgspec.json.encode(read(path)).decode() + "\n")
        return
    options.output.mkdir(parents=True, exist_ok=True)
    for annotated, text in articles(options.path, options.news):
        (options.output / f"{annotated.id}.txt").write_text(text, encoding="utf-8")
        told = json.dumps(restored(annotated, text), ensure_ascii=False)
        (options.output / f"{annotated.id}.json").write_text(told, encoding="utf-8")


if __name__ == "__main__":
    main()
