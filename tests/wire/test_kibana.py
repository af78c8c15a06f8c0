"""What Kibana's panels will ask is asked of the real Elasticsearch; the import meets a real HTTP server."""

import asyncio
import json
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from processors.records import Timings
from streams.elastic import indices
from streams.elastic.client import agents_client, commands_client
from streams.kibana.panels import PANELS, TABLES, Panel, Table, aggregations
from streams.settings import Settings
from tests.wire import told_alerts
from tests.wire.command import environment, started
from tests.wire.elastic_stories import NOON, deal, story
from tests.wire.quoted_stories import index

OFFER = "Prancis menjual 42 jet tempur Rafale kepada Indonesia."
SAID = "kontrak sudah diteken"


@pytest.fixture(scope="module")
def filled(servers_settings: Settings) -> Iterator[Settings]:
    """A live story with a deal and a quote, its alert, and the same under an embargo."""
    settings = servers_settings.model_copy(update={"namespace": "kibana-panels"})
    body = f"{OFFER} {SAID}, katanya."
    parts: dict[str, Any] = {
        "body": body, "quotes": [SAID], "arms_deals": [deal(body, OFFER)],
        "timings": Timings(received=NOON, grouped=NOON + timedelta(milliseconds=840)),
    }  # fmt: skip
    later = datetime.now(UTC) + timedelta(days=1)
    index(settings, story(**parts), story("urn:garuda:2", embargo_until=later, **parts))
    told_alerts.index(settings, [told_alerts.alert("1"), told_alerts.alert("2", not_before=later)])

    async def refresh() -> None:
        async with agents_client(settings) as client:
            for each in indices.INDICES:
                await client.indices.refresh(index=settings.named(each.name))

    asyncio.run(refresh())
    yield settings
    with commands_client(settings) as client:
        for each in indices.INDICES:
            client.indices.delete(index=settings.named(each.physical))


def asked(settings: Settings, of: Panel | Table, **more: Any) -> Any:
    with commands_client(settings) as client:
        return client.search(
            index=settings.named(of.view.alias), query={"bool": {"must_not": [of.view.hides]}}, **more
        )


@pytest.mark.parametrize("panel", PANELS, ids=lambda panel: panel.id)
def test_every_panel_draws_the_one_story_that_may_be_seen(filled: Settings, panel: Panel) -> None:
    inner = asked(filled, panel, aggregations=aggregations(panel), size=0)
    assert inner["hits"]["total"]["value"] == 1
    found = inner.get("aggregations", {})
    for number in range(len(panel.buckets)):
        [found] = found[f"b{number}"]["buckets"]
        assert found["doc_count"] == 1
    drawn = [each["values"] for name, each in found.items() if name.startswith("m")]
    assert all(value == 840 for values in drawn for value in values.values())


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.id)
def test_every_table_has_its_row_with_something_in_each_column_that_is_known(
    filled: Settings, table: Table
) -> None:
    answer = asked(filled, table, fields=list(table.columns), sort=[{"at": "desc"}])
    [hit] = answer["hits"]["hits"]
    missing = set(table.columns) - hit["fields"].keys()
    assert missing <= {"claimant", "url"}


class Kibana(BaseHTTPRequestHandler):
    """Answers as Kibana 8.19 does; what it was sent is in `sent`."""

    sent: list[tuple[str, dict[str, str], bytes]] = []
    answers: tuple[int, dict[str, Any]] = (200, {})

    def do_GET(self) -> None:
        self._answer(200, {"version": {"number": "8.19.8"}})

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.sent.append((self.path, dict(self.headers), body))
        self._answer(*self.answers)

    def _answer(self, code: int, said: dict[str, Any]) -> None:
        if code == 200 and "kbn-xsrf" not in self.headers:
            code, said = 400, {"message": "Request must contain a kbn-xsrf header."}
        raw = json.dumps(said).encode()
        self.send_response(code)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(raw)))
        self.end_headers()
        self.wfile.write(raw)

    def log_message(self, *_: object) -> None:
        """Nothing."""


@contextmanager
def kibana(code: int, answer: dict[str, Any]) -> Iterator[tuple[str, type[Kibana]]]:
    handler = type("Handler", (Kibana,), {"sent": [], "answers": (code, answer)})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", handler
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def set_up(wire: Settings, url: str, **more: str) -> Any:
    return subprocess.run(
        started("setup", "--kibana", url), env=environment(wire) | more, capture_output=True, text=True,
        timeout=60, check=False,
    )  # fmt: skip


def test_setup_sends_all_objects_of_the_namespace_and_names_the_dashboard(wire: Settings) -> None:
    with kibana(200, {"success": True, "successCount": 19}) as (url, handler):
        done = set_up(wire, url, KAWAT_KIBANA_API_KEY="c2VjcmV0LWtleQ==")
        assert done.returncode == 0, done.stderr
        dashboard = f"{url}/app/dashboards#/view/{wire.namespace}-kawat-desk"
        assert done.stdout == f"Kibana 8.19.8: 19 objects imported; the dashboard: {dashboard}\n"
        [(path, headers, body)] = handler.sent
    assert path == "/api/saved_objects/_import?overwrite=true"
    assert headers["Authorization"] == "ApiKey c2VjcmV0LWtleQ=="
    assert headers["Content-Type"].startswith("multipart/form-data")
    assert b'filename="kawat.ndjson"' in body
    lines = [json.loads(line) for line in body.split(b"\r\n\r\n", 1)[1].split(b"\r\n--")[0].splitlines()]
    assert {each["type"] for each in lines} == {"index-pattern", "search", "lens", "dashboard"}
    assert all(each["id"].startswith(f"{wire.namespace}-") for each in lines)


@pytest.mark.parametrize(
    ("code", "answer", "said"),
    [
        (401, {"message": "no"}, "refuses access (401): check KAWAT_KIBANA_API_KEY"),
        (503, {"message": "License is not\n available"}, "refused (503): License is not available"),
        (
            200,
            {"success": False, "successCount": 3, "errors": [
                {"type": "lens", "id": "kawat-panel-goods", "error": {"type": "x", "message": "too new"}}
            ]},
            "took 3 objects and refused 1, the first: lens kawat-panel-goods: too new",
        ),
    ],
)  # fmt: skip
def test_what_kibana_refuses_is_one_line(
    wire: Settings, code: int, answer: dict[str, Any], said: str
) -> None:
    with kibana(code, answer) as (url, _):
        done = set_up(wire, url, KAWAT_KIBANA_API_KEY="c2VjcmV0LWtleQ==")
    assert (done.returncode, done.stderr.count("\n")) == (1, 1)
    assert said in done.stderr
    assert "c2VjcmV0" not in done.stderr


@pytest.mark.parametrize(
    ("url", "code", "said"),
    [
        ("kibana.example", 2, "--kibana takes an address"),
        ("http://rina:rahasia@127.0.0.1:1", 1, "Kibana does not answer at http://127.0.0.1:1"),
    ],
)
def test_an_address_that_is_none_or_does_not_answer_is_one_line(
    wire: Settings, url: str, code: int, said: str
) -> None:
    done = set_up(wire, url)
    assert (done.returncode, done.stderr.count("\n")) == (code, 1)
    assert said in done.stderr
    assert "rahasia" not in done.stderr
