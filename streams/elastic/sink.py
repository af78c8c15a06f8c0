"""Writes stories into Elasticsearch so that neither duplicates nor the order of arrival can harm.

For each story: the articles index holds the version that stands, the versions index every version, the
indices of its children (quotes, arms deals) those of the standing one. All writes are full documents under
external versions, none is a delete or an update (guarantee 6). Where a story knows a kill, its whole history
is read and judged again; where not, the highest order wins and nothing need be read but the story's current
document.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import msgspec
from elasticsearch import AsyncElasticsearch

from processors import story_life
from processors.errors import TryLater
from processors.records import Document
from processors.story_life import Kill, Standing, Version
from streams.elastic import bulk, children
from streams.elastic.bulk import Result, Write
from streams.elastic.client import pausing
from streams.elastic.indices import ARTICLES, VERSIONS
from streams.settings import Settings

Fields = dict[str, Any]
_Content = tuple[str, str]  # fingerprint of the payload, revision of the model

_ID_BYTES = 480  # Elasticsearch takes 512; children and versions append to the story's
_HIGHEST = 1 << 62
_ROUNDS = 5
_PAGE = 1000
_TIMES = ("published", "version_time", "received")  # the first that is known dates the story: `at`


@dataclass(frozen=True, slots=True)
class _Current:
    """What the articles index has of a story."""

    version: Version
    external_version: int
    kill: Kill | None
    children: Mapping[str, int]  # the highest number of each kind any of its versions had


@dataclass(slots=True)
class _Story:
    """One story's share of a batch and what becomes of it."""

    id: str
    arrived: dict[Version, Document]
    current: _Current | None = None
    kill: Kill | None = None
    history: dict[Version, Fields] = field(default_factory=dict)  # of killed stories; without text

    def versions(self) -> set[Version]:
        known = self.arrived.keys() | self.history.keys()
        return known | {self.current.version} if self.current else set(known)

    def standing(self) -> Standing:
        return story_life.standing(self.versions())

    def has_news(self) -> bool:
        """Whether the standing document may have to be written: always for killed ones, they are rare."""
        return self.kill is not None or self.standing().version in self.arrived


async def write(
    client: AsyncElasticsearch, settings: Settings, documents: Sequence[Document]
) -> list[str | None]:
    """Makes the documents part of their stories; durable when it returns.

    Returns, for each, None or why it was refused for a fault of its own.
    Raises TryLater where Elasticsearch cannot take them now: all of them must come again.
    """
    refused = {position: why for position, each in enumerate(documents) if (why := _misfit(each))}
    waiting = [position for position in range(len(documents)) if position not in refused]
    for _ in range(_ROUNDS):
        if not waiting:
            return [refused.get(position) for position in range(len(documents))]
        again, culprits = await _round(client, settings, [documents[each] for each in waiting])
        refused |= {waiting[index]: why for index, why in culprits.items()}
        waiting = [waiting[index] for index in again]
    raise TryLater("Elasticsearch: somebody else keeps writing the same stories")


def _misfit(document: Document) -> str | None:
    """Why a document cannot even be asked for."""
    if not 0 < len(document.id.encode()) <= _ID_BYTES:
        return f"its id has {len(document.id.encode())} bytes, not 1 to {_ID_BYTES}"
    if not 0 <= document.order < _HIGHEST:
        return f"its order {document.order} is out of range"
    return None


async def _round(
    client: AsyncElasticsearch, settings: Settings, documents: Sequence[Document]
) -> tuple[list[int], dict[int, str]]:
    """One pass: the positions to try again (somebody wrote in between), and the refused with the reason."""
    stories, positions = _by_story(documents)
    await _read_current(client, settings, stories)
    for story in stories.values():
        known = story.current.kill if story.current else None
        story.kill = story_life.kill_among(story.versions(), known)
    await _read_histories(client, settings, [each for each in stories.values() if each.kill])
    await _drop_repeats(client, settings, list(stories.values()))
    stories = {each.id: each for each in stories.values() if each.arrived}

    articles = await _write_articles(client, settings, [each for each in stories.values() if each.has_news()])
    again: list[int] = []
    culprits: dict[int, str] = {}
    settled: list[_Story] = []
    for story in stories.values():
        result = articles.get(story.id)
        if result is None or result.outcome == "written":
            settled.append(story)
            continue
        # Refused or overtaken: judge the story again, without the document that was refused.
        culprit = story.standing().version if result.outcome == "refused" else None
        for version, where in positions[story.id].items():
            if version == culprit or (culprit is not None and culprit not in story.arrived):
                culprits |= dict.fromkeys(where, result.detail)
            else:
                again += where

    for story_id, version, result in await _write_versions(client, settings, settled):
        if result.outcome == "refused" and version in positions[story_id]:
            culprits |= dict.fromkeys(positions[story_id][version], result.detail)
    return sorted(again), culprits


