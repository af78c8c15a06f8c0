"""The monitor's server: the page and its assets, the live stream, a story, a search, its health."""

import asyncio
import logging
import mimetypes
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime
from importlib import resources
from typing import Any

import msgspec
from aiohttp import web

from processors.errors import KawatError, TryLater, UsageError
from streams.monitor import archive, guard
from streams.monitor.asked import Asked
from streams.monitor.board import Board
from streams.monitor.following import Bell, Following
from streams.monitor.pulse import Pulse
from streams.monitor.stream import Rhythm, Stream, new_run
from streams.settings import Settings

BEAT_SECONDS = 2.0
LAG_SECONDS = 5.0
WRITE_SECONDS = 30.0  # a browser that takes nothing for so long is let go
_MOST_CLIENTS = 200
_COMPRESSED = 1_000  # bytes; less is not worth it

log = logging.getLogger(__name__)
_encode = msgspec.json.Encoder().encode


class Monitor:
    """One life of the server."""

    def __init__(self, settings: Settings) -> None:
        """Raises UsageError where strangers could look without a token."""
        guard.check(settings)
        self._settings = settings
        self._run = new_run()
        self._board = Board()
        self._pulse = Pulse()
        self._bell = Bell()
        self._following = Following(settings, self._board, self._pulse, self._bell)
        self._clients = 0
        self._beat: bytes | None = None
        self._assets = _assets()
        self._closing = False

    @property
    def live(self) -> asyncio.Event:
        """Set when what Kafka held at the start has been read."""
        return self._following.live

    def application(self) -> web.Application:
        application = web.Application(middlewares=[guard.guard(self._settings), _explaining])  # type: ignore[list-item]
        application.on_response_prepare.append(guard.harden)
        application.on_shutdown.append(self._close)
        application.router.add_get("/", self._page)
        application.router.add_get("/page/{name}", self._asset)
        application.router.add_get("/api/live", self._live)
        application.router.add_get("/api/story", self._story)
        application.router.add_get("/api/search", self._search)
        application.router.add_get("/health", self._health)
        return application

    async def work(self) -> None:
        """Does not return; raises what keeps it from going on."""
        await asyncio.gather(self._following.follow(), self._beats(), self._lags())

    # ── the page ──────────────────────────────────────────────────────────────────────────────────

    async def _page(self, _request: web.Request) -> web.Response:
        return self._file("index.html")

    async def _asset(self, request: web.Request) -> web.Response:
        return self._file(request.match_info["name"])

    def _file(self, name: str) -> web.Response:
        if name not in self._assets:
            raise web.HTTPNotFound(text="no such page\n")
        content, kind = self._assets[name]
        response = web.Response(body=content, content_type=kind, charset="utf-8")
        response.headers["Cache-Control"] = "no-cache"
        response.enable_compression()
        return response

    # ── what it shows ─────────────────────────────────────────────────────────────────────────────

    async def _live(self, request: web.Request) -> web.StreamResponse:
        if self._clients >= _MOST_CLIENTS:
            raise web.HTTPServiceUnavailable(text=f"{_MOST_CLIENTS} are looking already\n")
        filter_ = Asked.of(request.query).filter()
        last = request.headers.get("Last-Event-ID") or request.query.get("last")
        response = web.StreamResponse(
            headers={"Content-Type": "text/event-stream", "X-Accel-Buffering": "no"}
        )
        response.content_type, response.charset = "text/event-stream", "utf-8"
        await response.prepare(request)
        if request.method == "HEAD":
            return response
        self._clients += 1
        try:
            await self._write(response, Stream(self._board, filter_, self._run, last))
        except (ConnectionError, TimeoutError):
            log.debug("a browser left")
        finally:
            self._clients -= 1
        return response

    async def _write(self, response: web.StreamResponse, stream: Stream) -> None:
        await response.write(b"retry: 1000\n\n")
        rhythm = Rhythm()
        await self.live.wait()  # else it begins without a story
        while not self._closing:
            events = stream.next(self._beat)
            if not events and rhythm.is_silent_for_long:
                events = b":\n\n"
            if events:
                await asyncio.wait_for(response.write(events), WRITE_SECONDS)
                rhythm.wrote()
            await self._bell.wait(1.0)
            await rhythm.gather()

    async def _story(self, request: web.Request) -> web.Response:
        id_ = request.query.get("id", "")
        story = await archive.story(self._settings, self._board, id_, datetime.now(UTC))
        if story is None:
            return _json({"error": f"no story that may be shown is called {id_}"}, status=404)
        return _json(story)

    async def _search(self, request: web.Request) -> web.Response:
        now = datetime.now().astimezone()
        asked = Asked.of(request.query)
        wanted = archive.wanted(asked, request.query, now)
        return _json(await archive.search(self._settings, wanted, alerted=asked.alerts))

    async def _health(self, _request: web.Request) -> web.Response:
        state = "waiting" if not self.live.is_set() or self._pulse.waiting else "running"
        return _json({"state": state}, status=200 if state == "running" else 503)

    # ── its pulse ─────────────────────────────────────────────────────────────────────────────────

    async def _beats(self) -> None:
        before: Any = None
        while True:
            await asyncio.sleep(BEAT_SECONDS)
            if not self._clients:
                continue
            beat = self._pulse.beat(datetime.now(UTC))
            if (same := msgspec.structs.astuple(beat)[:-1]) != before:
                before, self._beat = same, _encode(beat)
                self._bell.ring()

    async def _lags(self) -> None:
        """Only while somebody looks: the question costs Kafka a connection."""
        from streams.lag import lag

        while True:
            if self._clients:
                try:
                    self._pulse.lag = await asyncio.to_thread(lag, self._settings)
                    self._pulse.waiting = False
                except TryLater:
                    self._pulse.lag, self._pulse.waiting = None, True
            await asyncio.sleep(LAG_SECONDS if self._clients else BEAT_SECONDS / 4)

    async def _close(self, _application: web.Application) -> None:
        """Lets every browser go, to come back to the next life."""
        self._closing = True
        self.live.set()
        self._bell.ring()


Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@web.middleware
async def _explaining(request: web.Request, handler: Handler) -> web.StreamResponse:
    """What a user did wrong, and what is away, as one line."""
    try:
        return await handler(request)
    except UsageError as error:
        return _json({"error": str(error)}, status=400)
    except KawatError as error:
        return _json({"error": str(error)}, status=503)


def _json(value: Mapping[str, Any] | msgspec.Struct, status: int = 200) -> web.Response:
    body = _encode(value)
    response = web.Response(body=body, status=status, content_type="application/json", charset="utf-8")
    if len(body) > _COMPRESSED:
        response.enable_compression()
    return response


def _assets() -> dict[str, tuple[bytes, str]]:
    """The page's files by name: content and its kind. Read once: nothing of a request is ever a path."""
    page = resources.files("streams.monitor") / "page"
    return {
        each.name: (each.read_bytes(), _kind(each.name))
        for each in page.iterdir()
        if each.is_file() and "." in each.name
    }


def _kind(name: str) -> str:
    if name.endswith(".js"):
        return "text/javascript"  # some systems' tables say otherwise
    return mimetypes.guess_type(name)[0] or "application/octet-stream"
