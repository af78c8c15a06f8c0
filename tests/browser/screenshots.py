"""The README's pictures, of a monitor that runs: python -m tests.browser.screenshots [URL] [FOLDER]

With `make run` in another terminal: the sample wire, on a desk in the light and on a phone in the dark.
"""

import os
import shutil
import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

_STORY = "meridian.example"  # the sample wire's denial, with its quotes and claims


def take(url: str, folder: Path) -> None:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), chromium_sandbox=os.geteuid() != 0
        )
        desk = browser.new_page(viewport={"width": 1280, "height": 800})
        desk.goto(url)
        desk.locator("#feed .row.alarmed", has_text=_STORY).first.click()
        desk.wait_for_selector("#story .body")
        desk.wait_for_selector("#lag dt:text('parse')")
        desk.screenshot(path=folder / "monitor.png")
        phone = browser.new_page(viewport={"width": 390, "height": 844}, color_scheme="dark")
        phone.goto(f"{url}?deals=1")
        phone.wait_for_selector("#feed .row")
        phone.screenshot(path=folder / "monitor-phone.png")
        browser.close()


if __name__ == "__main__":
    given = sys.argv[1:]
    take(given[0] if given else "http://127.0.0.1:8321/", Path(given[1] if len(given) > 1 else "docs/img"))
