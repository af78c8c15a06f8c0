"""The desk's page in a real browser, on a real monitor and real servers."""

import json
import os
import re
import signal
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from processors.records import Entity, Mention
from streams import raw, status
from streams.kafka_clients import Delivery
from streams.settings import Settings
from streams.supervisor import Supervisor
from tests.browser.conftest import OpenPage
from tests.servers import free_ports
from tests.wire.elastic_stories import deal, person, place, story
from tests.wire.monitoring import Client, monitor, sent
from tests.wire.quoted_stories import index
from tests.wire.told_alerts import alert
from tests.wire.workers import until

OFFER = "🚢 Italia menawarkan dua korvet kepada Indonesia, kata Guido Crosetto."
SAID = "kami siap"


def spot(body: str, text: str) -> Mention:
    return Mention(start=body.index(text), end=body.index(text) + len(text), text=text)


KORVET = story(
    headline="Italia tawarkan dua korvet",
    body=f'{OFFER}\n\n"{SAID}," ujarnya.',
    quotes=[SAID],
    arms_deals=[deal(OFFER, OFFER)],
    entities=[
        Entity(id="wd:Q1", name="Guido Crosetto", type="PER", mentions=[spot(OFFER, "Guido Crosetto")]),
        place("IT", "Italia"),
    ],
)
RICE = story("urn:garuda:2", 1, headline="Harga beras naik", body="Harga beras naik lagi.")
HOSTILE = story(
    "urn:garuda:<img src=x onerror=alert(1)>", 2,
    headline='</script><script>document.title="owned"</script><b>tebal</b>',
    body="<iframe src=//evil.example></iframe><script>alert(1)</script> &amp; \u202eterbalik " + "x" * 5_000,
    url="javascript:alert(1)", byline="<svg onload=alert(1)>",
    entities=[person("<i>Nama</i>")],
)  # fmt: skip


def at(client: Client, query: str = "") -> str:
    return f"http://{client.host}/{query}"


def titles(page: Page) -> list[str]:
    return page.locator("#feed .row h3").all_inner_texts()


def row(page: Page, id_: str) -> Any:
    return page.locator(f"[data-story-id={json.dumps(id_)}]")


def plain(number: int, **more: Any) -> Any:
    return story(f"urn:garuda:n{number}", 5 + number, headline=f"Berita {number}", body="Isi berita.", **more)


# ── the whole wire ────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def pipeline(wire: Settings) -> Iterator[tuple[Settings, str]]:
    """All stages and the monitor; its address."""
    [port] = free_ports(1)
    settings = wire.model_copy(update={"monitor_port": port, "enrich_processes": 1})
    with Supervisor(settings, say=lambda _line: None) as supervisor:
        supervisor.wait_ready(120)
        yield settings, f"http://127.0.0.1:{port}/"


def wired(settings: Settings, version: int, headline: str, body: str, pubstatus: str = "usable") -> None:
    """A version of one story as the wire sends it."""
    payload = {
        "uri": "urn:newsml:garuda.example:20261124:rafale", "version": str(version),
        "type": "text", "language": "id",
        "pubstatus": pubstatus, "versioncreated": f"2026-11-24T03:0{version}:00Z", "headline": headline,
        "body_text": body, "ednote": "Koreksi: jumlah pesawat." if version == 2 else "",
    }  # fmt: skip
    with Delivery(settings) as delivery:
        delivery.send(raw.record("garuda", f"rafale-{version}.json", json.dumps(payload).encode()))


@pytest.mark.timeout(400)
def test_a_story_comes_in_live_with_its_alert_is_corrected_in_place_and_withdrawn(
    pipeline: tuple[Settings, str], open_page: OpenPage
) -> None:
    settings, address = pipeline
    page = open_page(address)
    body = (
        "JAKARTA (Garuda) - Indonesia membeli {} jet tempur Rafale dari Prancis, kata Menteri Pertahanan "
        "Hendra Kusuma di Jakarta, Senin.\n\nKontrak itu ditandatangani di Paris pekan lalu."
    )
    wired(settings, 1, "Indonesia beli 42 Rafale", body.format(42))
    expect(page.locator("#feed .row h3")).to_have_text("Indonesia beli 42 Rafale")
    expect(page.locator("#alert-list .alert").first).to_contain_text("FR → ID")
    expect(page.locator("#alert-list .alert blockquote").first).to_contain_text("42 jet tempur Rafale")
    expect(page.locator("#feed .row .badge.alarm")).to_be_visible()

    page.locator("#feed .row").click()
    expect(page.locator("#story mark.is-deal").first).to_be_visible()
    wired(settings, 2, "Indonesia beli 24 Rafale", body.format(24))
    expect(page.locator("#feed .row h3")).to_have_text("Indonesia beli 24 Rafale")
    expect(page.locator("#story h2.headline")).to_have_text("Indonesia beli 24 Rafale")
    expect(page.locator("#story .body")).to_contain_text("membeli 24 jet")

    wired(settings, 3, "", "", pubstatus="canceled")
    expect(page.locator("#feed .row .badge.kill")).to_have_text("withdrawn")
    expect(page.locator("#story")).to_contain_text("The source has withdrawn this story")
    assert "Rafale" not in page.locator("#feed").inner_text() + page.locator("#story").inner_text()

    found = status.read(settings, "monitor")
    assert found
    os.kill(found.pid, signal.SIGKILL)  # the supervisor starts it again, and the page finds it
    page.wait_for_selector("body[data-state=reconnecting]")
    page.wait_for_selector("body[data-state=live]")
    expect(page.locator("#feed .row .badge.kill")).to_have_text("withdrawn")