def _by_story(
    documents: Sequence[Document],
) -> tuple[dict[str, _Story], dict[str, dict[Version, list[int]]]]:
    stories: dict[str, _Story] = {}
    positions: dict[str, dict[Version, list[int]]] = defaultdict(lambda: defaultdict(list))
    for position, document in enumerate(documents):
        version = Version.of_article(document)
        stories.setdefault(document.id, _Story(document.id, {})).arrived[version] = document
        positions[document.id][version].append(position)
    return stories, positions


async def _read_current(
    client: AsyncElasticsearch, settings: Settings, stories: Mapping[str, _Story]
) -> None:
    found = await _get(
        client,
        settings.named(ARTICLES),
        list(stories),
        ["order", "version", "status", "version_time", "provider_status", "life"],
    )
    for hit in found:
        life = hit["_source"]["life"]
        stories[hit["_id"]].current = _Current(
            version=Version.of(hit["_source"]),
            external_version=hit["_version"],
            kill=Kill(*life["kill"]) if life["kill"] else None,
            children={name: number for name, number in life.items() if name != "kill"},
        )


async def _read_histories(client: AsyncElasticsearch, settings: Settings, stories: Sequence[_Story]) -> None:
    if not stories:
        return
    by_id = {each.id: each for each in stories}
    index = settings.named(VERSIONS)
    after: list[Any] | None = None
    with pausing():
        await client.indices.refresh(index=index)  # a search must see what was acknowledged
        while True:
            response = await client.search(
                index=index,
                query={"terms": {"id": list(by_id)}},
                sort=[{"id": "asc"}, {"order": "asc"}],
                size=_PAGE,
                source_includes=[*story_life.KEPT, "killed"],
                search_after=after,
                allow_partial_search_results=False,
            )
            hits = response["hits"]["hits"]
            for hit in hits:
                by_id[hit["_source"]["id"]].history[Version.of(hit["_source"])] = hit["_source"]
            if len(hits) < _PAGE:
                return
            after = hits[-1]["sort"]


async def _drop_repeats(client: AsyncElasticsearch, settings: Settings, stories: Sequence[_Story]) -> None:
    """Takes out what is indexed already, so that feeding a wire again changes nothing.

    The order alone does not tell: that of an undated version is the time of its arrival. The receipts are
    in the versions index, which is written last: what has one there is complete.
    """
    ids = {
        _version_id(story.id, version): story
        for story in stories
        if story.current
        for version in (*story.arrived, story.current.version)
    }
    receipts: dict[str, dict[_Content, int]] = {
        story.id: {_content(fields): fields["order"] for fields in story.history.values()}
        for story in stories
    }
    for hit in await _get(client, settings.named(VERSIONS), list(ids), ["order", "fingerprint", "pipeline"]):
        receipts[ids[hit["_id"]].id][_content(hit["_source"])] = hit["_source"]["order"]
    for story in stories:
        story.arrived = dict(_fresh(story.arrived, receipts[story.id]))


def _fresh(
    arrived: Mapping[Version, Document], receipts: dict[_Content, int]
) -> Iterator[tuple[Version, Document]]:
    """Of the versions that arrived those that have no receipt, each content once."""
    for version in sorted(arrived):
        document = arrived[version]
        content = document.fingerprint, document.pipeline.model
        if not document.fingerprint or version.order < receipts.get(content, _HIGHEST):
            receipts[content] = version.order
            yield version, document


async def _write_articles(
    client: AsyncElasticsearch, settings: Settings, stories: Sequence[_Story]
) -> dict[str, Result]:
    """Writes the standing documents and then, of those that were accepted, the children."""
    contents = await _contents(client, settings, stories)
    documents = {each.id: _article(each, contents[each.id]) for each in stories if each.id in contents}
    external = {each.id: _external_version(each) for each in stories}
    written = await bulk.write(
        client,
        [
            Write(settings.named(ARTICLES), story_id, external[story_id], msgspec.json.encode(document))
            for story_id, document in documents.items()
        ],
    )
    results = dict(zip(documents, written, strict=True))
    born = [
        (story_id, kind.index, child)
        for story_id, document in documents.items()
        if results[story_id].outcome == "written"
        for kind in children.KINDS
        for child in children.documents(kind, document)
    ]
    writes = [
        Write(settings.named(index), child["id"], external[story_id], msgspec.json.encode(child))
        for story_id, index, child in born
    ]
    for (story_id, _, _), result in zip(born, await bulk.write(client, writes), strict=True):
        if result.outcome == "refused":
            results[story_id] = result
    return results


