"""Feeding a real Kafka: what can be read arrives whole, what cannot leaves a dead letter, all is counted."""

import gzip
import hashlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from streams import dead_letter_topic, raw
from streams.feeds.feeding import Feed, feed_paths
from streams.message import Message
from streams.reading import to_the_end
from streams.settings import MIB, Settings
from streams.topics import RAW
from tests.servers import free_ports
from tests.wire.command import environment, kawat, started

ARTICLE = (
    b"JAKARTA, 23 November (Kabar Nusa) - Kementerian Pertahanan meneken kontrak pembelian enam korvet.\n"
    b'"Kapal pertama tiba tahun depan," kata juru bicaranya, Rahmat Wibisono, di Jakarta, Senin.\n'
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    path = tmp_path / "kabarnusa"
    (path / "2026-11-23").mkdir(parents=True)
    return path


def arrived(settings: Settings) -> list[Message]:
    records = to_the_end(settings, RAW.full_name(settings))
    return sorted(records, key=lambda one: (one.headers["locator"], one.offset))


def locators(settings: Settings) -> list[str]:
    return [one.headers["locator"].decode() for one in arrived(settings)]


def refusals(settings: Settings) -> dict[str | None, str]:
    """Reasons by locator."""
    return {one.locator: one.reason for one in dead_letter_topic.current(settings).values()}


def test_every_payload_arrives_with_its_bytes_and_origin(wire: Settings, folder: Path) -> None:
    (folder / "2026-11-23" / "korvet.txt").write_bytes(ARTICLE)
    (folder / "wire.jsonl").write_bytes(b'{"id": "1", "text": "Satu."}\n\n{"id": "2", "text": "Dua."}\n')

    done = kawat(wire, "feed", folder, "--source", "nusa", "--format", "text")

    assert (done.returncode, done.stderr) == (0, b"")
    assert done.stdout.decode().startswith("sent 3 payloads, ")
    records = arrived(wire)
    assert [(one.key, one.value) for one in records] == [
        (b"kabarnusa/2026-11-23/korvet.txt", ARTICLE),
        (b"kabarnusa/wire.jsonl:1", b'{"id": "1", "text": "Satu."}'),
        (b"kabarnusa/wire.jsonl:3", b'{"id": "2", "text": "Dua."}'),
    ]
    origin = raw.origin(records[0])
    assert (origin.feed, origin.locator, origin.source, origin.format) == (
        "kabarnusa",
        "2026-11-23/korvet.txt",
        "nusa",
        "text",
    )
    assert abs(origin.received.timestamp() - time.time()) < 60


def test_feeding_twice_sends_the_same_keys_to_the_same_partitions(wire: Settings, folder: Path) -> None:
    for number in range(20):
        (folder / f"{number}.txt").write_bytes(ARTICLE)

    assert (feed_paths(wire, [folder]).sent, feed_paths(wire, [folder]).sent) == (20, 20)

    places = [(one.key, one.partition) for one in arrived(wire)]
    assert places[::2] == places[1::2]
    assert len(set(places)) == 20


def test_a_payload_over_the_limit_is_refused_and_the_next_flows(wire: Settings, folder: Path) -> None:
    large = os.urandom(9 * MIB)
    (folder / "besar.bin").write_bytes(large)
    (folder / "pas.txt").write_bytes(b"x" * 8 * MIB)
    (folder / "sesudah.txt").write_bytes(ARTICLE)

    done = kawat(wire, "feed", folder)

    assert done.returncode == 1
    assert done.stderr == f"refused besar.bin: too-large: {9 * MIB} bytes, the limit is {8 * MIB}\n".encode()
    assert b"sent 2 payloads, 8.4 MB" in done.stdout
    assert b"; refused 1: see `kawat dead list --stage feed`" in done.stdout
    assert [len(one.value or b"") for one in arrived(wire)] == [8 * MIB, len(ARTICLE)]
    (letter,) = dead_letter_topic.current(wire).values()
    assert (letter.locator, letter.size, letter.sha256) == (
        "besar.bin",
        9 * MIB,
        hashlib.sha256(large).hexdigest(),
    )


def test_lines_before_the_damage_are_fed_and_the_damage_is_a_dead_letter(
    wire: Settings, folder: Path
) -> None:
    lines = b"".join(json.dumps({"id": n, "text": os.urandom(30).hex()}).encode() + b"\n" for n in range(400))
    (folder / "potong.jsonl.gz").write_bytes(gzip.compress(lines)[:-5000])
    (folder / "rusak.zip").write_bytes(b"PK\x03\x04 rusak")
    (folder / "utuh.txt").write_bytes(ARTICLE)

    tally = feed_paths(wire, [folder], Feed("arsip"))

    count = tally.sent - 1
    assert 100 < count < 400
    assert [json.loads(one.value or b"")["id"] for one in arrived(wire) if b"jsonl" in one.headers["locator"]]
    assert "utuh.txt" in locators(wire)
    assert refusals(wire) == {f"potong.jsonl.gz:{count + 1}": "unreadable", "rusak.zip": "unreadable"}


def test_feeding_what_is_refused_again_leaves_one_letter(wire: Settings, folder: Path) -> None:
    (folder / "rusak.zip").write_bytes(b"rusak")

    for _ in range(2):
        feed_paths(wire, [folder])

    assert refusals(wire) == {"rusak.zip": "unreadable"}


def test_a_dry_run_sends_nothing_and_needs_no_server(wire: Settings, folder: Path) -> None:
    (folder / "korvet.txt").write_bytes(ARTICLE)
    away = wire.model_copy(update={"kafka": "127.0.0.1:9"})

    done = kawat(away, "feed", folder, "--dry-run")

    assert (done.returncode, done.stdout) == (0, f"{len(ARTICLE):>9}  kabarnusa/korvet.txt\n".encode())


def test_kafka_away_is_one_line_and_status_1(wire: Settings, folder: Path) -> None:
    away = f"127.0.0.1:{free_ports(1)[0]}"
    began = time.monotonic()

    done = kawat(wire.model_copy(update={"kafka": away}), "feed", folder)

    assert (done.returncode, done.stdout) == (1, b"")
    assert done.stderr == f"kawat: Kafka at {away} does not answer: start it with `kawat up`\n".encode()
    assert time.monotonic() - began < 15


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("https://kabarnusa.example/rss",), "feeding from a URL is not there yet"),
        (("tiada",), "tiada: no such file or folder"),
        ((__file__, "--watch"), "--watch takes folders"),
    ],
)
def test_a_mistake_is_told_with_status_2(wire: Settings, arguments: tuple[str, ...], said: str) -> None:
    done = kawat(wire, "feed", *arguments)

    assert (done.returncode, done.stdout) == (2, b"")
    assert said in done.stderr.decode()
    assert b"Traceback" not in done.stderr


