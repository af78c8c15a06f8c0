"""`kawat quotes` as people run it, on a real Elasticsearch."""

import hashlib
import os
import pty
import re
import subprocess
from typing import Any

import msgspec
import pytest

from streams.elastic.hits import MARK
from streams.settings import Settings
from tests.wire.command import environment, kawat, started
from tests.wire.elastic_stories import story
from tests.wire.quoted_stories import (
    DENIAL,
    DENIAL_BODY,
    EMBARGOED,
    HELD,
    RICE,
    WIRE,
    index,
    said,
    short,
    told,
)

LOOKED_UP = re.compile(r"looked up [^)]+")


@pytest.fixture
def indexed(wire: Settings) -> Settings:
    index(wire, *WIRE)
    return wire


def shown(settings: Settings, *arguments: str) -> str:
    """What it prints when all goes well."""
    done = kawat(settings, "quotes", *arguments)
    assert done.returncode == 0, done.stderr
    return done.stdout.decode()


def lines(settings: Settings, *arguments: str) -> list[dict[str, Any]]:
    return [msgspec.json.decode(line) for line in shown(settings, *arguments, "--json").splitlines()]


def on_a_terminal(settings: Settings, *arguments: str, columns: int) -> str:
    ours, theirs = pty.openpty()
    environment_ = environment(settings) | {"COLUMNS": str(columns), "TERM": "xterm-256color"}
    running = subprocess.Popen(started("quotes", *arguments), env=environment_, stdout=theirs)
    os.close(theirs)
    printed = b""
    try:
        while piece := os.read(ours, 65536):
            printed += piece
    except OSError:  # the other end is closed
        pass
    finally:
        os.close(ours)
    assert running.wait(60) == 0
    return printed.decode().replace("\r\n", "\n")


# ── found ─────────────────────────────────────────────────────────────────────────────────────────────


def test_a_person_reads_time_speaker_kind_words_and_source(indexed: Settings) -> None:
    table = shown(
        indexed, "--speaker", "Putin", "--about", "senjata", "--kind", "indirect", "--since", "2026-11-20"
    )
    header, _, row, _, count = (line.rstrip() for line in table.splitlines())
    assert header.split() == ["time", "speaker", "kind", "quote", "source"]
    assert re.fullmatch(
        r"\d\d Nov 2026 \d\d:\d\d +Vladimir Putin +indirect +"
        r"negaranya tidak mengirim persenjataan ke Pyongyang +garuda",
        row,
    )
    assert count == "1 of 1 quotes"
    assert MARK not in table


def test_a_terminal_shows_the_place_found_and_the_headline_where_only_that_has_it(indexed: Settings) -> None:
    printed = on_a_terminal(indexed, "--about", "korea", "--kind", "direct", columns=80)
    assert "Kami menaati semua" in printed
    assert "\x1b[1;33mKorea\x1b[0m" in printed
    printed = on_a_terminal(indexed, "senjata", columns=80)
    assert "\x1b[1;33mpersenjataan\x1b[0m" in printed
    assert "Korea" not in printed
    assert max(len(re.sub(r"\x1b\[[\d;]*m", "", line)) for line in printed.splitlines()) <= 80


def test_a_long_quote_is_cropped_around_the_place_found(wire: Settings) -> None:
    text = (
        "Awal sekali " + "kata demi kata " * 60 + "lalu senjata disebut " + "dan seterusnya " * 60 + "tamat"
    )
    index(wire, short("long", 0, text))
    table = " ".join(shown(wire, "senjata").split())
    assert "… demi kata" in table or "… kata" in table
    assert "lalu senjata disebut" in table
    assert "Awal sekali" not in table
    assert "tamat" not in table
    assert "Awal sekali" in shown(wire, "awal")


def test_a_held_and_an_embargoed_quote_carry_a_badge(indexed: Settings) -> None:
    table = shown(indexed, "kata", "--all", "--sort", "newest")
    assert re.findall(r"EMBARGO|WITHHELD", table) == ["EMBARGO", "WITHHELD"]


def test_a_program_reads_one_quote_a_line(indexed: Settings) -> None:
    (line,) = lines(indexed, "senjata")
    assert line["id"] == "garuda:denial:q1"
    assert line["speaker_id"] == "per:vladimir-putin"
    assert line["highlights"] == [
        DENIAL.headline,
        "negaranya tidak mengirim <em>persenjataan</em> ke Pyongyang",
    ]
    assert [each["id"] for each in lines(indexed, "--story", RICE.id, "--story", HELD.id, "--all")] == [
        HELD.id + ":q1", RICE.id + ":q1", RICE.id + ":q2",
    ]  # fmt: skip


def test_more_quotes_than_a_page_holds_come_all(wire: Settings) -> None:
    body = " ".join(f"kata{n:03}" for n in range(450))
    index(wire, story("many", 0, body=body, quotes=body.split()))
    assert [each["n"] for each in lines(wire, "--size", "420")] == list(range(1, 421))
    assert [each["text"] for each in lines(wire, "--size", "1000", "--cite")] == body.split()


def test_nothing_found_is_said_and_no_failure(indexed: Settings) -> None:
    assert shown(indexed, "takterdapatkan") == "No quote found.\n"
    assert shown(indexed, "takterdapatkan", "--cite") == "No quote found.\n"
    assert shown(indexed, "takterdapatkan", "--cite", "--json") == ""


def test_escape_sequences_of_a_story_do_not_reach_the_terminal(wire: Settings) -> None:
    evil = "Judul \x1b[2J\x1b]0;x\x07 palsu \x9b31m"
    index(wire, told("evil", 0, evil, said(evil, evil, evil), headline=evil, byline=evil))
    for arguments in ((), ("--cite",)):
        printed = shown(wire, *arguments)
        assert "palsu" in printed
        assert not set(printed) & {"\x1b", "\x9b", "\x07"}