# ── the page on stories that are there ────────────────────────────────────────────────────────────


def test_what_came_while_the_monitor_was_down_is_there_once_when_it_is_back(
    wire: Settings, open_page: OpenPage
) -> None:
    [port] = free_ports(1)
    sent(wire, KORVET)
    with monitor(wire, monitor_port=port) as client:
        page = open_page(at(client))
        expect(row(page, KORVET.id)).to_be_visible()
    page.wait_for_selector("body[data-state=reconnecting]")
    sent(wire, RICE, KORVET)
    with monitor(wire, monitor_port=port):
        page.wait_for_selector("body[data-state=live]")
        expect(row(page, RICE.id)).to_be_visible()
        assert sorted(titles(page)) == ["Harga beras naik", "Italia tawarkan dua korvet"]


def test_filters_combine_stay_in_the_address_and_a_mistake_is_told(
    wire: Settings, open_page: OpenPage
) -> None:
    sent(wire, KORVET, RICE, HOSTILE)
    with monitor(wire) as client:
        page = open_page(at(client, "?text=korvet"))
        expect(page.locator("#feed .row")).to_have_count(1)
        expect(page.locator("#search")).to_have_value("korvet")
        page.fill("#search", "")
        expect(page.locator("#feed .row")).to_have_count(3)
        page.check("#deals")
        page.fill("#country", "Italia")
        expect(page.locator("#feed .row")).to_have_count(1)
        expect(page.locator("#feed .row h3")).to_have_text("Italia tawarkan dua korvet")
        expect(page).to_have_url(re.compile(r"\?country=Italia&deals=1$"))
        page.fill("#country", "Wakanda")
        expect(page.locator("#refused")).to_contain_text("no country is called so")
        page.click("#clear")
        expect(page.locator("#feed .row")).to_have_count(3)
        page.fill("#person", "crosetto")
        expect(page.locator("#feed .row")).to_have_count(1)


def test_hostile_text_stays_text(wire: Settings, open_page: OpenPage) -> None:
    sent(wire, HOSTILE)
    with monitor(wire) as client:
        page = open_page(at(client))
        expect(row(page, HOSTILE.id).locator("h3")).to_have_text(HOSTILE.headline or "")
        row(page, HOSTILE.id).click()
        expect(page.locator("#story .body")).to_contain_text(
            "<iframe src=//evil.example></iframe><script>alert(1)"
        )
        assert page.locator("iframe, #story script, #story img, #feed img, #story svg, #story i").count() == 0
        assert page.locator("#story a").count() == 0
        assert "owned" not in (page.title().partition("<script>")[0])
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_a_story_shows_its_evidence_and_quotes_where_they_stand(wire: Settings, open_page: OpenPage) -> None:
    sent(wire, KORVET, alert("urn:garuda:1"))
    with monitor(wire) as client:
        page = open_page(at(client))
        row(page, KORVET.id).click()
        page.wait_for_selector("#story .body")
        assert "".join(page.locator("#story .body mark.is-deal").all_inner_texts()) == OFFER
        assert page.locator("#story .body mark.is-per").all_inner_texts() == ["Guido Crosetto"]
        assert page.locator("#story .body mark.is-quote").all_inner_texts() == [SAID]
        expect(page.locator("#story .speakers")).to_contain_text("Rini Soemarno")
        expect(page.locator("#story .alert .feedback")).to_contain_text("kawat alerts mark")
        expect(page).to_have_url(re.compile("story=garuda"))
        page.reload()
        expect(page.locator("#story h2.headline")).to_have_text("Italia tawarkan dua korvet")


