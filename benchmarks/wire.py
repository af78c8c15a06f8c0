"""The articles that speed is measured on: composed of the sample wire's paragraphs, or a user's own."""

import json
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path

from processors import parse
from processors.errors import KawatError, Rejected, UsageError
from processors.records import Article, Origin
from processors.splitting import split
from streams import sample
from streams.feeds.folder import payloads
from streams.feeds.payload import Payload, Sourced
from streams.settings import MIB

WORDS = 310  # of an article, as the newsroom counts: between blanks
TEXT = "\n\n".join

Sentences = list[list[str]]


@dataclass(frozen=True, slots=True)
class Wire:
    """Payloads of one usable article each, with the words of its sentences."""

    payloads: tuple[Payload, ...]
    bodies: tuple[str, ...]
    sentences: tuple[Sentences, ...]

    @property
    def words(self) -> int:
        """What stands between blanks."""
        return sum(len(body.split()) for body in self.bodies)

    @property
    def tokens(self) -> int:
        """Words and marks as the pipeline parts them."""
        return sum(len(words) for sentences in self.sentences for words in sentences)

    def articles(self) -> Iterator[Sourced]:
        """Parsed as they are asked for, as `kawat enrich` does it."""
        for payload in self.payloads:
            for article in parse.articles(payload.content, origin(payload)):
                yield Sourced(payload.locator, article)

    def part(self, count: int) -> "Wire":
        """So many of the articles, the short, the middling and the long in the shares they have in all."""
        by_length = sorted(range(len(self.bodies)), key=lambda n: len(self.bodies[n]))
        step = len(by_length) / count
        chosen = sorted(by_length[int((n + 0.5) * step)] for n in range(count))
        return Wire(
            tuple(self.payloads[n] for n in chosen),
            tuple(self.bodies[n] for n in chosen),
            tuple(self.sentences[n] for n in chosen),
        )


def composed(count: int, seed: int = 7) -> Wire:
    """So many different articles of some 310 words, always the same ones."""
    chance = random.Random(seed)  # noqa: S311 - repeatable on purpose
    stories = [article.body.split("\n\n") for article in _sample()]
    beginnings = [paragraphs[0] for paragraphs in stories]
    rest = [paragraph for paragraphs in stories for paragraph in paragraphs[1:]]
    return _wire(
        _payload(f"composed-{n}", _story([chance.choice(beginnings)], rest, WORDS, chance))
        for n in range(count)
    )


def given(paths: Sequence[str], count: int) -> Wire:
    """The first articles of files that `kawat parse` takes, at most so many."""
    found = (payload for path in paths for payload in payloads(Path(path)))
    wire = _wire(islice((one for one in found if isinstance(one, Payload) and _one_article(one)), count))
    if not wire.payloads:
        raise UsageError(f"{paths[0]}: no articles found")
    return wire


def endless_article(characters: int, seed: int = 7) -> Article:
    """An article as no wire sends it: so many characters of ordinary paragraphs."""
    paragraphs = [p for article in _sample() for p in article.body.split("\n\n")]
    text = TEXT(random.Random(seed).choices(paragraphs, k=characters // 100))  # noqa: S311
    return _article("endless-article", text[:characters])


def endless_sentence(tokens: int, seed: int = 7) -> Article:
    """An article that is one sentence of so many words, names among them."""
    words = [word for article in _sample() for word in article.body.split() if word.isalpha()]
    return _article("endless-sentence", " ".join(random.Random(seed).choices(words, k=tokens)))  # noqa: S311


def origin(payload: Payload) -> Origin:
    """Where a payload of the benchmark comes from."""
    return Origin(feed="bench", locator=payload.locator, received=payload.modified)


def _story(paragraphs: list[str], rest: Sequence[str], words: int, chance: random.Random) -> str:
    """The paragraphs with others behind them, none twice, until there are about so many words."""
    length = len(paragraphs[0].split())
    for paragraph in chance.sample(rest, len(rest)):
        size = len(paragraph.split())
        if length + size / 2 > words:
            break
        paragraphs.append(paragraph)
        length += size
    return f"Jakarta (KAWAT) - {TEXT(paragraphs)}"


def _payload(name: str, text: str) -> Payload:
    content = json.dumps({"id": name, "text": text}, ensure_ascii=False).encode()
    return Payload(name, Path(name), content, datetime.now(UTC))


def _article(name: str, body: str) -> Article:
    """A parsed article whose body is exactly this: cleaning is not what is measured."""
    article = _one_article(_payload(name, "Jakarta (KAWAT) - Menteri tiba di Jakarta pada Senin."))
    assert article  # noqa: S101
    article.body = body
    return article


def _sample() -> list[Article]:
    """The usable Indonesian stories of the sample wire."""
    found = (_one_article(one) for one in payloads(sample.WIRE) if isinstance(one, Payload))
    return [article for article in found if article and article.language == "id" and article.body]


def _one_article(payload: Payload) -> Article | None:
    """A payload's article, where it is one alone, of an agency's ordinary day: usable and with a text."""
    if len(payload.content) > MIB:
        return None
    try:
        found = parse.articles(payload.content, origin(payload))
    except KawatError:
        return None
    first = found[0]
    if len(found) > 1 or isinstance(first, Rejected) or first.status != "usable" or not first.body:
        return None
    return first


def _wire(found: Iterator[Payload]) -> Wire:
    chosen = tuple(found)
    bodies = tuple(article.body for article in map(_one_article, chosen) if article)
    return Wire(chosen, bodies, tuple(map(sentences, bodies)))


def sentences(text: str) -> Sentences:
    """The words of a text's sentences."""
    return [[text[start:end] for start, end in sentence] for sentence in split(text)]
