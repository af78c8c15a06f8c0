"""The notify worker as a process, killed in the midst of its work: every alert comes, none under two keys."""

import os
from collections.abc import Iterator
from functools import partial

import msgspec
import pytest

from processors.records import Alert
from streams.settings import Settings
from streams.topics import ALERTS, create_topics
from tests.notified import alert, follow_up
from tests.receiver import Receiver, receiver
from tests.wire.notifying import DESK_URL, MAIL_URL
from tests.wire.workers import committed, feed, until, worker

ROLE = "tests.wire.notifying"
RULES = f"""
[channels.desk]
type = "webhook"
url_env = "{DESK_URL}"
secret_env = "KEY_OF_THE_ARCHIVE"
language = "id"

[[rule]]
name = "all"
channels = ["desk", "stdout"]
"""


@pytest.fixture
def desk(monkeypatch: pytest.MonkeyPatch) -> Iterator[Receiver]:
    with receiver() as opened:
        monkeypatch.setenv(DESK_URL, opened.url)
        monkeypatch.setenv(MAIL_URL, "http://127.0.0.1:1/")
        yield opened


def send(settings: Settings, *alerts: Alert) -> None:
    feed(settings, ALERTS, [msgspec.json.encode(each) for each in alerts])


def test_killed_in_the_midst_of_sending_again_and_again_it_delivers_all_under_one_key_each(
    wire: Settings, desk: Receiver
) -> None:
    create_topics(wire)
    number = 60
    alerts = [alert(n, channels=["desk", "mail"]) for n in range(number)]
    wanted = {each.id for each in alerts}
    send(wire, *alerts[:30])
    with worker(wire, ROLE) as notify:
        for kill in range(5):
            until(partial(_has, desk, 4 * (kill + 1)), f"some came; {notify.said()}")
            desk.hanging.set()
            before = len(desk.posts)
            until(partial(_has, desk, before + 1), f"an attempt is under way; {notify.said()}")
            notify.kill()
            desk.hanging.clear()
            if kill == 2:
                send(wire, *alerts[25:])
            notify.again()
        until(lambda: set(desk.order()) == wanted, f"all came; {notify.said()}", seconds=120)
        until(lambda: len(desk.posts) == number + 5, "what a kill cut off came again", seconds=120)
        assert {len(keys) for keys in desk.keys_by_alert().values()} == {1}
        until(lambda: committed(wire, "notify").get(0) == number + 5, "all acknowledged")
        assert notify.stop() == 0


def test_a_kill_between_an_alert_and_its_retraction_loses_neither(wire: Settings, desk: Receiver) -> None:
    create_topics(wire)
    kill = follow_up(alert(), "retraction")
    with worker(wire, ROLE) as notify:
        send(wire, alert())
        until(lambda: desk.posts, notify.said())
        notify.kill()
        send(wire, kill)
        notify.again()
        until(lambda: kill.id in desk.order(), notify.said())
    assert desk.order() == [alert().id, kill.id]


def test_no_address_of_a_channel_is_in_its_log(
    wire: Settings, desk: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    create_topics(wire)
    monkeypatch.setenv(MAIL_URL, f"{desk.url}/s3cr3t-token")
    desk.answer = 500
    with worker(wire, ROLE) as notify:
        send(wire, alert(channels=["mail"]))
        until(lambda: "answered 500" in notify.said(), notify.said())
        said = notify.said()
    assert "s3cr3t" not in said
    assert desk.url not in said
    assert os.environ[MAIL_URL] not in said


def test_the_stage_reads_its_channels_from_the_rules_file(
    wire: Settings, desk: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    rules = wire.home / "rules.toml"
    rules.write_text(RULES)
    monkeypatch.setenv("KEY_OF_THE_ARCHIVE", "rahasia")
    create_topics(wire)
    with worker(wire.model_copy(update={"rules": rules}), "notify") as notify:
        send(wire, alert(channels=["desk", "stdout"]), alert(2, digest="weekly mon 07:00"))
        until(lambda: desk.posts, notify.said())
        until(lambda: "NEW · arms deal: Russia → Indonesia" in notify.said(), notify.said())
        until(lambda: committed(wire, "notify").get(0) == 2, notify.said())
        assert notify.stop() == 0
    [post] = desk.posts
    assert post.headers["Kawat-Signature"].startswith("t=")
    assert post.body["title"].startswith("BARU · transaksi senjata")


def _has(desk: Receiver, number: int) -> bool:
    return len(desk.posts) >= number