def test_ctrl_c_ends_a_feed_with_what_was_sent_delivered(wire: Settings, folder: Path) -> None:
    line = json.dumps({"text": "x" * 2000}).encode() + b"\n"
    with gzip.open(folder / "panjang.jsonl.gz", "wb", compresslevel=1) as archive:
        archive.write(line * 300_000)
    process = subprocess.Popen(started("feed", folder), env=environment(wire), stdout=subprocess.PIPE)
    until(lambda: bool(locators(wire)))

    process.send_signal(signal.SIGINT)
    output, _ = process.communicate(timeout=60)

    assert process.returncode == 1
    told = output.decode().split()
    assert told[:2] == ["interrupted:", "sent"]
    assert int(told[2].replace(",", "")) == len(arrived(wire))


@pytest.fixture
def watching(wire: Settings, folder: Path) -> Iterator[Callable[[], "subprocess.Popen[bytes]"]]:
    processes: list[subprocess.Popen[bytes]] = []

    def start() -> "subprocess.Popen[bytes]":
        processes.append(
            subprocess.Popen(
                started("feed", folder, "--watch"),
                env=environment(wire),
                stdout=subprocess.PIPE,
                stderr=sys.stderr,
            )
        )
        return processes[-1]

    yield start
    for process in processes:
        process.kill()
        process.wait()
        assert process.stdout
        process.stdout.close()


def until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.1)


Start = Callable[[], "subprocess.Popen[bytes]"]


def test_a_watched_folder_gives_complete_files_and_a_restart_none_twice(
    wire: Settings, folder: Path, watching: Start
) -> None:
    (folder / "a.txt").write_bytes(ARTICLE)
    first = watching()
    until(lambda: locators(wire) == ["a.txt"])
    with (folder / "lambat.txt").open("wb") as slow:
        slow.write(ARTICLE[:40])
        slow.flush()
        (folder / ".b.txt").write_bytes(ARTICLE)
        (folder / ".b.txt").rename(folder / "b.txt")
        until(lambda: locators(wire) == ["a.txt", "b.txt"])
        slow.write(ARTICLE[40:])
    until(lambda: locators(wire) == ["a.txt", "b.txt", "lambat.txt"])
    assert {one.value for one in arrived(wire)} == {ARTICLE}

    first.send_signal(signal.SIGTERM)
    output, _ = first.communicate(timeout=60)
    assert first.returncode == 0
    assert output.decode().startswith(f"sent 3 payloads, {3 * len(ARTICLE)} bytes in ")

    (folder / "c.txt").write_bytes(ARTICLE)
    watching()
    until(lambda: "c.txt" in locators(wire))
    assert locators(wire) == ["a.txt", "b.txt", "c.txt", "lambat.txt"]


def test_a_watcher_that_was_killed_sends_what_is_missing(
    wire: Settings, folder: Path, watching: Start
) -> None:
    first = watching()
    for number in range(200):
        (folder / f"{number:03}.txt").write_bytes(ARTICLE)
    until(lambda: bool(locators(wire)))
    first.kill()

    watching()

    until(lambda: set(locators(wire)) == {f"{number:03}.txt" for number in range(200)})
