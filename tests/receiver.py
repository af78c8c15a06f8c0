"""For the tests: somebody's webhook, that records what it gets and fails or hangs when told to."""

import json
import threading
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass(frozen=True, slots=True)
class Post:
    headers: dict[str, str]
    content: bytes
    at: float

    @property
    def key(self) -> str:
        return self.headers["Idempotency-Key"]

    @property
    def body(self) -> Any:
        return json.loads(self.content)

    @property
    def alerts(self) -> list[str]:
        return [each["id"] for each in self.body["alerts"]]


@dataclass(slots=True)
class Receiver:
    """`answer` is the status of what is to come, `headers` go with it; it is slow by `seconds`."""

    url: str = ""
    posts: list[Post] = field(default_factory=list)
    answer: int = 204
    headers: dict[str, str] = field(default_factory=dict)
    seconds: float = 0.0
    hanging: threading.Event = field(default_factory=threading.Event)  # set: answers nobody
    arrived: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0))

    def keys_by_alert(self) -> dict[str, set[str]]:
        """Under which keys each alert has come."""
        keys: dict[str, set[str]] = defaultdict(set)
        for post in list(self.posts):
            for alert in post.alerts:
                keys[alert].add(post.key)
        return keys

    def order(self) -> list[str]:
        """The alerts as they came, each once."""
        return list(dict.fromkeys(alert for post in list(self.posts) for alert in post.alerts))


@contextmanager
def receiver() -> Iterator[Receiver]:
    state = Receiver()
    closing = threading.Event()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            content = self.rfile.read(int(self.headers["Content-Length"]))
            state.posts.append(Post(dict(self.headers), content, time.time()))
            state.arrived.release()
            closing.wait(state.seconds)
            while state.hanging.is_set() and not closing.wait(0.05):
                pass
            self.send_response(state.answer)
            for name, value in state.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Says nothing."""

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, *_: object) -> None:
            """A sender that was killed has hung up: part of the tests."""

    server = Server(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    state.url = f"http://127.0.0.1:{server.server_address[1]}/hook"
    try:
        yield state
    finally:
        closing.set()
        server.shutdown()
        server.server_close()
        thread.join()
