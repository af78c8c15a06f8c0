"""One real Kafka and one real Elasticsearch for the whole test session, started when a test first asks.

    def test_something(wire: Settings) -> None:  # a namespace of its own on the shared servers

They listen on free ports, live in a temporary folder, and end with the session, however it ends.
"""

import itertools
import json
import os
import socket
import subprocess
import sys
import tempfile
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from streams.local import LocalServers
from streams.settings import Settings

_numbers = itertools.count(1)
_DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))

# Waits until pytest lets go of the pipe, by ending in whatever way, then ends what it left.
_UNDERTAKER = """
import sys
from pathlib import Path
sys.stdin.read()
from tests.servers import clear_away
clear_away(Path(sys.argv[1]))
"""


def local_settings(home: Path, **changes: object) -> Settings:
    """Settings of servers in `home` on ports that are free now, with small heaps."""
    kafka, controller, http, transport = free_ports(4)
    values: dict[str, object] = {
        "home": home,
        "kafka": f"127.0.0.1:{kafka}",
        "kafka_port": kafka,
        "kafka_controller_port": controller,
        "kafka_heap_mb": 384,
        "elasticsearch": f"http://127.0.0.1:{http}",
        "elasticsearch_port": http,
        "elasticsearch_transport_port": transport,
        "elasticsearch_heap_mb": 512,
        "monitor_port": 0,
    }
    return Settings.model_validate({**values, **changes})


def free_ports(count: int) -> list[int]:
    """Ports nobody listens on, below the range from which the kernel takes those of outgoing connections."""
    found: list[int] = []
    first = 20_000 + os.getpid() * 16 % 10_000
    for port in itertools.chain(range(first, 30_000), range(20_000, first)):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)):
                found.append(port)
        if len(found) == count:
            return found
    raise RuntimeError("no free ports between 20000 and 30000")


def clear_away(home: Path) -> None:
    """Stops the servers of a temporary home and removes every file of theirs."""
    import shutil

    if not home.exists():
        return
    LocalServers(Settings.model_validate({"home": home})).down()
    for name in ("kafka", "elasticsearch"):
        if (home / name).is_symlink():  # root's home was not passable for the servers
            shutil.rmtree((home / name).resolve())
    shutil.rmtree(home)


@pytest.fixture(scope="session")
def servers_settings() -> Iterator[Settings]:
    """The address of both servers, which run; without a namespace: use `wire` instead."""
    with ExitStack() as ending:
        home = Path(tempfile.mkdtemp(prefix="kawat-test-"))
        home.chmod(0o755)  # root's servers run as nobody
        undertaker = subprocess.Popen(
            [sys.executable, "-c", _UNDERTAKER, str(home)],
            stdin=subprocess.PIPE,
            cwd=Path(__file__).parents[1],
            start_new_session=True,  # a Ctrl-C is for pytest
        )
        ending.callback(undertaker.wait)
        assert undertaker.stdin
        ending.callback(undertaker.stdin.close)
        ending.callback(clear_away, home)
        settings = local_settings(home)
        LocalServers(settings).up()
        yield settings


@pytest.fixture(scope="session")
def local_servers(servers_settings: Settings) -> LocalServers:
    """The session's servers, for tests that stop and kill them; leave them running."""
    return LocalServers(servers_settings)


@pytest.fixture
def wire(servers_settings: Settings, tmp_path: Path) -> Iterator[Settings]:
    """Settings with a namespace of the test's own; what it made under that name is removed afterwards.

    Its `home` is the test's own too. A test whose workers start the servers again takes `shared_home`.
    """
    namespace = f"t{os.getpid()}-{next(_numbers)}"
    LocalServers(servers_settings).up()  # a test before may have killed one
    yield servers_settings.model_copy(update={"namespace": namespace, "home": tmp_path})
    _remove_topics(servers_settings, namespace)
    _remove_indices(servers_settings, namespace)


@pytest.fixture
def shared_home(wire: Settings, servers_settings: Settings) -> Settings:
    """As `wire`, in the servers' own home: there a supervisor finds them."""
    return wire.model_copy(update={"home": servers_settings.home})


def _remove_topics(settings: Settings, namespace: str) -> None:
    from kafka.admin import KafkaAdminClient

    admin = KafkaAdminClient(bootstrap_servers=settings.kafka)
    try:
        if mine := [topic for topic in admin.list_topics() if topic.startswith(f"{namespace}-")]:
            admin.delete_topics(mine)
    finally:
        admin.close()


def _remove_indices(settings: Settings, namespace: str) -> None:
    def ask(method: str, path: str) -> list[dict[str, str]]:
        request = urllib.request.Request(f"{settings.elasticsearch}/{path}", method=method)  # noqa: S310
        with _DIRECT.open(request, timeout=30) as answer:
            found = json.load(answer)
        return found if isinstance(found, list) else []

    for row in ask("GET", f"_cat/indices/{namespace}-*?format=json&expand_wildcards=all&h=index"):
        ask("DELETE", row["index"])
