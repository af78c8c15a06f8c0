"""Citations: a quote with all that it takes to find it again, to check it, and to know what became of it.

The words and their place come from the version of the story that was quoted, which the versions index
keeps; what became of the story since comes from the articles index, read in real time.
"""

import hashlib
import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, NamedTuple

import msgspec
from elasticsearch import Elasticsearch

from processors import story_life
from processors.errors import ServiceError, UsageError
from processors.records import Change, Mention, QuoteKind, SpeakerMethod
from processors.records import Status as ProviderStatus
from processors.story_life import Kill, Version
from streams.elastic.clauses import EMBARGOED, Json
from streams.elastic.hits import Found
from streams.elastic.indices import ARTICLES, LIVE, VERSIONS
from streams.elastic.queries import is_embargoed
from streams.settings import Settings

Status = Literal["stands", "updated", "corrected", "embargoed", "withheld", "killed", "unknown"]

_ID = re.compile(r"(?P<story>.+):q(?P<n>[1-9]\d{0,8})(?:@(?P<order>\d{1,18}))?", re.DOTALL)
_MOST = 10_000  # documents of one answer of Elasticsearch
_UNUSED = ["entities", "arms_deals"]
_SAID = (
    "text",
    "kind",
    "speaker",
    "speaker_id",
    "speaker_method",
    "speaker_mention",
    "cue",
    "start",
    "end",
)
_FACTS = (
    "source",
    "credited_sources",
    "byline",
    "headline",
    "published",
    "received",
    "url",
    "language",
    "translated",
    "version",
    "order",
)


class Standing(msgspec.Struct, kw_only=True):
    """The version of the story that stands now."""

    version: int
    order: int
    status: ProviderStatus
    change: Change
    version_time: datetime | None = None
    embargo_until: datetime | None = None
    has_words: bool | None = None  # whether the quoted words are in it; None: it may not be shown


class Follower(msgspec.Struct, kw_only=True):
    """Another story that says it corrects or replaces the quoted one."""

    id: str
    change: Change


class Citation(msgspec.Struct, kw_only=True):
    """A quote as a researcher cites it. Where the story is killed, what it said is None or empty.

    `body_sha256` is of the quoted version's body in UTF-8; `verified`: its characters from `start` to `end`
    are `text`. None: there is no text to verify.
    """

    id: str  # "<story>:q<n>@<order>"
    text: str | None = None
    kind: QuoteKind | None = None
    speaker: str | None = None
    speaker_id: str | None = None
    speaker_method: SpeakerMethod | None = None
    speaker_mention: Mention | None = None
    cue: Mention | None = None
    start: int | None = None
    end: int | None = None
    story: str
    source: str
    credited_sources: list[str] = []
    byline: str | None = None
    headline: str | None = None
    published: datetime | None = None
    received: datetime
    url: str | None = None
    language: str
    translated: bool | None = None
    version: int
    order: int
    body_sha256: str | None = None
    verified: bool | None = None
    status: Status
    standing: Standing | None = None
    followers: list[Follower] = []
    checked: datetime  # when `status` was looked up


class Name(NamedTuple):
    """What an id names: the n-th quote of a version of a story; without `order`, of the one that stands."""

    story: str
    n: int
    order: int | None

    @classmethod
    def read(cls, text: str) -> "Name":
        """Raises UsageError where it is no id of a quote."""
        parts = _ID.fullmatch(text.strip())
        if parts is None:
            raise UsageError(
                f"{text!r} is no id of a quote: give STORY:q1 or STORY:q1@ORDER, as --cite prints it"
            )
        return cls(parts["story"], int(parts["n"]), int(parts["order"]) if parts["order"] else None)

    def shown(self) -> str:
        return f"{self.story}:q{self.n}" + ("" if self.order is None else f"@{self.order}")


def of_pages(
    client: Elasticsearch, settings: Settings, pages: Iterable[Found], now: datetime
) -> Iterator[Citation]:
    """Citations of the quotes found, in order. Raises the client's ApiError and TransportError."""
    for page in pages:
        documents = [hit.document for hit in page.hits]
        names = [Name(each["story"], each["n"], each["order"]) for each in documents]
        known = _Known.read(client, settings, names)
        for name, document in zip(names, documents, strict=True):
            yield _citation(known, name, known.version(name) or document, document, now)


def of_ids(
    client: Elasticsearch, settings: Settings, ids: Iterable[str], now: datetime, *, everything: bool
) -> list[Citation]:
    """Citations of quotes by their ids, whatever version of the story they are of.

    Raises UsageError for what is no id, for a quote that there is none of, and, unless `everything` is
    asked for, for one whose version is held or embargoed.
    """
    names = [Name.read(each) for each in ids]
    known = _Known.read(client, settings, names)
    return [_resolved(known, name, now, everything=everything) for name in names]


@dataclass(frozen=True, slots=True)
class _Known:
    """What Elasticsearch has of the quoted stories."""

    articles: Mapping[str, Json]  # by id: what stands
    versions: Mapping[str, Json]  # by id: what was quoted
    corrections: Mapping[str, Collection[int]]  # by story: the orders of its corrections
    followers: Mapping[str, list[Follower]]  # by story

    @classmethod
    def read(cls, client: Elasticsearch, settings: Settings, names: Sequence[Name]) -> "_Known":
        stories = sorted({name.story for name in names})
        if not stories:
            return cls({}, {}, {}, {})
        articles = _get(client, settings.named(ARTICLES), stories)
        versions = sorted({_version_id(name, articles) for name in names})
        return cls(
            articles,
            _get(client, settings.named(VERSIONS), versions),
            _corrections(client, settings, stories),
            _followers(client, settings, stories),
        )

    def version(self, name: Name) -> Json | None:
        """The quoted version. It is written after its article, which may have to serve meanwhile."""
        if kept := self.versions.get(_version_id(name, self.articles)):
            return kept
        article = self.articles.get(name.story)
        return article if article and name.order in (None, article["order"]) else None

    def is_killed(self, story: str, version: Json) -> bool:
        """By its own document or, while a kill is being written, by the story's."""
        kill = self.articles.get(story, {}).get("life", {}).get("kill")
        bound = Kill(*kill) if kill else None
        return bool(version.get("killed")) or story_life.is_killed(Version.of(version), bound)


