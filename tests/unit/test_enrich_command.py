"""`kawat enrich` as a user runs it: files in, one JSON line each out."""

import json
import os
import signal
import subprocess
import sys
import time
import zipfile
from pathlib import Path
from typing import Any

import psutil
import pytest

STORY = """Oslo (ANTARA) - Menteri Pertahanan Norwegia Ingrid Solberg meninjau pangkalan {n}, Senin.

"Kami siap membantu sekutu kami," kata Solberg.
"""


def kawat(*arguments: str, stdin: bytes | None = None) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, "-m", "streams", "enrich", *arguments],
        input=stdin,
        capture_output=True,
        timeout=240,
        check=False,
    )


def start(*arguments: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "streams", "enrich", *arguments],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True,
    )  # fmt: skip


def lines(run: subprocess.CompletedProcess[bytes]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in run.stdout.splitlines()]


def stories(folder: Path, count: int) -> list[str]:
    paths = [folder / f"story-{n:03}.txt" for n in range(count)]
    for n, path in enumerate(paths):
        path.write_text(STORY.format(n=n), "utf8")
    return [str(path) for path in paths]


def test_each_file_is_a_line_with_its_path_right_behind_its_id(tmp_path: Path) -> None:
    paths = stories(tmp_path, 2)
    run = kawat(*paths)
    assert (run.returncode, run.stderr) == (0, b"")
    documents = lines(run)
    assert [document["path"] for document in documents] == paths
    assert list(documents[0])[:2] == ["id", "path"]
    assert documents[0]["quotes"][0]["text"] == "Kami siap membantu sekutu kami,"
    assert documents[0]["timings"]["enriched"]


def test_one_bad_file_is_reported_and_the_rest_still_comes_in_order(tmp_path: Path) -> None:
    good = stories(tmp_path, 12)
    empty = tmp_path / "empty.txt"
    empty.write_bytes(b"")
    missing = str(tmp_path / "missing.txt")
    run = kawat(*good[:3], str(empty), missing, *good[3:], "--processes", "2")
    assert run.returncode == 1
    assert [document["path"] for document in lines(run)] == good
    complaints = run.stderr.decode().splitlines()
    assert len(complaints) == 2
    assert complaints[0].startswith(f"kawat: {empty}: empty-payload")
    assert complaints[1].startswith(f"kawat: {missing}: ")


def test_standard_input_archives_and_folders_are_read(tmp_path: Path) -> None:
    folder = tmp_path / "wire"
    folder.mkdir()
    stories(folder, 1)
    archive = tmp_path / "wire.zip"
    with zipfile.ZipFile(archive, "w") as packed:
        packed.writestr("a.txt", STORY.format(n=7))
    run = kawat("-", str(folder), str(archive), stdin=STORY.format(n=9).encode())
    assert run.returncode == 0
    assert [document["path"] for document in lines(run)] == [
        "-",
        f"{folder}/story-000.txt",
        f"{archive}!a.txt",
    ]


def test_a_file_that_is_not_there_is_the_users_mistake() -> None:
    run = kawat("nowhere.txt")
    assert (run.returncode, run.stdout) == (2, b"")
    assert run.stderr.decode().strip() == "kawat: nowhere.txt: no such file or folder"


@pytest.mark.parametrize("how", ["closed pipe", "Ctrl-C"])
def test_it_ends_quietly_and_leaves_no_process_behind(tmp_path: Path, how: str) -> None:
    process = start(*stories(tmp_path, 400), "--processes", "2")
    assert process.stdout
    assert process.stderr
    assert json.loads(process.stdout.readline())
    family = [psutil.Process(process.pid), *psutil.Process(process.pid).children(recursive=True)]
    assert len(family) > 2
    if how == "Ctrl-C":
        os.killpg(process.pid, signal.SIGINT)
    process.stdout.close()
    with process.stderr:
        complaints = process.stderr.read().decode().strip()
    assert process.wait(60) in (1, 130)
    assert complaints in ("", "Aborted!")
    assert not left(family, within=10)


def test_killing_the_command_ends_its_processes(tmp_path: Path) -> None:
    process = start(*stories(tmp_path, 400), "--processes", "2")
    assert process.stdout
    assert process.stderr
    process.stdout.readline()
    family = psutil.Process(process.pid).children(recursive=True)
    process.kill()
    process.wait(60)
    process.stdout.close()
    process.stderr.close()
    assert not left(family, within=10)


def left(family: list[psutil.Process], within: float) -> list[psutil.Process]:
    until = time.monotonic() + within
    while (
        alive := [one for one in family if one.is_running() and one.status() != "zombie"]
    ) and time.monotonic() < until:
        psutil.wait_procs(alive, timeout=0.2)
    return alive


def test_a_process_that_dies_costs_only_time(tmp_path: Path) -> None:
    paths = stories(tmp_path, 60)
    process = start(*paths, "--processes", "2")
    assert process.stdout
    assert process.stderr
    first = process.stdout.readline()
    workers = [
        one
        for one in psutil.Process(process.pid).children(recursive=True)
        if "spawn_main" in " ".join(one.cmdline())
    ]
    workers[0].kill()
    rest = process.stdout.read().splitlines()
    process.stdout.close()
    process.stderr.close()
    assert process.wait(120) == 0
    assert [json.loads(line)["path"] for line in [first, *rest]] == paths
