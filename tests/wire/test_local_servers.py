"""The local Kafka and Elasticsearch: started, found, killed, stopped; what is said when they cannot start."""

import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from processors.errors import ServiceError, UsageError
from streams.local import LocalServers, distribution, java
from streams.local.process import Record
from streams.local.space import require_space
from streams.settings import Settings
from streams.supervisor import environment
from tests.servers import clear_away, local_settings

LONGEST_SECOND_START = 25.0
DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def ask(settings: Settings, method: str, path: str, body: object = None) -> dict[str, object]:
    request = urllib.request.Request(  # noqa: S310
        f"{settings.elasticsearch}/{path}",
        method=method,
        data=json.dumps(body).encode() if body is not None else None,
        headers={"Content-Type": "application/json"},
    )
    with DIRECT.open(request, timeout=30) as answer:
        found = json.load(answer)
    assert isinstance(found, dict)
    return found


def tokens(settings: Settings, analyzer: str, text: str) -> list[str]:
    answer = ask(settings, "POST", "_analyze", {"analyzer": analyzer, "text": text})
    found = answer["tokens"]
    assert isinstance(found, list)
    return [token["token"] for token in found]


def send(settings: Settings, topic: str, value: bytes) -> None:
    from kafka import KafkaProducer
    from kafka.admin import KafkaAdminClient, NewTopic

    admin = KafkaAdminClient(bootstrap_servers=settings.kafka)
    admin.create_topics([NewTopic(topic, num_partitions=1, replication_factor=1)])
    admin.close()
    producer = KafkaProducer(bootstrap_servers=settings.kafka, acks="all")
    producer.send(topic, value).get(timeout=30)
    producer.close()


def received(settings: Settings, topic: str) -> list[bytes]:
    from kafka import KafkaConsumer

    consumer = KafkaConsumer(
        topic,
        bootstrap_servers=settings.kafka,
        auto_offset_reset="earliest",
        enable_auto_commit=False,
        consumer_timeout_ms=5_000,
    )
    first = [next(consumer).value]
    consumer.close()
    return first


def family(servers: LocalServers) -> list[psutil.Process]:
    members = []
    for server in servers.status():
        assert server.pid
        process = psutil.Process(server.pid)
        members += [process, *process.children(recursive=True)]
    return members