def _resolved(known: _Known, name: Name, now: datetime, *, everything: bool) -> Citation:
    version = known.version(name)
    if version is None:
        raise UsageError(f"no version of a story is indexed that {name.shown()} could be of")
    if known.is_killed(name.story, version):
        return _citation(known, name, version, {}, now)
    why = None if everything else _hidden(version, known.articles.get(name.story, version), now)
    if why:
        raise UsageError(f"{name.shown()} is of a story that is {why}: --all shows it")
    quotes: list[Json] = version["quotes"]
    if name.n > len(quotes):
        raise UsageError(f"there is no {name.shown()}: this version of the story has {len(quotes)} quotes")
    return _citation(known, name, version, quotes[name.n - 1], now)


def _hidden(version: Json, article: Json, now: datetime) -> str | None:
    """Why a version must not be shown: a later hold leaves it to be resolved, an embargo never does."""
    if is_embargoed(version, now) or is_embargoed(article, now):
        return "embargoed"
    return "withheld" if version["status"] == "withheld" else None


def _citation(known: _Known, name: Name, version: Json, quote: Json, now: datetime) -> Citation:
    killed = known.is_killed(name.story, version)
    facts = story_life.tombstone(version) if killed else version
    said = {} if killed else quote
    body: str = facts.get("body") or ""
    article = known.articles.get(name.story)
    fields = {
        **{each: facts.get(each) for each in _FACTS},
        **{each: said.get(each) for each in _SAID},
        "id": name._replace(order=version["order"]).shown(),
        "story": name.story,
        "body_sha256": hashlib.sha256(body.encode()).hexdigest() if body else None,
        "verified": body[said["start"] : said["end"]] == said["text"] if said else None,
        "status": "killed" if killed else _status(known, name.story, version, now),
        "standing": _standing(article, said.get("text"), now) if article else None,
        "followers": known.followers.get(name.story),
        "checked": now,
    }
    return msgspec.convert({each: value for each, value in fields.items() if value is not None}, Citation)


def _status(known: _Known, story: str, version: Json, now: datetime) -> Status:
    article = known.articles.get(story)
    if article is None:
        return "unknown"
    if article["status"] == "withheld":
        return "withheld"
    if is_embargoed(article, now):
        return "embargoed"
    later = (version["order"] < order <= article["order"] for order in known.corrections.get(story, ()))
    if any(later) or any(each.change == "correction" for each in known.followers.get(story, ())):
        return "corrected"
    return "stands" if article["order"] == version["order"] else "updated"


def _standing(article: Json, text: str | None, now: datetime) -> Json:
    shown = text is not None and article["live"] and not is_embargoed(article, now)
    fields = {each: article.get(each) for each in Standing.__struct_fields__}
    return fields | {"has_words": text in article["body"] if text is not None and shown else None}


def _version_id(name: Name, articles: Mapping[str, Json]) -> str:
    order = articles.get(name.story, {}).get("order") if name.order is None else name.order
    return f"{name.story}@{order}"


def _get(client: Elasticsearch, index: str, ids: Sequence[str]) -> dict[str, Json]:
    """The documents that are there, by their ids, read in real time."""
    answer = client.mget(index=index, ids=ids, source_excludes=_UNUSED)
    for each in answer["docs"]:
        if "error" in each:
            raise ServiceError(
                f"Elasticsearch cannot read {index}: {each['error'].get('reason')}: run `kawat setup`"
            )
    return {each["_id"]: each["_source"] for each in answer["docs"] if each["found"]}


def _corrections(client: Elasticsearch, settings: Settings, stories: Sequence[str]) -> dict[str, set[int]]:
    answer = client.search(
        index=settings.named(VERSIONS),
        query={"bool": {"filter": [{"terms": {"id": stories}}, {"term": {"change": "correction"}}]}},
        source_includes=["id", "order"],
        size=_MOST,
    )
    orders: dict[str, set[int]] = defaultdict(set)
    for hit in answer["hits"]["hits"]:
        orders[hit["_source"]["id"]].add(hit["_source"]["order"])
    return orders


def _followers(
    client: Elasticsearch, settings: Settings, stories: Sequence[str]
) -> dict[str, list[Follower]]:
    """The live stories that name one of these as what they correct or replace."""
    answer = client.search(
        index=settings.named(LIVE),
        query={"bool": {"filter": [{"terms": {"corrects": stories}}], "must_not": [EMBARGOED]}},
        source_includes=["id", "corrects", "change"],
        sort=[{"at": "asc"}, {"id": "asc"}],
        size=_MOST,
    )
    followers: dict[str, list[Follower]] = defaultdict(list)
    for found in (hit["_source"] for hit in answer["hits"]["hits"]):
        if found["id"] != found["corrects"]:
            followers[found["corrects"]].append(Follower(id=found["id"], change=found["change"]))
    return followers
