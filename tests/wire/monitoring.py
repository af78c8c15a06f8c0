"""For the tests: a running monitor, and a browser without a screen that asks it."""

import http.client
import json
import os
import subprocess
import sys
import urllib.parse
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import msgspec

from processors.records import Alert, Document
from streams import status
from streams.settings import Settings
from streams.supervisor import environment
from streams.topics import ALERTS, STORIES, create_topics
from tests.wire.workers import feed, until


def sent(settings: Settings, *records: Document | Alert) -> None:
    """As the stages send them: stories and alerts in the order given."""
    create_topics(settings)
    for topic, kind in ((STORIES, Document), (ALERTS, Alert)):
        feed(
            settings,
            topic,
            [msgspec.json.encode(each) for each in records if isinstance(each, kind)],
            partition=0,
        )


class Client:
    """A browser without a screen."""

    def __init__(self, address: str) -> None:
        self.host = urllib.parse.urlsplit(address).netloc

    def get(self, path: str, method: str = "GET", **headers: str) -> tuple[int, Any, http.client.HTTPMessage]:
        connection = http.client.HTTPConnection(self.host, timeout=30)
        try:
            connection.request(
                method, path, headers={name.replace("_", "-"): value for name, value in headers.items()}
            )
            answer = connection.getresponse()
            body = answer.read()
            kind = answer.headers.get("Content-Type", "")
            return (
                answer.status,
                json.loads(body) if kind.startswith("application/json") else body,
                answer.headers,
            )
        finally:
            connection.close()

    @contextmanager
    def live(self, query: str = "", last: str = "") -> Iterator["Events"]:
        connection = http.client.HTTPConnection(self.host, timeout=30)
        connection.request("GET", f"/api/live?{query}", headers={"Last-Event-ID": last} if last else {})
        try:
            yield Events(connection.getresponse())
        finally:
            connection.close()


class Events:
    def __init__(self, answer: http.client.HTTPResponse) -> None:
        assert answer.headers["Content-Type"].startswith("text/event-stream")
        self._answer = answer
        self.last = ""

    def next(self, name: str) -> Any:
        """The data of the next event of that name; the pulse may come at any time."""
        while True:
            event = self._read()
            if event.get("event") == "pulse" != name:
                continue
            assert event["event"] == name, event
            self.last = event["id"]
            return json.loads(event["data"])

    def _read(self) -> dict[str, str]:
        fields: dict[str, str] = {}
        while line := self._answer.readline().decode().rstrip("\n"):
            name, _, value = line.partition(": ")
            fields[name] = value
        return fields if "event" in fields else self._read()


@contextmanager
def monitor(settings: Settings, **changes: object) -> Iterator[Client]:
    """The running process."""
    chosen = settings.model_copy(update={"monitor_port": 0, **changes})
    log = settings.home / "monitor.log"
    with log.open("ab") as said:
        process = subprocess.Popen(
            [sys.executable, "-m", "streams.monitor"],
            env={**os.environ, **environment(chosen)},
            stdout=said,
            stderr=said,
        )

    def address() -> str | None:
        found = status.read(chosen, "monitor")
        assert process.poll() is None, log.read_text()
        return found.detail if found and found.pid == process.pid and found.state == "running" else None

    try:
        yield Client(until(address, "the monitor runs"))
        process.terminate()
        assert process.wait(20) == 0, log.read_text()
    finally:
        process.kill()
        process.wait()