def kawat(settings: Settings, *arguments: str) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-m", "streams", *arguments],
        env={**os.environ, **environment(settings)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@pytest.fixture
def home() -> Iterator[Path]:
    """A home that root's unprivileged servers may pass through."""
    folder = Path(tempfile.mkdtemp(prefix="kawat-test-"))
    folder.chmod(0o755)
    yield folder
    clear_away(folder)


@pytest.fixture
def taken() -> Iterator[int]:
    """A port that something else listens on."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        yield listener.getsockname()[1]


class TestRunning:
    def test_both_are_up_and_found_again_by_another_process(self, servers_settings: Settings) -> None:
        found = LocalServers(servers_settings).status()
        assert [(server.name, server.state) for server in found] == [
            ("kafka", "running"),
            ("elasticsearch", "running"),
        ]
        status = kawat(servers_settings, "status", "--json")
        printed = json.loads(status.communicate(timeout=60)[0])
        assert [(row["state"], row["pid"]) for row in printed] == [
            ("running", server.pid) for server in found
        ]

    def test_nothing_listens_beyond_loopback(self, local_servers: LocalServers) -> None:
        listening = [
            connection.laddr.ip
            for process in family(local_servers)
            for connection in process.net_connections("inet")
            if connection.status == psutil.CONN_LISTEN
        ]
        assert len(listening) == 4  # Kafka, its controller, Elasticsearch's HTTP and transport
        assert {address.removeprefix("::ffff:") for address in listening} == {"127.0.0.1"}

    def test_servers_that_root_started_do_not_run_as_root(self, local_servers: LocalServers) -> None:
        if os.geteuid():
            pytest.skip("started by an ordinary user")
        assert {process.uids().effective for process in family(local_servers)}.isdisjoint({0})

    def test_the_plugin_stems_indonesian_and_english(self, wire: Settings) -> None:
        assert tokens(wire, "indonesian", "Pembelian senjata yang disepakati") == [
            "beli",
            "senjata",
            "sepakat",
        ]
        assert tokens(wire, "english", "The purchases of fighters") == ["purchas", "fighter"]

    def test_an_index_may_name_the_analyzers_in_its_mapping(self, wire: Settings) -> None:
        properties = {"body": {"type": "text", "analyzer": "indonesian"}}
        ask(wire, "PUT", wire.named("plugin"), {"mappings": {"properties": properties}})
        ask(wire, "PUT", f"{wire.named('plugin')}/_doc/1?refresh=true", {"body": "Pembelian pesawat tempur"})
        assert ask(wire, "GET", f"{wire.named('plugin')}/_count?q=body:membeli")["count"] == 1


class TestStopping:
    def test_killed_servers_are_dead_and_come_back_with_their_data(
        self, wire: Settings, local_servers: LocalServers
    ) -> None:
        send(wire, wire.named("kept"), b"kesepakatan rudal")
        ask(wire, "PUT", f"{wire.named('kept')}/_doc/1", {"headline": "Kesepakatan rudal"})

        local_servers.kill("kafka")
        local_servers.kill("elasticsearch")
        assert {server.state for server in local_servers.status()} == {"dead"}
        assert sorted(local_servers.dead()) == ["elasticsearch", "kafka"]

        local_servers.up()
        assert local_servers.dead() == []
        assert received(wire, wire.named("kept")) == [b"kesepakatan rudal"]
        assert ask(wire, "GET", f"{wire.named('kept')}/_doc/1")["_source"] == {
            "headline": "Kesepakatan rudal"
        }

    def test_down_leaves_no_process_and_two_ups_at_once_start_one_pair_in_time(
        self, servers_settings: Settings, local_servers: LocalServers
    ) -> None:
        before = family(local_servers)
        local_servers.down()
        assert [process for process in before if process.is_running()] == []
        assert {server.state for server in local_servers.status()} == {"stopped"}
        local_servers.down()  # once more is no error

        busy = os.getloadavg()[0] > (os.cpu_count() or 1)
        began = time.monotonic()
        ups = [kawat(servers_settings, "up") for _ in range(2)]
        said = [up.communicate(timeout=120)[1] for up in ups]
        took = time.monotonic() - began
        assert [up.returncode for up in ups] == [0, 0], said
        assert sorted(text.count("started in") for text in said) == [0, 2]
        assert {server.state for server in local_servers.status()} == {"running"}
        assert busy or took < LONGEST_SECOND_START  # beside other work the figure says nothing

    def test_a_pid_that_now_is_another_process_is_not_taken_for_the_server(self, home: Path) -> None:
        settings = local_settings(home)
        Record(os.getpid(), started=time.time() - 86_400).write(home / "kafka.json")
        servers = LocalServers(settings)
        assert servers.status()[0].state == "dead"
        servers.kill("kafka")  # and is not killed for it
        servers.stop("kafka")
        assert servers.status()[0].state == "stopped"


class TestTrouble:
    def test_a_taken_port_names_its_holder_and_the_setting(self, home: Path, taken: int) -> None:
        servers = LocalServers(local_settings(home, kafka_port=taken))
        with pytest.raises(UsageError) as refused:
            servers.up()
        name = psutil.Process().name()
        assert str(refused.value) == (
            f"port {taken} is taken by {name} (pid {os.getpid()}): stop that, "
            "or choose another port with KAWAT_KAFKA_PORT (and KAWAT_KAFKA to match)"
        )
        assert {server.state for server in servers.status()} == {"stopped"}

    def test_a_server_that_dies_at_once_leaves_its_last_words(self, home: Path) -> None:
        servers = LocalServers(local_settings(home, kafka_heap_mb=1))
        with pytest.raises(ServiceError, match=r"Kafka ended while it started(.|\n)*Too small maximum heap"):
            servers.start("kafka")

    def test_no_java(self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
        monkeypatch.setenv("PATH", str(tmp_path))
        monkeypatch.delenv("JAVA_HOME", raising=False)
        with pytest.raises(UsageError, match="no Java on PATH: install Java 17 or newer"):
            java.find_java()

    def test_a_java_home_that_is_none(self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
        monkeypatch.setenv("JAVA_HOME", str(tmp_path))
        with pytest.raises(UsageError, match=f"no Java in JAVA_HOME={tmp_path}: install Java 17"):
            java.find_java()

    @pytest.mark.parametrize(("specification", "version"), [("1.8", 8), ("11", 11)])
    def test_a_java_that_is_too_old(
        self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, specification: str, version: int
    ) -> None:
        launcher = tmp_path / "bin" / "java"
        launcher.parent.mkdir()
        launcher.write_text(
            "#!/bin/sh\n"
            f'echo "    java.home = {tmp_path}" >&2\n'
            f'echo "    java.specification.version = {specification}" >&2\n'
        )
        launcher.chmod(0o755)
        monkeypatch.setenv("JAVA_HOME", str(tmp_path))
        with pytest.raises(UsageError, match=f"is Java {version}: install Java 17 or newer"):
            java.find_java()

    def test_a_runtime_without_compiler(self, tmp_path: Path) -> None:
        with pytest.raises(UsageError, match="without javac: install a JDK"):
            _ = java.Java(tmp_path, 17).javac

    def test_no_maven(self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
        monkeypatch.setenv("PATH", str(tmp_path))
        with pytest.raises(UsageError, match="no Maven on PATH"):
            java.find_maven()

    def test_a_full_disk(self, tmp_path: Path) -> None:
        with pytest.raises(
            ServiceError, match=rf"^disk full: \d+ MB left in {tmp_path}, 1000000000 MB needed"
        ):
            require_space(tmp_path, 1_000_000_000)


class TestFetching:
    def test_a_damaged_download_is_noticed_and_repeated(
        self, home: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        place = distribution.obtain(java.find_java(), print).kafka.parent
        monkeypatch.setenv("XDG_CACHE_HOME", str(home))
        copy = shutil.copytree(place, home / "kawat" / place.name)
        said: list[str] = []
        found = distribution.obtain(java.find_java(), said.append)
        assert found.kafka.parent == copy
        assert said == []  # whole: nothing is fetched

        jar = next(found.kafka.glob("kafka-clients-*.jar"))
        size = jar.stat().st_size
        os.truncate(jar, size // 2)
        distribution.obtain(java.find_java(), said.append)
        assert jar.stat().st_size == size
        assert said[0].startswith("fetching Kafka and Elasticsearch")
