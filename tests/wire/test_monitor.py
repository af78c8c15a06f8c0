"""The monitor's server as a process on the real servers: who may look, what it streams, what it answers."""

import os
import socket
import subprocess
import sys
import urllib.parse
from datetime import UTC, datetime, timedelta
from typing import Any

from streams.settings import Settings
from streams.supervisor import environment
from tests.wire.command import started
from tests.wire.elastic_stories import deal, place, story
from tests.wire.monitoring import monitor, sent
from tests.wire.quoted_stories import index
from tests.wire.told_alerts import alert

OFFER = "Italia menawarkan dua korvet kepada Indonesia."
KORVET = story(
    headline="Italia tawarkan dua korvet",
    body=OFFER,
    arms_deals=[deal(OFFER, OFFER)],
    entities=[place("IT", "Italia")],
)
DESKS_WORD = "a-long-one-of-the-desk"
RICE = story("urn:garuda:2", 1, headline="Harga beras naik", body="Harga beras naik lagi.")


def headlines(cards: list[dict[str, Any]]) -> list[str | None]:
    return [each["headline"] for each in cards]


def test_a_browser_gets_what_there_is_then_what_comes_and_goes_on_after_a_break(wire: Settings) -> None:
    sent(wire, KORVET)
    with monitor(wire) as client:
        with client.live() as events:
            assert headlines(events.next("reset")["stories"]) == ["Italia tawarkan dua korvet"]
            sent(wire, RICE)
            assert headlines(events.next("stories")) == ["Harga beras naik"]
            place = events.last
        sent(wire, story(version=2, minute=3, change="correction", headline="Italia tawarkan satu korvet"))
        with client.live(last=place) as events:
            [card] = events.next("stories")
            assert (card["headline"], card["change"]) == ("Italia tawarkan satu korvet", "correction")


def test_filters_choose_and_what_was_shown_is_withdrawn(wire: Settings) -> None:
    sent(wire, KORVET, RICE)
    with monitor(wire) as client, client.live("deals=1&country=Italia&text=KORVET+dua") as events:
        assert headlines(events.next("reset")["stories"]) == ["Italia tawarkan dua korvet"]
        sent(wire, story(version=2, minute=9, status="canceled", headline="KILL", body="KILL"))
        [card] = events.next("stories")
        assert (card["status"], card["headline"]) == ("canceled", None)
        code, shown, _ = client.get(f"/api/story?id={urllib.parse.quote(KORVET.id)}")
        assert (code, shown["body"], shown["card"]["status"]) == (200, None, "canceled")
        assert all(version["headline"] is None for version in shown["versions"])


def test_an_embargoed_story_and_its_alert_are_shown_when_it_ends(wire: Settings) -> None:
    end = datetime.now(UTC) + timedelta(seconds=4)
    held = story("urn:garuda:9", 2, embargo_until=end, headline="Baru boleh nanti")
    with monitor(wire) as client, client.live() as events:
        events.next("reset")
        sent(wire, held, alert("urn:garuda:9", not_before=end), KORVET)
        assert headlines(events.next("stories")) == ["Italia tawarkan dua korvet"]
        assert client.get(f"/api/story?id={held.id}")[0] == 404
        [card] = events.next("stories")
        assert datetime.now(UTC) >= end
        assert (card["headline"], card["alerts"]) == ("Baru boleh nanti", 1)
        assert [each["story"] for each in events.next("alerts")] == [held.id]


def test_an_alert_comes_with_its_evidence_and_the_command_to_answer_it(wire: Settings) -> None:
    told = alert("urn:garuda:1")
    sent(wire, KORVET, told)
    with monitor(wire) as client, client.live("alerts=1") as events:
        shown = events.next("reset")
        [card] = shown["alerts"]
        assert card["evidence"][0]["text"] == told.evidence[0].text
        assert card["feedback"] == f"kawat alerts mark {card['short']} true"
        assert headlines(shown["stories"]) == ["Italia tawarkan dua korvet"]
        pulse = events.next("pulse")
        assert sum(pulse["per_minute"]) >= 0
        assert set(pulse) == {"per_minute", "latency_ms", "lag", "feed", "now"}


