"""The group stage as a process on a real Kafka: killed in the middle, it decides as if it had not been."""

from collections.abc import Sequence
from functools import partial

import msgspec

from processors.clusters import Clusters
from processors.duplicates import signature
from processors.records import Claims, Document
from streams.agents.group import MEMORY
from streams.settings import Settings
from streams.topics import ENRICHED, MENTIONS, STORIES, create_topics
from tests.wire.elastic_stories import story
from tests.wire.workers import Tap, Worker, committed, feed, tap, until, worker

TEXTS = [
    " ".join(f"{name}{chr(97 + n % 26)}{chr(97 + n // 26)}" for n in range(60))
    for name in ("kapal", "beras", "gempa")
]


def copy(number: int, text: str, version: int = 1) -> Document:
    return story(f"urn:garuda:{number}", version, version, body=text, signature=signature(text))


def wire_of(stories: int) -> list[Document]:
    """Copies of a few texts and of texts of their own, and updates that come in between."""
    arrivals = []
    for n in range(stories):
        own = f"{TEXTS[n % 3]} tambahan" if n % 2 else " ".join(f"s{n}k{m}" for m in range(40))
        arrivals.append(copy(n, own))
        if n % 7 == 6:
            arrivals.append(copy(n // 2, TEXTS[n % 3], version=2))
    return arrivals


def expected(arrivals: Sequence[Document]) -> dict[tuple[str, int], str]:
    clusters = Clusters(10_000)
    return {(each.id, each.order): clusters.place(each, 0)[0] for each in arrivals}


def _times_remembered(group: Worker) -> int:
    return group.said().count("stories remembered")


def told(out: Tap, kind: type[Document] | type[Claims]) -> dict[tuple[str, int], set[str | None]]:
    found: dict[tuple[str, int], set[str | None]] = {}
    for value in out.all().values:
        each = msgspec.json.decode(value, type=kind)
        found.setdefault((each.id, each.order), set()).add(each.cluster_id)
    return found


def more_than(number: int, stories: Tap) -> bool:
    return len(told(stories, Document)) > number


def test_clusters_are_the_same_though_the_worker_is_killed_again_and_again(wire: Settings) -> None:
    create_topics(wire)
    arrivals = wire_of(1_500)
    right = {version: {cluster} for version, cluster in expected(arrivals).items()}
    assert len({cluster for [cluster] in right.values()}) < len(right) / 1.5
    with worker(wire, "group") as group, tap(wire, STORIES) as stories, tap(wire, MENTIONS) as claims:
        group.ready()
        for start, end in ((0, 500), (500, 1_000), (1_000, len(arrivals))):
            feed(wire, ENRICHED, [msgspec.json.encode(each) for each in arrivals[start:end]])
            until(partial(more_than, start, stories), f"some stories; {group.said()}")
            group.kill()
            group.again()
        # What the last one killed had sent but not committed is sent again: the topics may be full before.
        until(lambda: committed(wire, "group") == {0: len(arrivals)}, f"all done; {group.said()}")
        assert group.stop() == 0
        assert told(stories, Document) == right
        assert told(claims, Claims) == right
    assert committed(wire, "group") == {0: len(arrivals)}


def test_a_story_before_a_restart_draws_the_copies_after_it(wire: Settings) -> None:
    create_topics(wire)
    with worker(wire, "group") as group, tap(wire, STORIES) as stories:
        feed(wire, ENRICHED, [msgspec.json.encode(copy(1, TEXTS[0]))])
        until(lambda: stories.look().values, group.said())
        assert group.stop() == 0
        group.again()
        feed(wire, ENRICHED, [msgspec.json.encode(copy(2, TEXTS[0])), msgspec.json.encode(copy(3, TEXTS[1]))])
        until(lambda: len(told(stories, Document)) == 3, group.said())
        clusters = {name: cluster for (name, _), [cluster] in told(stories, Document).items()}
    assert clusters == {
        "garuda:urn:garuda:1": "garuda:urn:garuda:1",
        "garuda:urn:garuda:2": "garuda:urn:garuda:1",
        "garuda:urn:garuda:3": "garuda:urn:garuda:3",
    }


def test_a_worker_that_takes_over_knows_what_the_other_decided_meanwhile(wire: Settings) -> None:
    create_topics(wire)
    second = wire.model_copy(update={"instance": "2", "home": wire.home / "second"})
    second.home.mkdir()
    with worker(wire, "group") as one, tap(wire, STORIES) as stories:
        one.ready()
        with worker(second, "group") as other:
            other.ready()
            feed(wire, ENRICHED, [msgspec.json.encode(copy(1, TEXTS[0]))])
            until(lambda: stories.look().values, f"{one.said()} {other.said()}")
            holder, heir = sorted((one, other), key=_times_remembered, reverse=True)
            assert _times_remembered(holder) > _times_remembered(heir), "who decides looks first"
            assert holder.stop() == 0
            feed(wire, ENRICHED, [msgspec.json.encode(copy(2, TEXTS[0]))])
            until(lambda: len(told(stories, Document)) == 2, heir.said())
            assert set().union(*told(stories, Document).values()) == {"garuda:urn:garuda:1"}


def test_damaged_memories_and_claims_of_others_are_passed_over(wire: Settings) -> None:
    from kafka import KafkaProducer

    create_topics(wire)
    producer = KafkaProducer(bootstrap_servers=wire.kafka, acks="all")
    for headers in ([], [(MEMORY, b"{")], [(MEMORY, b'[1,"zz",[[1,1,"usable",true,true],[]]]')]):
        producer.send(MENTIONS.full_name(wire), key=b"garuda:1", value=b"{}", headers=headers)
    producer.close()
    with worker(wire, "group") as group, tap(wire, STORIES) as stories:
        feed(wire, ENRICHED, [msgspec.json.encode(copy(1, TEXTS[0]))])
        until(lambda: stories.look().values, group.said())
        assert group.said().count("is left out") >= 2
