"""`kawat evaluate ner` as a user runs it: a labelled file in, scores out."""

import json
import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest

LABELLED = """\
Presiden O
Prancis B-LOC
Emmanuel B-PER
Macron I-PER
bertemu O
Sergei B-PER
Ivanov I-PER
di O
Moskow B-LOC
. O
"""


def kawat(*arguments: str, stdin: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, "-m", "streams", "evaluate", *arguments],
        input=stdin,
        capture_output=True,
        timeout=240,
        check=False,
    )


def test_a_file_gives_its_scores_as_json(tmp_path: Path) -> None:
    path = tmp_path / "dev.bio"
    path.write_bytes(LABELLED.encode("utf-8-sig").replace(b"\n", b"\r\n"))
    run = kawat("ner", str(path))
    assert (run.returncode, run.stderr) == (0, b"")
    scores = json.loads(run.stdout)
    full = {"p": 100.0, "r": 100.0, "f1": 100.0}
    assert scores == {"all": full, "PER": full, "ORG": {"p": 0.0, "r": 0.0, "f1": 0.0}, "LOC": full}
    assert list(scores) == ["all", "PER", "ORG", "LOC"]


def test_standard_input_other_types_and_a_sentence_of_ten_thousand_words() -> None:
    endless = "Jakarta B-LOC\ndan O\n" * 5_000
    run = kawat("ner", "-", stdin=f"{LABELLED}Bimasakti B-EVENT\n\n{endless}".encode())
    assert run.returncode == 0
    assert run.stderr.decode().splitlines() == ["kawat: standard input: counted as O: EVENT"]
    assert json.loads(run.stdout)["LOC"]["r"] > 50


def test_a_person_at_a_terminal_sees_a_table(tmp_path: Path) -> None:
    path = tmp_path / "dev.bio"
    path.write_text(LABELLED, "utf8")
    ours, theirs = pty.openpty()
    run = [sys.executable, "-m", "streams", "evaluate", "ner", str(path)]
    environment = {**os.environ, "TERM": "dumb", "NO_COLOR": "1", "COLUMNS": "80"}
    try:
        subprocess.run(
            run, stdout=theirs, stderr=subprocess.DEVNULL, env=environment, timeout=240, check=True
        )
        shown = os.read(ours, 10_000).decode().split()
    finally:
        os.close(ours)
        os.close(theirs)
    assert shown[:4] == ["names", "precision", "recall", "F1"]
    assert shown[shown.index("PER") :][:4] == ["PER", "100.0", "100.0", "100.0"]


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (b"Anwar B-PER\nIbrahim\n", "2: wanted a word and its label, found 'Ibrahim'"),
        (b"Anwar X-PER\n", "1: no label: 'X-PER' (wanted O, B-PER, I-PER …)"),
        (b"di O\n\xff\xfe O\n", "2: not UTF-8; `iconv -t UTF-8` makes it so"),
        (b"\n\n", " no labelled words in it"),
    ],
)
def test_a_file_that_cannot_be_read_is_the_users_mistake(
    tmp_path: Path, content: bytes, complaint: str
) -> None:
    path = tmp_path / "dev.bio"
    path.write_bytes(content)
    run = kawat("ner", str(path))
    assert (run.returncode, run.stdout) == (2, b"")
    assert run.stderr.decode().splitlines() == [f"kawat: {path}:{complaint}"]


def test_a_missing_file_and_a_folder_are_the_users_mistake(tmp_path: Path) -> None:
    for name, complaint in (("nowhere.bio", "no such file"), (".", "a folder; name a file")):
        run = kawat("ner", str(tmp_path / name))
        assert (run.returncode, run.stdout) == (2, b"")
        assert run.stderr.decode().splitlines() == [f"kawat: {tmp_path / name}: {complaint}"]