def test_five_thousand_stories_keep_the_page_alive_and_bounded(wire: Settings, open_page: OpenPage) -> None:
    sent(wire, plain(0))
    with monitor(wire) as client:
        page = open_page(at(client))
        expect(page.locator("#feed .row")).to_have_count(1)
        page.evaluate(
            """() => {
                window.longest = 0; let before = performance.now();
                const look = (now) => { window.longest = Math.max(window.longest, now - before); before = now;
                                        requestAnimationFrame(look); };
                requestAnimationFrame(look);
            }"""
        )
        sent(wire, *(plain(number) for number in range(1, 5001)))
        expect(page.locator("#feed .row h3").first).to_have_text("Berita 5000", timeout=60_000)
        assert page.locator("#feed .row").count() == 1000
        assert titles(page)[:3] == ["Berita 5000", "Berita 4999", "Berita 4998"]
        assert page.evaluate("window.longest") < 2_000  # milliseconds without a frame, on two busy cores
        page.keyboard.press("j")
        expect(page.locator("#feed .row.selected")).to_have_count(1)


def test_while_the_reader_is_further_down_the_list_stays_and_says_what_is_new(
    wire: Settings, open_page: OpenPage
) -> None:
    sent(wire, *map(plain, range(40)))
    with monitor(wire) as client:
        page = open_page(at(client))
        page.wait_for_selector("#feed .row:nth-child(40)")
        page.locator("main").evaluate("main => main.scrollTop = 900")
        sent(wire, *map(plain, range(40, 43)))
        expect(page.locator("#new-pill")).to_have_text("3 new ↑")
        assert page.locator("main").evaluate("main => main.scrollTop") > 900
        page.click("#new-pill")
        expect(page.locator("#new-pill")).to_be_hidden()
        expect(page.locator("#feed .row h3").first).to_be_in_viewport()


def test_a_pause_counts_what_waits_and_still_withdraws(wire: Settings, open_page: OpenPage) -> None:
    sent(wire, KORVET)
    with monitor(wire) as client:
        page = open_page(at(client))
        expect(row(page, KORVET.id)).to_be_visible()
        page.keyboard.press("p")
        page.wait_for_selector("body[data-state=paused]")
        sent(wire, RICE, plain(1), story(version=2, minute=9, status="canceled", headline="", body=""))
        expect(page.locator("#waiting")).to_have_text("2")
        expect(page.locator("#feed .row .badge.kill")).to_be_visible()
        assert len(titles(page)) == 1
        page.click("#pause")
        expect(page.locator("#feed .row")).to_have_count(3)


def test_the_keyboard_alone_is_enough(wire: Settings, open_page: OpenPage) -> None:
    sent(wire, KORVET, RICE)
    with monitor(wire) as client:
        page = open_page(at(client))
        expect(page.locator("#feed .row")).to_have_count(2)
        page.keyboard.press("j")
        page.keyboard.press("j")
        page.keyboard.press("k")
        page.keyboard.press("j")
        page.keyboard.press("Enter")
        expect(page.locator("#story h2.headline")).to_have_text("Italia tawarkan dua korvet")
        page.keyboard.press("Escape")
        expect(page.locator("#story")).to_be_hidden()
        page.keyboard.press("?")
        expect(page.locator("#help")).to_be_visible()
        page.keyboard.press("Escape")
        page.keyboard.press("/")
        page.keyboard.type("jkp?")
        expect(page.locator("#search")).to_have_value("jkp?")
        expect(page.locator("#feed .row")).to_have_count(0)
        expect(page.locator("#empty")).to_have_text("No story of late fits these filters.")


def test_enter_searches_the_archive_and_escape_goes_back_to_live(wire: Settings, open_page: OpenPage) -> None:
    with ThreadPoolExecutor() as pool:  # this thread has the browser's event loop
        pool.submit(index, wire, KORVET, RICE).result()
    sent(wire, plain(1))
    with monitor(wire) as client:
        page = open_page(at(client))
        expect(page.locator("#feed .row")).to_have_count(1)
        page.fill("#search", '"dua korvet" | beras')
        page.keyboard.press("Enter")
        page.wait_for_selector("body[data-state=archive]")
        expect(page.locator("#archive-said")).to_have_text("2 in the archive")
        assert sorted(titles(page)) == ["Harga beras naik", "Italia tawarkan dua korvet"]
        page.fill("#search", "")
        page.keyboard.press("Escape")
        page.wait_for_selector("body[data-state=live]")
        expect(page.locator("#feed .row h3")).to_have_text("Berita 1")