async def _contents(
    client: AsyncElasticsearch, settings: Settings, stories: Sequence[_Story]
) -> dict[str, Fields]:
    """The fields of each story's standing version: as it arrived, or as the versions index keeps it.

    A story whose standing version is in neither (it stands already) is left out.
    """
    contents: dict[str, Fields] = {}
    kept: dict[str, str] = {}
    for story in stories:
        version = story.standing().version
        if version.status == "canceled":
            fields = story.arrived.get(version)
            contents |= {story.id: msgspec.to_builtins(fields)} if fields else {}
            contents |= {story.id: story.history[version]} if version in story.history else {}
        elif version in story.arrived:
            contents[story.id] = msgspec.to_builtins(story.arrived[version])
        else:
            kept[_version_id(story.id, version)] = story.id
    for hit in await _get(client, settings.named(VERSIONS), list(kept), None):
        contents[kept[hit["_id"]]] = hit["_source"]
    return contents


def _article(story: _Story, fields: Fields) -> Fields:
    """The document of the articles index: the standing version and the story's book-keeping."""
    standing = story.standing()
    document = story_life.tombstone(fields) if standing.version.status == "canceled" else dict(fields)
    if standing.restored:
        document["change"] = "restored"
    document["live"] = standing.version.status == "usable"
    document["at"] = next(filter(None, map(document.get, _TIMES)))
    document["latency_ms"] = _latency(document.get("timings") or {})
    most = children.highest(document, story.current.children if story.current else {})
    return document | {"life": {"kill": story.kill} | most}


def _latency(timings: Mapping[str, str | None]) -> int | None:
    """Milliseconds from the wire until the last stage before this one; None where that is not known."""
    ready, received = timings.get("grouped") or timings.get("enriched"), timings.get("received")
    if ready is None or received is None:
        return None
    return round((datetime.fromisoformat(ready) - datetime.fromisoformat(received)).total_seconds() * 1000)


def _external_version(story: _Story) -> int:
    """Never below what is there: a kill may put a lower order on top of a higher one."""
    return max(story.standing().external_version, story.current.external_version if story.current else 0)


async def _write_versions(
    client: AsyncElasticsearch, settings: Settings, stories: Sequence[_Story]
) -> list[tuple[str, Version, Result]]:
    """Keeps the versions that arrived; takes the text from those a kill has taken down.

    A version's text goes under its number, its tombstone under the highest version there is: whichever
    comes first, the tombstone stays.
    """
    index = settings.named(VERSIONS)
    owners: list[tuple[str, Version]] = []
    writes: list[Write] = []

    def add(story: _Story, version: Version, fields: Fields, external: int) -> None:
        owners.append((story.id, version))
        writes.append(Write(index, _version_id(story.id, version), external, msgspec.json.encode(fields)))

    for story in stories:
        for version, document in story.arrived.items():
            fields = msgspec.to_builtins(document)
            if story_life.is_killed(version, story.kill):
                add(story, version, story_life.tombstone(fields), _HIGHEST)
            else:
                add(story, version, fields, min(max(version.number, 0), _HIGHEST - 1))
        for version, fields in story.history.items():
            fresh = version not in story.arrived and not fields.get("killed")
            if fresh and story_life.is_killed(version, story.kill):
                add(story, version, story_life.tombstone(fields), _HIGHEST)
    results = await bulk.write(client, writes)
    return [(*owner, result) for owner, result in zip(owners, results, strict=True)]


def _content(fields: Fields) -> _Content:
    """What a version says and what was made of it; a better model's enrichment is another."""
    return fields.get("fingerprint") or "", fields.get("pipeline", {}).get("model", "")


async def _get(
    client: AsyncElasticsearch, index: str, ids: Sequence[str], fields: list[str] | None
) -> list[Fields]:
    """The documents that are there, read in real time."""
    if not ids:
        return []
    with pausing():
        response = await client.mget(index=index, ids=ids, source_includes=fields)
    for each in response["docs"]:
        if "error" in each:
            raise TryLater(f"Elasticsearch: {each['error'].get('reason', 'a document cannot be read')}"[:500])
    return [each for each in response["docs"] if each.get("found")]


def _version_id(story: str, version: Version) -> str:
    return f"{story}@{version.order}"
