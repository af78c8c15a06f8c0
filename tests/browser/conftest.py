"""A real Chromium. Where there is none, these tests say so and are skipped; with CI=true they fail."""

import os
import shutil
import warnings
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

_MISSING = "THE BROWSER TESTS DO NOT RUN: no Chromium is installed (deploy/local/prerequisites.sh browser)"

expect.set_options(timeout=30_000)

OpenPage = Callable[..., Page]


@pytest.fixture(scope="module")  # while it is open, no other event loop can run
def browser() -> Iterator[Browser]:
    path = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if path is None:
        if os.environ.get("CI"):
            pytest.fail(_MISSING)
        warnings.warn(pytest.PytestWarning(_MISSING), stacklevel=1)
        pytest.skip(_MISSING)
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=path, chromium_sandbox=os.geteuid() != 0)
        yield opened
        opened.close()


@pytest.fixture
def open_page(browser: Browser) -> Iterator[OpenPage]:
    """Opens pages that must not raise an error or break the page's own rules for content."""
    contexts, wrong = [], []

    def note(text: str) -> None:
        if (
            "Failed to load resource" not in text and "ERR_" not in text
        ):  # the server was away, as the test wants
            wrong.append(text)

    def opened(url: str, *, width: int = 1440, height: int = 900, dark: bool = False) -> Page:
        context = browser.new_context(
            viewport={"width": width, "height": height}, color_scheme="dark" if dark else "light"
        )
        context.set_default_timeout(30_000)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on("console", lambda message: note(message.text) if message.type == "error" else None)
        page.goto(url)
        page.wait_for_selector("body[data-state=live]")
        return page

    yield opened
    for context in contexts:
        context.close()
    assert wrong == []
