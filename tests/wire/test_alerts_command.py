"""`kawat alerts` and `kawat evaluate feedback` as people run them, on a real Elasticsearch."""

import asyncio
import os
import pty
import re
import signal
import subprocess
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest

from processors.records import Deal
from streams.elastic import alerts as indexed_alerts
from streams.elastic import feedback
from streams.elastic.alerts import Stored
from streams.elastic.client import agents_client, commands_client
from streams.elastic.feedback import Entry
from streams.settings import Settings
from tests.wire.command import environment, kawat, started
from tests.wire.told_alerts import NOON, WORDS, alert, claims, index, stored

FRIGATES = Deal(
    id="d2", family="transfer", supplier_ids=["IT"], recipient_ids=["ID"], goods_classes=["warships"]
)
LATER = datetime(9999, 1, 1, tzinfo=UTC)
FIRST = alert("1", 0)
SECOND_RULE = alert("1", 0, rule="rudal", rule_why=["goods missiles"])
DEVELOPMENT = alert(
    "2", 5, "development", news=["status denied by supplier"], first_alert=FIRST.group, group="garuda:2@7/d1",
    outlets=["garuda", "elang"],
)  # fmt: skip
RETRACTION = alert(
    "1", 9, "retraction", None, group="garuda:1@9/d1", follows=FIRST.group, evidence=[], headline=None,
    news=["killed"], first_alert=FIRST.group,
)  # fmt: skip
SHIPS = alert("3", 7, evidence=[], deal=FRIGATES, group="garuda:3@8/d2")
EMBARGOED = alert("4", 8, not_before=LATER, headline="Belum boleh tayang", group="garuda:4@9/d1")
TOLD = (FIRST, SECOND_RULE, DEVELOPMENT, RETRACTION, SHIPS, EMBARGOED)


@pytest.fixture
def told(wire: Settings) -> Settings:
    index(wire, TOLD)
    return wire


def said(settings: Settings, *arguments: str) -> str:
    """What it prints when all goes well."""
    done = kawat(settings, *arguments)
    assert done.returncode == 0, done.stderr
    return done.stdout.decode()


def listed(settings: Settings, *arguments: str) -> list[dict[str, Any]]:
    return [msgspec.json.decode(line) for line in said(settings, "alerts", *arguments, "--json").splitlines()]


def ids(settings: Settings, *arguments: str) -> list[str]:
    return [each["id"] for each in listed(settings, *arguments)]


def refused(settings: Settings, *arguments: str) -> str:
    """The one line about a user's mistake."""
    done = kawat(settings, *arguments)
    assert done.returncode == 2
    assert done.stderr.decode().count("\n") == 1
    return done.stderr.decode()


def short(told: Any) -> str:
    return stored(told).short


def entries(settings: Settings) -> list[Entry]:
    with commands_client(settings) as client:
        return feedback.all_entries(client, settings)


# ── listed ────────────────────────────────────────────────────────────────────────────────────────────


def test_the_newest_comes_first_and_what_is_embargoed_not_at_all(told: Settings) -> None:
    assert ids(told) == [RETRACTION.id, SHIPS.id, DEVELOPMENT.id, SECOND_RULE.id, FIRST.id]
    assert EMBARGOED.id in ids(told, "--all")
    assert "Belum boleh" not in said(told, "alerts", "--since", "2026-11-01")


@pytest.mark.parametrize(
    ("arguments", "found"),
    [
        (["--kind", "development"], [DEVELOPMENT]),
        (["--deal", "d2"], [SHIPS]),
        (["--rule", "rudal"], [SECOND_RULE]),
        (["--party", "Italia"], [SHIPS]),
        (["--party", "it"], [SHIPS]),
        (["--party", "Korea Utara", "--kind", "new", "--rule", "semua"], [FIRST]),
        (["--since", "2026-11-20T12:08+00:00"], [RETRACTION]),
        (["--size", "1"], [RETRACTION]),
        (["--source", "elang"], []),
    ],
)
def test_filters_narrow_the_list(told: Settings, arguments: list[str], found: list[Any]) -> None:
    assert ids(told, *arguments) == [each.id for each in found]


def test_a_person_reads_time_kind_deal_tellers_rule_and_id(told: Settings) -> None:
    table = said(told, "alerts", "--kind", "development")
    lines = [line.rstrip() for line in table.splitlines()]
    assert lines[0].split() == ["time", "kind", "deal", "told", "by", "rule", "id"]
    assert re.search(
        r"20 Nov 2026 \d\d:05 +development +RU → KP · missiles +garuda \(2 outlets, 1 +semua +"
        + short(DEVELOPMENT),
        table,
    )
    assert "status denied by supplier" in table
    assert f"“{WORDS}”" in table
    assert lines[-1] == "1 of 1 alerts"
    assert said(told, "alerts", "--rule", "nobody's").strip() == "No alert found."


