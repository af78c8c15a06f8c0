"""`kawat rules` and `kawat alerts seed` as people run them, on real servers."""

import asyncio
from pathlib import Path
from typing import Any

import msgspec
import pytest

from processors.records import Claims
from streams.elastic import indices, sink
from streams.elastic.client import agents_client
from streams.settings import Settings
from streams.topics import MENTIONS
from tests.wire.command import kawat
from tests.wire.elastic_stories import story
from tests.wire.told_alerts import mention
from tests.wire.workers import tap, until

RULES = """
[[rule]]
name = "dari-rusia"
supplier = ["RU"]
channels = ["stdout"]

[[rule]]
name = "kapal"
goods = ["warships"]
channels = ["kantor"]

[channels.kantor]
type = "webhook"
url_env = "KANTOR_URL"
"""
STORIES = (
    story("sale", 0, arms_deals=[mention()], headline="Kaledonia beli rudal"),
    story("copy", 5, arms_deals=[mention()]),
    story(
        "denied", 10, arms_deals=[mention(status="denied", claimant_kind="government", claimant_country="RU")]
    ),
    story("ships", 15, arms_deals=[mention("IT", "ID", goods_classes=["warships"])]),
    story("rice", 20),
    story("old", -60 * 24 * 40, arms_deals=[mention("RU", "IR")]),
    story("killed", 25, status="canceled", arms_deals=[mention("RU", "CN")]),
)


@pytest.fixture
def indexed(wire: Settings) -> Settings:
    async def write() -> None:
        async with agents_client(wire) as client:
            await indices.set_up(client, wire)
            assert await sink.write(client, wire, list(STORIES)) == [None] * len(STORIES)

    asyncio.run(write())
    return wire


@pytest.fixture
def rules(tmp_path: Path) -> Path:
    path = tmp_path / "rules.toml"
    path.write_text(RULES)
    return path


def tried(settings: Settings, rules: Path, *arguments: str) -> list[dict[str, Any]]:
    done = kawat(settings, "rules", "test", rules, "--json", *arguments)
    assert done.returncode == 0, done.stderr
    return [msgspec.json.decode(line) for line in done.stdout.splitlines()]


def test_a_sound_file_is_said_to_be_sound_and_a_variable_that_is_not_set_is_named(
    wire: Settings, rules: Path
) -> None:
    done = kawat(wire, "rules", "check", rules)
    assert done.returncode == 0
    assert done.stdout.decode().startswith(f"{rules}: 2 rules, ")
    assert "the variable KANTOR_URL is not set here" in done.stderr.decode()


def test_a_mistake_is_one_line_with_its_place(wire: Settings, tmp_path: Path) -> None:
    path = tmp_path / "rules.toml"
    path.write_text(RULES.replace("supplier", "suplier"))
    done = kawat(wire, "rules", "check", path)
    assert (done.returncode, done.stdout) == (2, b"")
    assert done.stderr.decode().startswith(f"kawat: {path}:4: ")
    assert "suplier" in done.stderr.decode()
    assert kawat(wire, "rules", "check", tmp_path / "none.toml").returncode == 2


def test_tried_on_the_index_each_news_is_told_once_with_why(indexed: Settings, rules: Path) -> None:
    told = tried(indexed, rules, "--since", "2026-11-20")
    assert [(each["rule"], each["kind"], each["story"]) for each in told] == [
        ("dari-rusia", "new", "garuda:sale"),
        ("dari-rusia", "development", "garuda:denied"),
        ("kapal", "new", "garuda:ships"),
    ]
    assert told[0]["rule_why"] == ["supplier RU"]
    assert tried(indexed, rules, "--since", "2026-10-01")[0]["story"] == "garuda:old"
    assert [each["story"] for each in tried(indexed, rules, "--since", "2026-11-20T12:05+00:00")] == [
        "garuda:denied",
        "garuda:ships",
    ], "what was known before counts as known"


def test_a_person_reads_what_would_have_been_alerted_and_how_often(indexed: Settings, rules: Path) -> None:
    done = kawat(indexed, "rules", "test", rules, "--since", "2026-11-20")
    printed = done.stdout.decode()
    for words in (
        "new  RU → KP · missiles", "Kaledonia beli rudal", "rule dari-rusia: supplier RU · garuda:sale",
        "development", "new  IT → ID · warships",
    ):  # fmt: skip
        assert words in printed
    assert [line.split() for line in printed.splitlines()[-3:]] == [
        ["rule", "alerts"],
        ["dari-rusia", "2"],
        ["kapal", "1"],
    ]


def test_seed_sends_the_claims_of_live_stories_in_order_of_arrival(indexed: Settings) -> None:
    done = kawat(indexed, "alerts", "seed", "--since", "2026-11-20")
    assert done.returncode == 0, done.stderr
    assert done.stdout.decode().startswith("4 stories with arms deals sent")
    with tap(indexed, MENTIONS) as out:
        until(lambda: out.holds(4), "all of them")
        sent = [msgspec.json.decode(value, type=Claims) for value in out.values]
    assert [each.item_id for each in sent] == ["sale", "copy", "denied", "ships"]
    assert all(each.seed for each in sent)
    assert sent[0].arms_deals == STORIES[0].arms_deals
