"""The sample wire: what its payloads parse to, and how its dates move."""

import json
import re
from collections import Counter
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from processors.errors import Rejected
from processors.parse import articles
from processors.records import Article, Origin
from streams.sample import BASE, EMBARGO, FEED, SEARCHES, Expected, expected, payloads, wire
from streams.sample.dates import shift

FILES = dict(payloads())
SAMUDRA = "tag:samudra.example,2026:"
MERIDIAN = "urn:newsml:meridian.example:20260312:"
BROKEN = {"broken/kosong.txt", "broken/terpotong.json"}

seconds = st.integers(0, 5 * 365 * 24 * 3600)
moments = seconds.map(lambda n: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=n))


def _parse(locator: str, payload: bytes, received: datetime = BASE) -> Article:
    [article] = articles(payload, Origin(feed=FEED, locator=locator, received=received))
    assert isinstance(article, Article)
    return article


@pytest.fixture(scope="module")
def stories() -> list[Article]:
    """Every version that can be read, as the files are."""
    return [_parse(locator, payload) for locator, payload in wire(BASE) if locator not in BROKEN]


def _last(stories: list[Article]) -> dict[str, Article]:
    """What stands of each story: the version with the highest order; a kill stays a kill."""
    last: dict[str, Article] = {}
    for story in sorted(stories, key=lambda story: story.order):
        if story.id not in last or last[story.id].status != "canceled":
            last[story.id] = story
    return last


def _versions(stories: list[Article], item_id: str) -> list[Article]:
    return sorted((s for s in stories if s.item_id == item_id), key=lambda story: story.order)


# What the payloads say


def test_the_wire_has_some_forty_stories_most_of_them_indonesian(stories: list[Article]) -> None:
    assert Counter(story.language for story in _last(stories).values()) == {"id": 32, "en": 8, "nl": 1}


def test_the_stories_come_as_text_and_as_three_generations_of_ninjs(stories: list[Article]) -> None:
    versions = Counter(
        json.loads(payload).get("standard", {}).get("version", "1")
        for locator, payload in FILES.items()
        if locator.endswith(".json") and locator not in BROKEN
    )
    assert versions == {"1": 6, "2.1": 13, "3.0": 4}
    assert {story.format for story in stories} == {"text", "jsontext", "ninjs"}


def test_every_story_has_a_body_of_its_own(stories: list[Article]) -> None:
    assert all(len(story.body) > 60 for story in stories)
    assert len({story.id for story in stories}) == 41


@pytest.mark.parametrize("locator", sorted(BROKEN))
def test_the_broken_payloads_are_refused(locator: str) -> None:
    with pytest.raises(Rejected):
        _parse(locator, FILES[locator])


def test_a_story_grows_from_a_flash_to_a_lead_to_a_writethru(stories: list[Article]) -> None:
    versions = _versions(stories, SAMUDRA + "b/0312/007")
    assert [story.version for story in versions] == [1, 2, 3]
    assert [len(story.body) for story in versions] == sorted(len(story.body) for story in versions)


def test_a_correction_follows_the_story_it_corrects(stories: list[Article]) -> None:
    first, corrected = _versions(stories, SAMUDRA + "b/0311/033")
    assert "487 suara" in first.body
    assert "428 suara" in corrected.body
    wrong, right = _versions(stories, MERIDIAN + "mer-0312-0031")
    assert (wrong.change, right.change) == ("new", "correction")
    assert "magnitude 6.2" in right.body


def test_a_kill_stands_after_its_story(stories: list[Article]) -> None:
    story, kill = _versions(stories, SAMUDRA + "b/0311/047")
    assert (story.status, kill.status) == ("usable", "canceled")


def test_a_kill_that_comes_before_its_story_has_the_higher_order(stories: list[Article]) -> None:
    came = [story for story in stories if story.item_id == MERIDIAN + "mer-0311-0777"]
    assert [story.status for story in came] == ["canceled", "usable"]
    assert came[0].order > came[1].order


def test_a_withheld_story_becomes_usable_and_another_does_not(stories: list[Article]) -> None:
    freed = _versions(stories, SAMUDRA + "b/0312/012")
    assert [story.status for story in freed] == ["withheld", "usable"]
    [held] = _versions(stories, SAMUDRA + "b/0312/015")
    assert held.status == "withheld"


def test_one_embargo_is_over_and_one_lies_ahead(stories: list[Article]) -> None:
    embargoes = {story.item_id: story.embargo_until for story in stories if story.embargo_until}
    assert embargoes == {
        SAMUDRA + "b/0312/009": BASE - timedelta(minutes=30),
        "https://tanjungpos.example/berita/88412": BASE + EMBARGO,
    }