def test_one_alert_is_shown_with_all_there_is_to_know(told: Settings) -> None:
    shown = said(told, "alerts", "--show", short(FIRST)[:6])
    flat = " ".join(shown.split())
    for words in (
        "new RU → KP · missiles", "Kaledonia beli rudal", f"“{WORDS}”",
        "purchase, reported · grade A · dua belas · said by the outlet itself · characters 10–51",
        "why: act: membeli", "rule semua: supplier RU", "rules besides rudal", "origins 1: garuda",
        "2.00 s after the wire", "first alert this one", "followed by retraction 20 Nov 2026",
        f"({short(RETRACTION)})", f"group {FIRST.group}", f"id {FIRST.id}", "https://garuda.example/1",
    ):  # fmt: skip
        assert words in flat
    as_json = listed(told, "--show", FIRST.id)
    assert [each["id"] for each in as_json] == [FIRST.id, RETRACTION.id]


def test_an_unknown_an_ambiguous_and_an_embargoed_id_are_a_line_for_the_user(told: Settings) -> None:
    assert "no alert is called 'ffff0000ffff'" in refused(told, "alerts", "--show", "ffff0000ffff")
    assert "is under an embargo" in refused(told, "alerts", "--show", short(EMBARGOED))
    assert listed(told, "--show", short(EMBARGOED), "--all")[0]["id"] == EMBARGOED.id


# ── followed ──────────────────────────────────────────────────────────────────────────────────────────


def test_followed_it_prints_each_new_one_once_and_one_under_an_embargo_at_its_end(told: Settings) -> None:
    running = subprocess.Popen(
        started("alerts", "--follow", "--size", "1"), env=environment(told), stdout=subprocess.PIPE, text=True
    )
    assert running.stdout
    try:
        assert short(RETRACTION) in running.stdout.readline()
        now = datetime.now(UTC)
        minutes = (now - NOON) / timedelta(minutes=1)
        soon = alert("6", minutes, not_before=now + timedelta(seconds=3), group="g6", decided=now)
        new = alert("5", minutes, group="g5", decided=now)
        index(told, [soon, new])
        assert re.search(rf"new  RU → KP · missiles  “.*”  garuda  {short(new)}\n", running.stdout.readline())
        assert short(soon) in running.stdout.readline()
        assert datetime.now(UTC) >= now + timedelta(seconds=3)
        running.send_signal(signal.SIGINT)
        assert running.communicate(timeout=20)[0] == ""
        assert running.returncode == 0
    finally:
        running.kill()
        running.communicate()


def test_a_terminal_gets_colours_and_a_pipe_does_not(told: Settings) -> None:
    ours, theirs = pty.openpty()
    screen = environment(told) | {"COLUMNS": "80", "TERM": "xterm-256color"}
    running = subprocess.Popen(started("alerts", "--follow"), env=screen, stdout=theirs)
    os.close(theirs)
    printed = b""
    try:
        while short(RETRACTION).encode() not in printed:
            printed += os.read(ours, 65536)
    finally:
        running.kill()
        running.wait()
        os.close(ours)
    assert b"\x1b[1;31mnew" in printed
    assert "\x1b" not in said(told, "alerts")


# ── marked and muted ──────────────────────────────────────────────────────────────────────────────────


def test_a_mark_notes_who_said_what_of_which_claims(told: Settings) -> None:
    printed = said(told, "alerts", "mark", short(FIRST), "false", "--note", "latihan", "--who", "rini")
    assert printed == f"{short(FIRST)} is marked false: these claims alert no more\n"
    said(told, "alerts", "mark", SHIPS.group, "same-as", short(FIRST))
    shown = " ".join(said(told, "alerts", "--show", short(FIRST)).split())
    assert re.search(r"marked false by rini, .* 20\d\d \d\d:\d\d: latihan", shown)
    first, second = entries(told)
    assert (first.action, first.who, first.note, first.alert) == ("false", "rini", "latihan", FIRST.id)
    assert (first.group, first.deal, first.claims) == (FIRST.group, "d1", ("d1:media:reported",))
    assert (second.action, second.deal, second.other, second.number) == ("same-as", "d2", "d1", 2)
    assert abs(second.at - datetime.now(UTC)) < timedelta(minutes=5)


