"""The supervisor, with real worker processes on a real Kafka: restarts what dies, leaves nothing behind."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

import psutil
import pytest

from processors.errors import ServiceError, UsageError
from streams import status
from streams.local import LocalServers
from streams.settings import Settings
from streams.supervisor import Supervisor, environment
from streams.topics import ARTICLES, RAW, create_topics
from tests.wire.workers import alive, feed, tap, until

ECHO = "tests.wire.echo"
SLOW_TO_START = 60.0


def pid_of(settings: Settings, role: str) -> int:
    found = status.read(settings, role)
    return found.pid if found and found.state == "running" else 0


@contextmanager
def kawat_work(settings: Settings, *roles: str) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        [sys.executable, "-m", "streams", "work", *roles],
        env={**os.environ, **environment(settings)}, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def descendants(process: subprocess.Popen[str]) -> list[int]:
    return [child.pid for child in psutil.Process(process.pid).children(recursive=True)]


def test_a_worker_that_was_killed_is_started_again_and_goes_on(wire: Settings) -> None:
    said: list[str] = []
    with Supervisor(wire, [ECHO], said.append), tap(wire, ARTICLES) as out:
        until(lambda: said == [f"{ECHO} runs"], "word that it runs")
        first = pid_of(wire, "echo")
        os.kill(first, signal.SIGKILL)
        feed(wire, RAW, [b"who is there?"])
        until(lambda: out.holds(1), "the message")
        assert pid_of(wire, "echo") not in (0, first)
    assert "was ended by SIGKILL; again in 0.2 s" in said[1]


def test_stopping_leaves_no_process(wire: Settings) -> None:
    me = psutil.Process()
    before = {child.pid for child in me.children(recursive=True)}
    with Supervisor(wire, [ECHO, "group"], lambda _: None) as supervisor:
        supervisor.wait_ready(SLOW_TO_START)
        mine = {child.pid for child in me.children(recursive=True)} - before
        assert len(mine) == 2
    assert alive(mine) == []


@pytest.mark.parametrize("signum", [signal.SIGTERM, signal.SIGINT])
def test_kawat_work_stops_cleanly_when_asked(wire: Settings, signum: signal.Signals) -> None:
    with kawat_work(wire, "parse", "group") as work:
        until(lambda: status.running(wire, ("parse", "group")), "both run", SLOW_TO_START)
        children = descendants(work)
        assert len(children) >= 3  # two workers, and the process in which the one parses
        work.send_signal(signum)
        assert work.wait(20) == 0
        assert alive(children) == []


def test_killing_kawat_work_ends_its_workers_and_their_processes(wire: Settings) -> None:
    with kawat_work(wire, "parse", "group") as work:
        until(lambda: status.running(wire, ("parse", "group")), "both run", SLOW_TO_START)
        children = descendants(work)
        work.kill()
        until(lambda: not alive(children), "no process is left")


def test_killing_a_worker_ends_the_processes_of_its_pool(wire: Settings) -> None:
    with Supervisor(wire, ["parse"], lambda _: None) as supervisor:
        supervisor.wait_ready(SLOW_TO_START)
        parse = pid_of(wire, "parse")
        pool = [child.pid for child in psutil.Process(parse).children(recursive=True)]
        assert pool
        os.kill(parse, signal.SIGKILL)
        until(lambda: not alive(pool), "no process is left")


def test_the_same_stage_runs_once_in_a_home(wire: Settings) -> None:
    with Supervisor(wire, [ECHO], lambda _: None):
        second = Supervisor(wire, [ECHO, "group"])
        with pytest.raises(UsageError, match=r"runs already, instance 1 in .*KAWAT_INSTANCE"):
            second.start()
    create_topics(wire)


def test_a_stage_that_nobody_knows_is_a_line_for_the_user(wire: Settings) -> None:
    with pytest.raises(UsageError, match="no stage is called prase: choose from parse, enrich, group, index"):
        Supervisor(wire, ["prase"])


def test_what_keeps_a_stage_from_running_is_told_once_and_at_the_deadline(wire: Settings) -> None:
    (wire.home / "away").touch()
    said: list[str] = []
    with Supervisor(wire, [ECHO], said.append) as supervisor:
        until(lambda: said, "the alarm", SLOW_TO_START)
        with pytest.raises(ServiceError, match=f"{ECHO} is waiting: the echo's dependency is away"):
            supervisor.wait_ready(0.5)
        assert said == [f"ALARM {ECHO} waits: the echo's dependency is away"]
        (wire.home / "away").unlink()
        supervisor.wait_ready(SLOW_TO_START)
        until(lambda: len(said) > 1, "the good news")
        assert said[1:] == [f"{ECHO} goes on"]


def test_a_worker_that_falls_at_once_is_started_ever_more_seldom(wire: Settings) -> None:
    said: list[str] = []
    with Supervisor(wire, ["tests.wire.nowhere"], said.append):
        until(lambda: len(said) >= 3, "three falls", SLOW_TO_START)
    pauses = [float(line.partition("again in ")[2].split()[0]) for line in said[:3]]
    assert pauses == [0.2, 0.4, 0.8]
    log = (wire.home / "logs" / "nowhere.log").read_text()
    assert "No module named 'tests.wire.nowhere'" in log


def test_a_broker_that_was_killed_is_started_again_and_nothing_is_missing(
    shared_home: Settings, local_servers: LocalServers
) -> None:
    said: list[str] = []
    create_topics(shared_home)
    number = 3_000
    with Supervisor(shared_home, [ECHO], said.append) as supervisor:
        supervisor.wait_ready(SLOW_TO_START)
        feed(shared_home, RAW, (b"message %d" % each for each in range(number)))
        local_servers.kill("kafka")
        until(lambda: "kafka runs again" in said, "the broker")
        with tap(shared_home, ARTICLES) as out:
            until(lambda: out.holds(number), f"all messages; {said}", SLOW_TO_START)
        assert set(out.counts) == {b"%d" % each for each in range(number)}


def test_the_parsing_worker_loads_no_model(wire: Settings) -> None:
    """Torch and Stanza cost seconds and hundreds of MB: only the pool of enrich has them."""
    began = time.monotonic()
    code = "import streams.worker, streams.member, streams.stage, streams.agents.parse as p, sys; p.load(); \
        import streams.agents.group, streams.agents.index, streams.agents.enrich; \
        print({'torch', 'stanza', 'transformers'} & set(sys.modules))"
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert said.strip() == "set()", f"after {time.monotonic() - began:.0f} s"
