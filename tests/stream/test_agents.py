"""What each stage makes of a record, without Kafka."""

from datetime import UTC, datetime

import msgspec
import pytest

from processors.clusters import Clusters
from processors.duplicates import signature
from processors.errors import Reason, Rejected
from processors.records import Article, Claims, Document, Origin, Pipeline, Timings
from streams import raw
from streams.agents import enrich, group, parse
from streams.message import Dead, Message, Produced
from streams.settings import Settings

RECEIVED = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)
SETTINGS = Settings(namespace="test")


def article(item_id: str = "a1") -> Article:
    return Article(
        format="text", body="Menteri Pertahanan tiba di Surabaya.", id=f"antara:{item_id}", source="antara",
        item_id=item_id, version=1, order=1_795_402_800_000_008, live=True, received=RECEIVED, language="id",
    )  # fmt: skip


def document(item_id: str = "a1") -> Document:
    return Document(
        **msgspec.structs.asdict(article(item_id)),
        timings=Timings(received=RECEIVED),
        pipeline=Pipeline(schema=1, model="test"),
    )


def payload(content: bytes) -> Message:
    record = raw.record("antara", "berita.txt", content)
    return Message("wire.raw", 0, 7, RECEIVED, record.key, record.value, record.headers)


def message(value: bytes) -> Message:
    return Message("wire.articles", 0, 7, RECEIVED, b"antara:a1", value)


def test_parse_sends_each_article_of_a_package_under_its_id_and_the_bad_one_to_the_dead_letters() -> None:
    def package(_: bytes, origin: Origin) -> list[Article | Rejected]:
        assert (origin.feed, origin.locator, origin.received) == ("antara", "berita.txt", RECEIVED)
        return [article("a1"), Rejected(Reason.MALFORMED, "no body"), article("a3")]

    first, second, third = parse.outcomes(payload(b"..."), package)
    assert isinstance(first, Produced)
    assert isinstance(third, Produced)
    assert (first.topic.name, first.key, third.key) == ("wire.articles", b"antara:a1", b"antara:a3")
    assert msgspec.json.decode(first.value or b"", type=Article).parsed is not None
    assert second == Dead(Reason.MALFORMED, "no body", item="2")


def test_parse_counts_a_payload_out_of_which_nothing_comes() -> None:
    assert parse.outcomes(payload(b"..."), lambda *_: []) == [Dead(Reason.EMPTY, "no article in it")]


def test_parse_does_not_read_what_is_no_record_of_the_feed() -> None:
    [dead] = parse.outcomes(Message("wire.raw", 0, 7, RECEIVED, None, b"..."), lambda *_: [])
    assert isinstance(dead, Dead)
    assert dead.reason is Reason.BAD_RECORD


def test_enrich_answers_every_record_in_order_also_those_that_are_no_articles() -> None:
    good = [message(msgspec.json.encode(article(item_id))) for item_id in ("a1", "a2")]
    batch = [good[0], message(b"{"), good[1]]
    outcomes = enrich.outcomes(batch, lambda articles: [document(one.item_id) for one in articles])
    [[first], [second], [third]] = outcomes
    assert isinstance(first, Produced)
    assert isinstance(third, Produced)
    assert (first.topic.name, first.key, third.key) == ("wire.enriched", b"antara:a1", b"antara:a2")
    assert msgspec.json.decode(first.value or b"", type=Document).timings.enriched is not None
    assert isinstance(second, Dead)
    assert second.reason is Reason.BAD_RECORD


def test_group_sends_each_document_with_its_cluster_and_beside_it_what_it_claims() -> None:
    body = "Kementerian Pertahanan memesan empat kapal patroli dari galangan di Surabaya, kata Bagus Hartono."
    clusters = Clusters(capacity=10)
    told = []
    for item_id in ("a1", "a2"):
        copy = msgspec.structs.replace(document(item_id), body=body, signature=signature(body))
        story, claims = group.outcomes(clusters, message(msgspec.json.encode(copy)))
        assert isinstance(story, Produced)
        assert isinstance(claims, Produced)
        assert (story.topic.name, claims.topic.name) == ("wire.stories", "wire.mentions")
        assert story.key == claims.key == copy.id.encode()
        told.append(msgspec.json.decode(story.value or b"", type=Document))
        assert msgspec.json.decode(claims.value or b"", type=Claims).cluster_id == told[-1].cluster_id
        assert b"Bagus Hartono" not in (claims.value or b"")
    assert [each.cluster_id for each in told] == ["antara:a1", "antara:a1"]
    assert all(each.timings.grouped for each in told)


@pytest.mark.parametrize(
    "value",
    [
        b"nonsense",
        b"{}",
        msgspec.json.encode(msgspec.structs.replace(document(), signature="no signature")),
    ],
)
def test_group_does_not_read_what_is_no_enriched_document(value: bytes) -> None:
    [dead] = group.outcomes(Clusters(capacity=10), message(value))
    assert isinstance(dead, Dead)
    assert dead.reason is Reason.BAD_RECORD


def test_group_takes_a_document_of_any_order_and_version() -> None:
    odd = msgspec.structs.replace(document(), order=10**30, version=-(10**30))
    assert len(group.outcomes(Clusters(capacity=10), message(msgspec.json.encode(odd)))) == 2


@pytest.mark.parametrize("processes", [1, 4])
def test_a_batch_of_enrich_has_a_piece_for_each_process(processes: int) -> None:
    made = enrich.stage(Settings(namespace="test", enrich_processes=processes))
    assert made.batch_bytes == processes * enrich.CHUNK_BYTES
