"""The loop of every stage, as a real process on a real Kafka: nothing lost, nothing passed over."""

import time
from functools import partial

from processors.errors import Reason
from streams.settings import Settings
from streams.stage import ABANDONED
from streams.topics import ARTICLES, DEAD_LETTERS, RAW, create_topics
from tests.wire.workers import committed, feed, tap, until, worker

ECHO = "tests.wire.echo"


def test_nothing_is_missing_after_its_worker_was_killed_again_and_again(wire: Settings) -> None:
    create_topics(wire)
    number = 12_000
    feed(wire, RAW, (b"message %d" % each for each in range(number)))
    with worker(wire, ECHO) as echo, tap(wire, ARTICLES) as out:
        for mark in (1_000, 4_000, 7_000):
            until(partial(out.holds, mark), f"{mark} messages; {echo.said()}")
            echo.kill()
            echo.again()
        until(lambda: out.holds(number), f"all messages; {echo.said()}")
        assert echo.stop() == 0
        # the last key of each partition came out in the order in which it went in: duplicates, but no gap
        assert set(out.counts) == {b"%d" % each for each in range(number)}
    assert sum(committed(wire, "echo").values()) == number


def test_a_poisonous_message_is_a_dead_letter_and_the_next_flows(wire: Settings) -> None:
    create_topics(wire)
    feed(wire, RAW, [b"good", b"poison", b"better"], partition=0)
    with worker(wire, ECHO) as echo, tap(wire, ARTICLES) as out, tap(wire, DEAD_LETTERS) as dead:
        until(lambda: out.holds(2), echo.said())
        until(lambda: dead.holds(1), echo.said())
        assert sorted(out.values) == [b"better", b"good"]
        [letter] = dead.records
        assert letter.key == f"echo:{RAW.full_name(wire)}:0:1".encode()
        assert letter.value == b"poison"
        assert dict(letter.headers)["reason"] == Reason.MALFORMED.encode()
        assert echo.stop() == 0
    assert committed(wire, "echo")[0] == 3


def test_a_tombstone_stalls_nothing(wire: Settings) -> None:
    create_topics(wire)
    feed(wire, RAW, [b"before", None, b"after"], partition=0)
    with worker(wire, ECHO) as echo, tap(wire, ARTICLES) as out:
        until(lambda: out.holds(2), echo.said())
        assert echo.stop() == 0
    assert committed(wire, "echo")[0] == 3


def test_what_is_done_out_of_order_is_not_committed_past_what_is_in_flight(wire: Settings) -> None:
    create_topics(wire)
    feed(wire, RAW, [b"hang-once"], partition=0)
    with worker(wire, ECHO) as echo, tap(wire, ARTICLES) as out:
        until((wire.home / "once").exists, echo.said())
        feed(wire, RAW, [b"behind it"], partition=0)
        feed(wire, RAW, [b"beside it"], partition=1)
        until(lambda: out.look() and {b"behind it", b"beside it"} <= set(out.values), echo.said())
        until(lambda: committed(wire, "echo").get(1) == 1, "the other partition's offset is committed")
        assert committed(wire, "echo").get(0, 0) == 0
        echo.kill()
        echo.again()
        until(lambda: out.look() and b"hang-once" in out.values, echo.said())
        until(lambda: committed(wire, "echo").get(0) == 2, "both")


def test_a_batch_that_hangs_is_abandoned_uncommitted_and_delivered_again(wire: Settings) -> None:
    settings = wire.model_copy(update={"batch_seconds": 2.0})
    create_topics(settings)
    feed(settings, RAW, [b"hang-once", b"next"], partition=0)
    with worker(settings, ECHO) as echo, tap(settings, ARTICLES) as out:
        assert echo.leaves() == ABANDONED
        assert committed(settings, "echo").get(0, 0) == 0
        echo.again()
        until(lambda: out.holds(2), echo.said())
        assert echo.stop() == 0
    assert committed(settings, "echo")[0] == 2


def test_an_exception_ends_the_worker_uncommitted(wire: Settings) -> None:
    create_topics(wire)
    feed(wire, RAW, [b"raise-once"], partition=0)
    with worker(wire, ECHO) as echo, tap(wire, ARTICLES) as out:
        assert echo.leaves() == 1
        assert "ZeroDivisionError: asked for" in echo.said()
        assert committed(wire, "echo").get(0, 0) == 0
        echo.again()
        until(lambda: out.holds(1), echo.said())


def test_while_its_dependency_is_away_a_stage_waits_outside_its_group(wire: Settings) -> None:
    create_topics(wire)
    away = wire.home / "away"
    away.touch()
    feed(wire, RAW, [b"patience"], partition=0)
    with worker(wire, ECHO) as echo, tap(wire, ARTICLES) as out:
        until(lambda: echo.state == "waiting", echo.said())
        end = time.monotonic() + 2.0  # some tries later
        until(lambda: time.monotonic() > end, "a while")
        assert echo.said().count("ALARM") == 1
        assert not out.look().values
        away.unlink()
        until(lambda: out.holds(1), echo.said())


def test_a_dependency_that_goes_away_loses_nothing_and_alarms_once(wire: Settings) -> None:
    settings = wire.model_copy(update={"batch_seconds": 3.0})
    create_topics(settings)
    away = settings.home / "away"
    with worker(settings, ECHO) as echo, tap(settings, ARTICLES) as out:
        echo.ready()
        away.touch()
        feed(settings, RAW, [b"one", b"two"], partition=0)
        until(lambda: echo.state == "waiting", echo.said())
        assert echo.leaves() == ABANDONED
        assert echo.said().count("ALARM") == 1
        echo.again()
        until(lambda: echo.state == "waiting", echo.said())
        away.unlink()
        until(lambda: out.holds(2), echo.said())
        assert out.counts == {b"0": 1, b"1": 1}


def test_partitions_move_to_a_second_worker_and_nothing_is_missing(wire: Settings) -> None:
    second_home = wire.home / "second"
    second_home.mkdir()
    other = wire.model_copy(update={"instance": "2", "home": second_home})
    create_topics(wire)
    number = 4_000
    with worker(wire, ECHO) as first, worker(other, ECHO) as second, tap(wire, ARTICLES) as out:
        first.ready()
        feed(wire, RAW, (b"message %d" % each for each in range(number)))
        second.ready()
        feed(wire, RAW, (b"more %d" % each for each in range(number)))
        until(lambda: len(set(out.look().values)) == 2 * number, f"{first.said()}{second.said()}")
        by = {dict(record.headers)["by"] for record in out.records}
        assert len(by) == 2
        assert first.stop() == second.stop() == 0
    assert sum(committed(wire, "echo").values()) == 2 * number


def test_a_worker_that_is_asked_to_stop_finishes_what_it_holds(wire: Settings) -> None:
    create_topics(wire)
    feed(wire, RAW, [b"wait 1"], partition=0)
    with worker(wire, ECHO) as echo, tap(wire, ARTICLES) as out:
        until(lambda: "has its partitions" in echo.said(), echo.said())
        assert echo.stop() == 0
        out.look(500)
        assert committed(wire, "echo").get(0, 0) == len(out.values)
