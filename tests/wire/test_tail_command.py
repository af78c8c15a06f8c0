"""`kawat tail` on a real Kafka: plain where piped, coloured on a terminal."""

import os
import pty
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import msgspec

from processors.records import Document
from streams.settings import Settings
from streams.topics import STORIES, create_topics
from tests.wire.command import environment, kawat, started
from tests.wire.elastic_stories import deal, person, place, story
from tests.wire.workers import feed

OFFER = "Italia menawarkan dua korvet kepada Indonesia."
KORVET = story(
    headline="Italia tawarkan dua korvet",
    body=OFFER,
    quotes=["dua korvet"],
    arms_deals=[deal(OFFER, OFFER)],
    entities=[person("Guido Crosetto"), place("IT", "Italia")],
)
RICE = story("urn:garuda:2", 1, headline="Harga beras naik", body="Harga beras naik lagi.")
CORRECTED = story(version=2, minute=3, change="correction", headline="Italia tawarkan satu korvet")
KILL = story("urn:garuda:2", 4, version=2, status="canceled", headline="KILL: Harga beras", body="KILL")


def sent(settings: Settings, *stories: Document) -> None:
    create_topics(settings)
    feed(settings, STORIES, [msgspec.json.encode(each) for each in stories], partition=3)


@contextmanager
def tailing(settings: Settings, *arguments: str) -> Iterator["subprocess.Popen[str]"]:
    """The running command; it ends well at Ctrl-C and has nothing more to say."""
    running = subprocess.Popen(
        started("tail", *arguments), env=environment(settings), stdout=subprocess.PIPE, text=True
    )
    try:
        yield running
        running.send_signal(signal.SIGINT)
        assert running.communicate(timeout=60)[0] == ""
        assert running.returncode == 0
    finally:
        running.kill()
        running.communicate()


def next_line(running: "subprocess.Popen[str]") -> str:
    """Without the time of day."""
    assert running.stdout
    return running.stdout.readline().rstrip("\n").partition("  ")[2]


def test_it_prints_the_last_stories_then_each_that_comes(wire: Settings) -> None:
    sent(wire, KORVET, RICE)
    with tailing(wire) as running:
        assert next_line(running) == "garuda id  Italia tawarkan dua korvet  1 arms deal  1 quote"
        assert next_line(running) == "garuda id  Harga beras naik"
        sent(wire, KORVET, CORRECTED, KILL)
        assert next_line(running) == "garuda id  correction  Italia tawarkan satu korvet"
        assert next_line(running) == "garuda id  CANCELED  garuda:urn:garuda:2"


def test_filters_choose_and_what_was_shown_is_followed(wire: Settings) -> None:
    sent(wire, KORVET, RICE)
    with tailing(wire, "KORVET", "--country", "Italia", "--name", "crosetto", "--deals") as running:
        assert "dua korvet" in next_line(running)
        sent(wire, KILL, CORRECTED)
        assert "satu korvet" in next_line(running)


def test_an_embargo_is_kept_until_its_end(wire: Settings) -> None:
    end = datetime.now(UTC) + timedelta(seconds=8)
    sent(wire, story(embargo_until=end))
    with tailing(wire, "--last", "5") as running:
        assert "Indonesia beli jet tempur" in next_line(running)
        assert datetime.now(UTC) >= end


def test_programs_get_a_document_a_line_and_of_a_killed_one_no_text(wire: Settings) -> None:
    sent(wire, KORVET, KILL)
    with tailing(wire, "--json") as running:
        assert running.stdout
        shown, killed = (msgspec.json.decode(running.stdout.readline()) for _ in range(2))
    assert msgspec.convert(shown, Document) == KORVET
    assert (killed["id"], killed["body"], killed.get("headline")) == (KILL.id, "", None)


def test_a_headline_cannot_command_the_terminal(wire: Settings) -> None:
    sent(wire, story(headline="Rudal\x1b[2J [bold]tiba[/]"))
    ours, theirs = pty.openpty()
    running = subprocess.Popen(
        started("tail"), env=environment(wire) | {"COLUMNS": "80", "TERM": "xterm-256color"}, stdout=theirs
    )
    os.close(theirs)
    printed = b""
    try:
        while b"tiba" not in printed:
            printed += os.read(ours, 65536)
    finally:
        running.kill()
        running.wait()
        os.close(ours)
    assert b"\x1b[1m" in printed
    assert b"Rudal[2J [bold]tiba[/]" in printed


def test_a_country_that_there_is_not_is_refused(wire: Settings) -> None:
    said = kawat(wire, "tail", "--country", "Atlantis")
    assert said.returncode == 2
    assert said.stderr.decode().count("\n") == 1
    assert "Atlantis" in said.stderr.decode()
