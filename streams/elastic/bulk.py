"""Bulk writes, and whose fault it is when one fails.

A document is refused for a fault of its own only. A request that fails as a whole is split until the
culprit stands alone. Everything else is Elasticsearch's trouble: TryLater, for the whole lot.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import msgspec
from elasticsearch import ApiError, AsyncElasticsearch

from processors.errors import TryLater
from streams.elastic.client import cause, describe, pausing, reasons

REQUEST_BYTES = 8 << 20  # a bigger document travels alone

# What Elasticsearch calls a document's own faults. Seen in 8.19; those of an index are told by other names.
_DOCUMENT_FAULTS = frozenset(
    {
        "document_parsing_exception",
        "mapper_parsing_exception",
        "mapper_exception",
        "strict_dynamic_mapping_exception",
        "x_content_parse_exception",
        "x_content_e_o_f_exception",
        "parsing_exception",
        "illegal_argument_exception",
        "action_request_validation_exception",
        "number_format_exception",
        "input_coercion_exception",
        "json_parse_exception",
        "stream_constraints_exception",
    }
)
# The same names for what is wrong with the index or the request, whichever the document.
_OUR_FAULTS = ("write index", "pipeline", "data stream", "unrecognized parameter", "closed")


@dataclass(frozen=True, slots=True)
class Write:
    """One document to put in place of what is there, unless that is of a higher version."""

    alias: str
    id: str
    version: int
    source: bytes  # JSON

    def lines(self) -> tuple[bytes, bytes]:
        action = {
            "_index": self.alias,
            "_id": self.id,
            "version": self.version,
            "version_type": "external_gte",
        }
        return msgspec.json.encode({"index": action}), self.source

    @property
    def size(self) -> int:
        return len(self.source) + len(self.id) + 200


@dataclass(frozen=True, slots=True)
class Result:
    """written; stale: a higher version is there; refused: for `detail`, the document's own fault."""

    outcome: Literal["written", "stale", "refused"]
    detail: str = ""


async def write(client: AsyncElasticsearch, writes: Sequence[Write]) -> list[Result]:
    """What became of each write, in order. Durable when it returns.

    Raises TryLater where Elasticsearch cannot do it now; some of the writes may be done then.
    """
    results: list[Result] = []
    for chunk in chunks(writes):
        results += await _send(client, chunk)
    return results


def chunks(writes: Sequence[Write], limit: int = REQUEST_BYTES) -> Iterator[Sequence[Write]]:
    """Runs of writes of at most `limit` bytes together, or of one."""
    start, size = 0, 0
    for position, each in enumerate(writes):
        if position > start and size + each.size > limit:
            yield writes[start:position]
            start, size = position, 0
        size += each.size
    if start < len(writes):
        yield writes[start:]


async def _send(client: AsyncElasticsearch, writes: Sequence[Write]) -> list[Result]:
    lines = [line for each in writes for line in each.lines()]
    with pausing():
        try:
            response = await client.bulk(
                operations=lines,  # type: ignore[arg-type]  # lines that are bytes go as they are
                require_alias=True,  # else a missing index comes into being without its mapping
                timeout="20s",  # the server gives up before we do: no write after we stopped waiting
                filter_path="errors,items.*.status,items.*.error",
            )
        except ApiError as error:
            if not _splittable(error):
                raise
            return await _split(client, writes, error)
    return [_result(next(iter(item.values()))) for item in response["items"]]


async def _split(client: AsyncElasticsearch, writes: Sequence[Write], error: ApiError) -> list[Result]:
    if len(writes) == 1:
        return [Result("refused", describe(error))]
    half = len(writes) // 2
    return await _send(client, writes[:half]) + await _send(client, writes[half:])


def _result(item: dict[str, Any]) -> Result:
    status: int = item["status"]
    if status < 300:
        return Result("written")
    if status == 409:
        return Result("stale")
    kind, reason = str(item["error"].get("type", "")), reasons(item["error"])
    if status == 400 and _own_fault(kind, reason):
        return Result("refused", f"{kind}: {reason}"[:500])
    raise TryLater(f"Elasticsearch: {status} {kind}: {reason}"[:500])


def _splittable(error: ApiError) -> bool:
    """Whether a request that failed as a whole may have failed for one of its documents."""
    if error.status_code == 413:
        return True
    return error.status_code == 400 and _own_fault(*cause(error))


def _own_fault(kind: str, reason: str) -> bool:
    return kind in _DOCUMENT_FAULTS and not any(phrase in reason for phrase in _OUR_FAULTS)