# ── cited ─────────────────────────────────────────────────────────────────────────────────────────────


def test_a_citation_is_read_line_by_line(indexed: Settings) -> None:
    sha256 = hashlib.sha256(DENIAL_BODY.encode()).hexdigest()
    expected = f"""\
Kami menaati semua kesepakatan,
  kind       direct
  speaker    Vladimir Putin (per:vladimir-putin), printed “ujarnya”, coreference
  cue        “ujarnya”
  source     garuda
  credits    Interfax
  byline     Sari Wulandari
  headline   Putin bantah kirim senjata ke Korea Utara
  published  2026-11-20T12:00:00+00:00
  url        https://garuda.example/denial
  id         garuda:denial:q2@{DENIAL.order}
  version    1
  place      characters 95–126 of the body, verified
  sha-256    {sha256}
  translated yes: the story is a translation, and its direct quotes with it
  status     stands: nothing has replaced this version (-)

"""
    for arguments in (("menaati", "--cite"), ("--id", "garuda:denial:q2")):
        assert LOOKED_UP.sub("-", shown(indexed, *arguments)) == expected


def test_a_program_reads_one_citation_a_line(indexed: Settings) -> None:
    (line,) = lines(indexed, "menaati", "--cite")
    assert line["published"] == "2026-11-20T12:00:00Z"
    assert (line["start"], line["end"], line["verified"], line["status"]) == (95, 126, True, "stands")
    assert line == lines(indexed, "--id", line["id"])[0] | {"checked": line["checked"]}


def test_what_became_of_the_story_is_told_with_the_version_that_stands(indexed: Settings) -> None:
    index(
        indexed,
        story("denial", 5, version=2, body=DENIAL_BODY, change="update"),
        story("rice", 15, version=2, change="correction", source="nusantara", id=RICE.id),
        story("ralat", 25, change="correction", corrects=RICE.id),
    )
    denial, rice = f"{DENIAL.id}:q1@{DENIAL.order}", f"{RICE.id}:q1@{RICE.order}"
    statuses = [
        line.split(maxsplit=1)[1].partition(" (looked")[0]
        for line in shown(indexed, "--id", denial, "--id", rice).splitlines()
        if line.startswith("  status")
    ]
    assert statuses == [
        "updated: version 2 of 2026-11-20T12:05:00+00:00 (update) stands, it has these words, too",
        "corrected: version 2 of 2026-11-20T12:15:00+00:00 (correction) stands, "
        "it has these words no longer; see garuda:ralat (correction)",
    ]


def test_a_killed_quote_is_cited_without_a_word(indexed: Settings) -> None:
    index(indexed, story("denial", 5, version=2, status="canceled"))
    printed = shown(indexed, "--id", f"{DENIAL.id}:q1@{DENIAL.order}")
    assert (
        LOOKED_UP.sub("-", printed)
        == f"""\
(no text)
  source     garuda
  published  2026-11-20T12:00:00+00:00
  id         garuda:denial:q1@{DENIAL.order}
  version    1
  status     killed: the wire has withdrawn it (-)

"""
    )


def test_words_that_are_not_in_the_body_are_a_failure(wire: Settings) -> None:
    body = "Ia berkata: kami tidak setuju."
    wrong = msgspec.structs.replace(said(body, "kami tidak setuju", None), text="kami setuju")
    index(wire, told("wrong", 0, body, wrong), short("right", 1))
    done = kawat(wire, "quotes", "--cite")
    assert done.returncode == 1
    assert (
        "place      characters 12–29 of the body, WRONG: the body has other words there"
        in done.stdout.decode()
    )
    assert done.stderr.decode() == "kawat: 1 of 2 quotes are not in the body as indexed: do not cite them\n"


def test_mistakes_and_outages_are_one_line_that_says_what_to_do(wire: Settings, unused_tcp_port: int) -> None:
    away = wire.model_copy(update={"elasticsearch": f"http://127.0.0.1:{unused_tcp_port}"})
    for settings, arguments, status, hint in (
        (wire, ["x"], 1, "kawat setup"),
        (wire, ["--id", "garuda:denial:q1"], 1, "kawat setup"),
        (away, ["--cite"], 1, "kawat up"),
        (wire, ["--since", "kemarin dulu"], 2, "'kemarin dulu' is no time"),
        (wire, ["--since", "today", "--until", "7d"], 2, "--since is not before --until"),
        (wire, ["--kind", "scare"], 2, "--kind"),
        (wire, ["--id", "garuda:denial"], 2, "is no id of a quote"),
        (wire, ["--id", "garuda:denial:q1", "--speaker", "Putin"], 2, "--id says which quotes"),
    ):
        done = kawat(settings, "quotes", *arguments)
        complaint = done.stderr.decode()
        assert done.returncode == status, complaint
        assert hint in complaint
        assert "Traceback" not in complaint
        assert done.stdout == b""


def test_an_embargoed_quote_is_not_cited_by_its_id_either(indexed: Settings) -> None:
    done = kawat(indexed, "quotes", "--id", f"{EMBARGOED.id}:q1")
    assert (done.returncode, done.stdout) == (2, b"")
    assert "is of a story that is embargoed: --all shows it" in done.stderr.decode()
    printed = shown(indexed, "--all", "--id", f"{EMBARGOED.id}:q1")
    assert "status     embargoed: until 9999-12-31T00:00:00+00:00" in printed