def test_the_counts_are_those_the_payloads_amount_to(stories: list[Article]) -> None:
    last = _last(stories).values()
    embargoed = [s for s in last if s.live and s.embargo_until and s.embargo_until > BASE]
    assert expected(BASE, BASE) == Expected(
        live=sum(story.live for story in last) - len(embargoed),
        killed=sum(story.status == "canceled" for story in last),
        withheld=sum(story.status == "withheld" for story in last),
        embargoed=len(embargoed),
        dead=len(BROKEN),
    )


def test_the_embargoed_story_counts_as_live_once_its_time_has_come() -> None:
    before, after = expected(BASE, BASE + EMBARGO - timedelta(seconds=1)), expected(BASE, BASE + EMBARGO)
    assert (before.embargoed, after.embargoed) == (1, 0)
    assert after.live == before.live + 1


def test_each_search_is_for_words_that_its_stories_have(stories: list[Article]) -> None:
    last = {story.item_id: story for story in _last(stories).values()}
    for search in SEARCHES:
        found = [last[item_id] for item_id in search.finds]
        assert all(story.live for story in found)
        assert all(search.query.split()[-1].lower() in story.body.lower() for story in found), search.query
    assert {last[item_id].language for item_id in SEARCHES[0].finds} == {"id", "en"}


def test_two_outlets_carry_the_agency_text_nearly_unchanged(stories: list[Article]) -> None:
    quote = "Medan kami mirip dengan medan di Indonesia: basah, sempit, berbukit."
    carriers = {story.item_id for story in stories if quote in story.body}
    assert carriers == {SAMUDRA + "b/0311/041", "wartanesia/anoa-filipina.txt", "lentera/anoa-filipina.txt"}


def test_what_is_around_a_story_does_not_stay_in_it(stories: list[Article]) -> None:
    trailers = ("Bagikan:", "ADVERTISEMENT", "SCROLL TO CONTINUE", "Baca juga", "Pewarta:", "COPYRIGHT")
    for story in stories:
        assert not [trailer for trailer in trailers if trailer in story.body], story.item_id


# How the dates move


def test_at_the_base_the_wire_is_what_the_files_are() -> None:
    assert dict(wire(BASE)) == FILES


@settings(max_examples=25, deadline=None)
@given(moments)
def test_the_same_anchor_gives_the_same_bytes(anchor: datetime) -> None:
    assert wire(anchor) == wire(anchor + timedelta(milliseconds=700))


@settings(max_examples=25, deadline=None)
@given(moments)
def test_the_newest_story_is_of_the_anchor(anchor: datetime) -> None:
    stamps = [
        datetime.fromisoformat(match)
        for _, payload in wire(anchor)
        for match in re.findall(r'"version[cC]reated": "([^"]+)"', payload.decode())
    ]
    assert max(stamps) == anchor


@settings(max_examples=25, deadline=None)
@given(moments)
def test_the_ids_stay(anchor: datetime) -> None:
    for locator, payload in wire(anchor):
        uri = re.search(rb'"uri": "[^"]+"', FILES[locator])
        assert uri is None or uri[0] in payload


WEEK = ["Senin", "Selasa", "Rabu", "Kamis", "Jumat", "Sabtu", "Minggu"]


@settings(max_examples=25, deadline=None)
@given(moments)
def test_a_weekday_beside_a_date_is_the_weekday_of_that_date(anchor: datetime) -> None:
    year = anchor.astimezone(BASE.tzinfo).year
    pairs = [
        (weekday, int(day), int(month), int(written or year))
        for _, payload in wire(anchor)
        for weekday, day, month, written in re.findall(
            r"(\w+) \((\d{1,2})/(\d{1,2})(?:/(\d{4}))?\)", payload.decode()
        )
    ]
    assert len(pairs) > 10
    for weekday, day, month, of_year in pairs:
        near = (date(y, month, day) for y in (of_year, of_year - 1) if (month, day) != (2, 29) or y % 4 == 0)
        assert weekday in {WEEK[d.weekday()] for d in near}


@pytest.mark.parametrize(
    ("printed", "three_days_later"),
    [
        ("Kamis (12/3)", "Minggu (15/3)"),
        ("Rabu, 11 Maret 2026", "Sabtu, 14 Maret 2026"),
        ("09/03/2026", "12/03/2026"),
        ("30 Maret", "2 April"),
        ("JAKARTA, March 9 (Archipelago)", "JAKARTA, March 12 (Archipelago)"),
        ("on Thursday, March 12, 2026", "on Sunday, March 15, 2026"),
        ('"2026-03-12T06:30:00Z"', '"2026-03-15T07:30:00Z"'),
        ('"2026-03-12T13:30:00+07:00"', '"2026-03-15T14:30:00+07:00"'),
        ("kontrak 5 Februari 2018", "kontrak 5 Februari 2018"),
        ("b/0312/007 dan 24/7 dan 120 mm", "b/0312/007 dan 24/7 dan 120 mm"),
    ],
)
def test_dates_keep_their_form(printed: str, three_days_later: str) -> None:
    assert shift(printed, BASE, BASE + timedelta(days=3, hours=1)) == three_days_later