def test_an_archived_story_is_searched_and_shown_in_full(wire: Settings) -> None:
    index(wire, KORVET, RICE)
    with monitor(wire) as client:
        _, page, _ = client.get("/api/search?query=korv*&deals=1&country=IT")
        assert (page["total"], headlines(page["cards"]), page["after"]) == (
            1,
            ["Italia tawarkan dua korvet"],
            None,
        )
        code, shown, _ = client.get(f"/api/story?id={KORVET.id}")
        assert (code, shown["body"], len(shown["arms_deals"])) == (200, OFFER, 1)
        assert [each["headline"] for each in shown["versions"]] == ["Italia tawarkan dua korvet"]
        assert client.get("/api/story?id=garuda:nirgends")[0] == 404
        assert client.get("/api/search?alerts=1")[1]["total"] == 0


def test_a_mistake_is_answered_with_a_line_that_says_what_to_do(wire: Settings) -> None:
    with monitor(wire) as client:
        for path in (
            "/api/live?country=Wakanda",
            "/api/search?since=kapan",
            "/api/search?after=%7B",
            "/api/search?sort=x",
        ):
            code, answer, _ = client.get(path)
            assert code == 400, path
            assert "\n" not in answer["error"]


def test_it_only_reads_and_every_answer_forbids_what_a_page_does_not_need(wire: Settings) -> None:
    with monitor(wire) as client:
        for path in ("/", "/page/main.js", "/health", "/page/../server.py", "/nowhere"):
            code, _, headers = client.get(path)
            assert code in (200, 404), path
            assert headers["Content-Security-Policy"].startswith("default-src 'none'; script-src 'self'")
            assert headers["X-Content-Type-Options"] == "nosniff"
        assert client.get("/page/server.py")[0] == client.get("/page/..%2fserver.py")[0] == 404
        for method in ("POST", "PUT", "DELETE", "PATCH"):
            assert client.get("/", method)[0] == 405


def test_on_loopback_a_page_elsewhere_that_points_its_name_here_gets_nothing(wire: Settings) -> None:
    with monitor(wire) as client:
        assert client.get("/", Host="rebound.example")[0] == 403
        assert client.get("/", Host="localhost:8321")[0] == 200
        assert client.get("/", Host="[::1]:8321")[0] == 200


def test_with_a_token_only_who_has_it_looks_and_the_address_does_not_keep_it(wire: Settings) -> None:
    with monitor(wire, monitor_token=DESKS_WORD) as client:
        assert client.get("/")[0] == client.get("/api/search")[0] == 401
        assert client.get("/", Authorization="Bearer wrong-wrong-wrong-wrong")[0] == 401
        assert client.get("/health", Authorization=f"Bearer {DESKS_WORD}")[0] == 200
        code, _, headers = client.get(f"/?token={DESKS_WORD}&deals=1")
        assert (code, headers["Location"]) == (302, "/?deals=1")
        cookie = headers["Set-Cookie"]
        assert DESKS_WORD not in cookie
        assert "HttpOnly" in cookie
        assert "SameSite=Strict" in cookie
        assert client.get("/", Cookie=cookie.partition(";")[0])[0] == 200
    assert DESKS_WORD not in (wire.home / "monitor.log").read_text()


def test_beyond_this_machine_it_does_not_start_without_a_token(wire: Settings) -> None:
    open_to_all = wire.model_copy(update={"monitor_host": "0.0.0.0", "monitor_port": 0})
    finished = subprocess.run(
        [sys.executable, "-m", "streams.monitor"], env={**os.environ, **environment(open_to_all)},
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert finished.returncode == 2
    assert "set KAWAT_MONITOR_TOKEN" in finished.stderr


def test_a_port_that_is_taken_is_told_before_anything_starts(wire: Settings) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        chosen = environment(wire.model_copy(update={"monitor_port": taken.getsockname()[1]}))
        for command in ("work", "run"):
            done = subprocess.run(
                started(command), env={**os.environ, **chosen}, capture_output=True, text=True, timeout=60,
                check=False,
            )  # fmt: skip
            assert (done.returncode, done.stderr.count("\n")) == (2, 1), done.stderr
            assert "set KAWAT_MONITOR_PORT" in done.stderr
