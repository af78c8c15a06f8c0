"""A folder of annotated articles, ID.txt with ID.json each, and what the enrichment makes of them."""

from collections.abc import Collection, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import msgspec

from processors import agreement, annotations
from processors.agreement import Comparison
from processors.annotations import Annotation
from processors.errors import Rejected, ServiceError, UsageError
from processors.gazetteer import EMPTY, Gazetteer
from processors.records import Document
from streams.enriching import Failed, enriched
from streams.feeds.articles import sourced
from streams.feeds.payload import Sourced
from streams.settings import MIB

LIMIT = 8 * MIB  # bytes of an article


class Annotated(NamedTuple):
    """An article with what people annotated in it. `id` is its file's name without the ending."""

    id: str
    path: Path
    text: str
    annotation: Annotation


def read(folder: Path, only: Path | None = None) -> list[Annotated]:
    """The annotated articles of a folder by id: all, or those whose ids the file `only` lists.

    Raises UsageError that names the file and what is wrong: one of the two missing, broken JSON, another
    encoding, an id without files, nothing there at all.
    """
    if not folder.is_dir():
        raise UsageError(f"{folder}: no such folder")
    there = {path.stem for path in folder.iterdir() if path.suffix in (".txt", ".json")}
    if not there:
        raise UsageError(f"{folder}: no annotated articles in it: ID.txt with ID.json beside it")
    return [_read(folder, each) for each in sorted(_chosen(only, there, folder) if only else there)]


def compared(articles: Sequence[Annotated], gazetteer: Gazetteer = EMPTY) -> Iterator[Comparison]:
    """Each article, enriched as `kawat enrich` does it in one process, against its annotation, in order.

    Raises UsageError for a file that is no article, ServiceError where the enrichment fails.
    """
    results = enriched(map(_sourced, articles), 1, gazetteer)
    for article, result in zip(articles, results, strict=True):
        if isinstance(result, Failed):
            raise ServiceError(f"{result.path}: {result.why}")
        document = msgspec.json.decode(result.content, type=Document)
        yield agreement.compare(article.id, article.text, article.annotation, document)


def _chosen(only: Path, there: Collection[str], folder: Path) -> set[str]:
    chosen = set(_text(only).split())
    if not chosen:
        raise UsageError(f"{only}: no ids in it")
    if missing := sorted(chosen.difference(there)):
        raise UsageError(f"{only}: {missing[0]}: no such article in {folder}")
    return chosen


def _read(folder: Path, name: str) -> Annotated:
    text, beside = folder / f"{name}.txt", folder / f"{name}.json"
    return Annotated(name, text, _text(text), annotations.read(_bytes(beside), str(beside)))


def _text(path: Path) -> str:
    """With line ends as they are counted in articles."""
    try:
        return _bytes(path).decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError:
        raise UsageError(f"{path}: not UTF-8; `iconv -t UTF-8` makes it so") from None


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        raise UsageError(f"{path}: no such file") from None
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror or error}") from None


def _sourced(article: Annotated) -> Sourced:
    found = list(sourced(str(article.path), LIMIT))
    if len(found) != 1:
        raise UsageError(f"{article.path}: {len(found)} articles; wanted one")
    if isinstance(found[0].article, Rejected):
        raise UsageError(f"{article.path}: {found[0].article}")
    return found[0]
