"""`kawat parse`: what it prints, what it says of files it cannot read, and how it exits."""

import gzip
import json
import os
import subprocess
import sys
import zipfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

STORY = (
    "Enam Kapal Patroli Dibeli\n\nSurabaya (ANTARA) - Kementerian Pertahanan membeli enam kapal patroli.\n\n"
    "Kapal pertama rampung pada 2028.Pewarta: Ningrum Hapsari\n"
)
FLASH = {
    "uri": "tag:samudra.example,2026:1",
    "pubstatus": "usable",
    "headline": "KAPAL TENGGELAM DI SELAT BALI",
}


def kawat(*arguments: str | Path, stdin: bytes = b"") -> tuple[int, list[dict[str, Any]], list[str]]:
    """Exit status, the printed articles, the lines on the standard error."""
    command = [sys.executable, "-c", "from streams.cli import main; main()", "parse", *map(str, arguments)]
    done = subprocess.run(command, input=stdin, capture_output=True, check=False, timeout=120)
    return (
        done.returncode,
        [json.loads(line) for line in done.stdout.splitlines()],
        done.stderr.decode().splitlines(),
    )


@pytest.fixture
def wire(tmp_path: Path) -> Path:
    """A folder of a text, a ninjs item, a broken one and an archive."""
    folder = tmp_path / "lintas"
    (folder / "2026").mkdir(parents=True)
    (folder / "2026" / "kapal.txt").write_text(STORY, "utf8")
    os.utime(folder / "2026" / "kapal.txt", (1_795_417_500, 1_795_417_500))
    (folder / "flash.json").write_text(json.dumps(FLASH), "utf8")
    (folder / "terpotong.json").write_text(json.dumps(FLASH)[:60], "utf8")
    with zipfile.ZipFile(folder / "arsip.zip", "w") as archive:
        archive.writestr("dua.txt", STORY)
    return folder


def test_an_article_is_one_line_with_its_id_and_path_first(wire: Path) -> None:
    path = wire / "2026" / "kapal.txt"
    status, [article], complaints = kawat(path)
    assert (status, complaints) == (0, [])
    assert list(article)[:2] == ["id", "path"]
    assert article["path"] == str(path)
    assert article["headline"] == "Enam Kapal Patroli Dibeli"
    assert article["dateline"] == {"place": "Surabaya", "agency": "ANTARA", "date": None}
    assert (
        article["body"]
        == "Kementerian Pertahanan membeli enam kapal patroli.\n\nKapal pertama rampung pada 2028."
    )
    assert article["byline"] == "Ningrum Hapsari"
    assert datetime.fromisoformat(article["received"]) == datetime.fromtimestamp(1_795_417_500, UTC)
    assert article["order"] == 1_795_417_500_000 * 1000 + 8


def test_a_folder_gives_all_it_can_and_names_what_it_cannot(wire: Path) -> None:
    status, articles, complaints = kawat(wire)
    assert status == 1
    assert [(a["id"], a["format"]) for a in articles] == [
        ("lintas:2026/kapal.txt", "text"),
        ("lintas:arsip.zip!dua.txt", "text"),
        ("samudra.example:tag:samudra.example,2026:1", "ninjs"),
    ]
    [complaint] = complaints
    assert complaint.startswith(f"kawat: {wire / 'terpotong.json'}: malformed: ")


def test_lines_of_an_archive_are_articles_of_their_own(tmp_path: Path) -> None:
    path = tmp_path / "kilas.jsonl.gz"
    lines = [json.dumps({"id": f"k{n}", "text": STORY}) for n in range(3)]
    path.write_bytes(gzip.compress("\n".join([*lines, '{"id": "k3", "te']).encode()))
    status, articles, complaints = kawat(path)
    assert (status, [a["item_id"] for a in articles], len(complaints)) == (1, ["k0", "k1", "k2"], 1)


def test_the_standard_input_and_the_source_can_be_given() -> None:
    status, [article], _ = kawat("-", "--source", "Antara", "--format", "text", stdin=STORY.encode())
    assert (status, article["source"], article["path"]) == (0, "antara", "-")


def test_a_mistake_of_the_user_is_one_line_and_status_2(tmp_path: Path) -> None:
    for arguments in ([tmp_path / "nichts.txt"], ["-", "--format", "teletype"]):
        status, articles, complaints = kawat(*arguments)
        assert (status, articles, len(complaints)) == (2, [], 1)


def test_binary_data_and_empty_files_do_not_stop_the_rest(tmp_path: Path) -> None:
    (tmp_path / "a.bin").write_bytes(bytes(range(256)) * 4)
    (tmp_path / "b.txt").write_bytes(b"")
    (tmp_path / "c.txt").write_text(STORY, "utf8")
    status, articles, complaints = kawat(tmp_path)
    assert (status, len(articles)) == (1, 1)
    assert [line.split(": ")[2] for line in complaints] == ["bad-encoding", "empty-payload"]


def test_a_reader_that_leaves_ends_it_quietly(tmp_path: Path) -> None:
    path = tmp_path / "banyak.jsonl"
    path.write_text("\n".join(json.dumps({"id": n, "text": STORY}) for n in range(3000)), "utf8")
    script = f"{sys.executable} -c 'from streams.cli import main; main()' parse {path} | head -n 1"
    done = subprocess.run(["bash", "-c", script], capture_output=True, check=False, timeout=120)
    assert done.stdout.count(b"\n") == 1
    assert b"Traceback" not in done.stderr