def test_on_a_phone_one_column_holds_everything(wire: Settings, open_page: OpenPage) -> None:
    sent(wire, KORVET, HOSTILE, alert("urn:garuda:1"))
    with monitor(wire) as client:
        page = open_page(at(client), width=390, height=844, dark=True)
        expect(row(page, KORVET.id)).to_be_visible()
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        assert page.evaluate("document.querySelector('main').scrollWidth <= innerWidth")
        small = page.evaluate(
            """() => [...document.querySelectorAll('header button, header input')]
                .filter((each) => each.offsetParent && each.getBoundingClientRect().height < 44)
                .map((each) => each.id)"""
        )
        assert small == []
        page.click("#show-filters")
        expect(page.locator("#deals")).to_be_in_viewport()
        page.keyboard.press("Escape")
        expect(page.locator("#side")).to_be_hidden()
        row(page, KORVET.id).click()
        expect(page.locator("#story .body")).to_be_in_viewport()
        assert page.evaluate("document.querySelector('#story').scrollWidth <= innerWidth")
        page.click("#close-story")
        page.click("#show-alerts")
        expect(page.locator("#alert-list .alert")).to_be_in_viewport()


@pytest.mark.parametrize("dark", [False, True])
def test_every_text_has_the_contrast_that_wcag_asks_for(
    wire: Settings, open_page: OpenPage, dark: bool
) -> None:
    withdrawn = story("urn:garuda:5", 5, status="canceled")
    corrected = story("urn:garuda:6", 6, version=2, change="correction", cluster_id="c")
    copied = story("urn:garuda:7", 7, cluster_id="c")
    sent(
        wire,
        KORVET,
        RICE,
        withdrawn,
        corrected,
        copied,
        alert("urn:garuda:1"),
        alert("urn:garuda:2", kind="development"),
    )
    with monitor(wire) as client:
        page = open_page(at(client), dark=dark)
        row(page, KORVET.id).click()
        page.wait_for_selector("#story .body")
        story_view = page.evaluate(_TOO_FAINT)
        page.keyboard.press("Escape")
        page.wait_for_function(
            "document.getAnimations().every(each => each.effect.getTiming().iterations === Infinity)"
        )
        assert story_view + page.evaluate(_TOO_FAINT) == []


_AT_REST = "document.getAnimations().every((each) => each.effect.getTiming().iterations === Infinity)"

# Every visible text's colour against the colours behind it, by WCAG 2.2's formula (1.4.3): 4.5, large text 3.
_TOO_FAINT = """() => {
  const parts = (colour) => colour.match(/[\\d.]+/g).map(Number);
  const light = ([r, g, b]) => [r, g, b].map((v) => v / 255)
    .map((v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4))
    .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
  const behind = (element) => {
    for (let at = element; at; at = at.parentElement) {
      const colour = parts(getComputedStyle(at).backgroundColor);
      if ((colour[3] ?? 1) > 0.99) return colour;
    }
    return [255, 255, 255];
  };
  const faint = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const element = walker.currentNode.parentElement;
    if (!walker.currentNode.data.trim() || !element.checkVisibility()) continue;
    if (element.closest(".visually-hidden, .skip")) continue;
    const style = getComputedStyle(element);
    const pair = [light(parts(style.color)), light(behind(element))].sort((a, b) => b - a);
    const size = parseFloat(style.fontSize);
    const large = size >= 24 || (size >= 18.7 && style.fontWeight >= 700);
    const ratio = (pair[0] + 0.05) / (pair[1] + 0.05);
    if (ratio < (large ? 3 : 4.5)) faint.push(`${element.className || element.tagName} ${ratio.toFixed(2)}`);
  }
  return faint;
}"""


def test_the_live_region_sums_up_and_does_not_shout(wire: Settings, open_page: OpenPage) -> None:
    sent(wire, plain(0))
    with monitor(wire) as client:
        page = open_page(at(client))
        expect(page.locator("#feed .row")).to_have_count(1)
        page.evaluate(
            """() => { window.spoken = []; new MutationObserver(() =>
                window.spoken.push(document.getElementById('live-region').textContent))
                .observe(document.getElementById('live-region'), {childList: true}); }"""
        )
        start = time.monotonic()
        for number in range(1, 13):
            sent(wire, plain(number))
        spoken = until(lambda: page.evaluate("window.spoken"), "the live region speaks")
        assert time.monotonic() - start > 5
        assert len(spoken) == 1
        assert re.fullmatch(r"\d+ new stories", spoken[0])