def test_a_mark_on_what_follows_an_alert_is_one_on_the_alert(told: Settings) -> None:
    said(told, "alerts", "mark", short(RETRACTION), "true")
    assert entries(told)[0].group == FIRST.group


def test_marks_that_make_no_sense_are_refused(told: Settings) -> None:
    assert "same-as takes the other alert" in refused(told, "alerts", "mark", short(FIRST), "same-as")
    assert "same-as takes the other alert" in refused(told, "alerts", "mark", short(FIRST), "true", "x")
    assert "of the same deal already" in refused(
        told, "alerts", "mark", short(FIRST), "same-as", short(DEVELOPMENT)
    )
    assert entries(told) == []


def test_a_mute_needs_an_end_to_come_and_holds_until_then_or_until_it_is_ended(told: Settings) -> None:
    assert kawat(told, "alerts", "mute", "--rule", "semua").returncode == 2
    assert "is past" in refused(told, "alerts", "mute", "--rule", "semua", "--until", "2025-01-01")
    assert "say what" in refused(told, "alerts", "mute", "--until", "7d")
    assert "deal d2 is mute until" in said(told, "alerts", "mute", "--deal", short(SHIPS), "--until", "7d")
    said(told, "alerts", "mute", "--rule", "semua", "--until", "2099-12-01", "--note", "arsip")
    assert re.search(
        r"^rule semua until 01 Dec 2099 .* arsip$|^rule semua until 02 Dec 2099",
        said(told, "alerts", "mutes"),
        re.MULTILINE,
    )
    said(told, "alerts", "unmute", "--rule", "semua")
    assert [each.deal for each in feedback.mutes(entries(told), datetime.now(UTC))] == ["d2"]


def test_entries_of_many_at_once_are_all_kept(told: Settings) -> None:
    running = [
        subprocess.Popen(
            started("alerts", "mark", short(FIRST), "true", "--who", str(n)), env=environment(told)
        )
        for n in range(4)
    ]
    assert [each.wait(60) for each in running] == [0] * 4
    assert {each.who for each in entries(told)} == {"0", "1", "2", "3"}


# ── counted ───────────────────────────────────────────────────────────────────────────────────────────


def test_precision_counts_the_last_mark_for_every_rule_of_the_alert(told: Settings, wire: Settings) -> None:
    for told_alert, verdict in ((FIRST, "false"), (FIRST, "true"), (DEVELOPMENT, "false")):
        said(told, "alerts", "mark", short(told_alert), verdict)
    export = wire.home / "marked.jsonl"
    figures = msgspec.json.decode(said(told, "evaluate", "feedback", "--export", str(export)))
    assert figures == [
        {"rule": "rudal", "alerts": 1, "true": 1, "false": 0, "same_as": 0, "split": 0, "precision": 100.0},
        {"rule": "semua", "alerts": 4, "true": 1, "false": 1, "same_as": 0, "split": 0, "precision": 50.0},
    ]
    lines = [msgspec.json.decode(line) for line in export.read_bytes().splitlines()]
    assert [(each["id"], each["right"]) for each in lines] == [("garuda:1", True), ("garuda:2", False)]
    assert lines[0]["arms_deals"][0]["text"] == WORDS


# ── killed ────────────────────────────────────────────────────────────────────────────────────────────


def test_a_kill_takes_the_words_out_of_the_alerts_of_its_story_and_of_no_other(told: Settings) -> None:
    async def kill() -> None:
        async with agents_client(told) as client:
            await indexed_alerts.blank(client, told, [claims("1", 9, status="canceled", version=2)])
            await client.indices.refresh(index=told.named("kawat-alerts"))

    asyncio.run(kill())
    documents = {each["id"]: each for each in listed(told)}
    killed = documents[FIRST.id]
    assert (killed["headline"], killed["url"], killed["evidence"], killed["killed"]) == (None, None, [], True)
    assert WORDS not in msgspec.json.encode(documents[SECOND_RULE.id]).decode()
    assert documents[DEVELOPMENT.id]["evidence"][0]["text"] == WORDS
    assert "its words are gone" in said(told, "alerts", "--show", short(FIRST))


def test_an_alert_that_is_there_is_not_written_again(told: Settings) -> None:
    other = msgspec.structs.replace(FIRST, headline="Lain sama sekali")

    async def again() -> dict[str, Stored]:
        async with agents_client(told) as client:
            return await indexed_alerts.write(client, told, [stored(other), stored(alert("9", group="g9"))])

    standing = asyncio.run(again())
    assert standing[FIRST.id].headline == "Kaledonia beli rudal"
    assert standing["g9/semua"].headline == "Kaledonia beli rudal"
