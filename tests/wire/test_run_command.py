"""`kawat run --once`, which is what `make run ARGS=--once` does."""

import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from benchmarks.faults import environment, processes
from streams.local import LocalServers
from streams.settings import Settings
from tests.servers import clear_away, local_settings


@pytest.fixture
def own_servers() -> Iterator[Settings]:
    """Settings of servers that nobody has started yet."""
    home = Path(tempfile.mkdtemp(prefix="kawat-test-run-"))
    home.chmod(0o755)  # root's servers run as nobody
    yield local_settings(home, namespace="run-once")
    clear_away(home)


def _run_once(settings: Settings) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "streams", "run", "--once"],
        env=environment(settings),
        capture_output=True,
        text=True,
        timeout=250,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.mark.timeout(500)
def test_the_sample_wire_becomes_searchable_again_and_again_and_nothing_is_left_running(
    own_servers: Settings,
) -> None:
    for _ in range(2):
        shown = _run_once(own_servers)
        assert "not found" not in shown
        assert {server.state for server in LocalServers(own_servers).status()} == {"stopped"}
        assert processes(own_servers) == []
