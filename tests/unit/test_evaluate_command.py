"""`kawat evaluate` as a user runs it: labelled text in, scores out."""

import json
import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest

from processors.errors import UsageError
from streams.annotated import compared, read

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


def at_a_terminal(*arguments: str) -> str:
    """What a person sees on a terminal of 80 columns."""
    ours, theirs = pty.openpty()
    run = [sys.executable, "-m", "streams", "evaluate", *arguments]
    environment = {**os.environ, "TERM": "dumb", "NO_COLOR": "1", "COLUMNS": "80"}
    try:
        subprocess.run(
            run, stdout=theirs, stderr=subprocess.DEVNULL, env=environment, timeout=240, check=True
        )
        return os.read(ours, 10_000).decode()
    finally:
        os.close(ours)
        os.close(theirs)


# --- kawat evaluate ner -------------------------------------------------------------


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
    shown = at_a_terminal("ner", str(path)).split()
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


# --- kawat evaluate quotes ----------------------------------------------------------

ARTICLE = """\
JAKARTA – Juru bicara kementerian itu, Budi Santoso, mengatakan bahwa kapal patroli itu dibeli dari Turki.

"Kapal pertama tiba bulan Maret," kata Budi Santoso di Jakarta, Senin (23/11/2026).
"""
ANNOTATION = {
    "quotes": [
        {"text": "kapal patroli itu dibeli dari Turki", "kind": "indirect", "speaker": "Budi Santoso"},
        {"text": "Kapal pertama tiba bulan Maret,", "kind": "direct", "speaker": "Siti Rahma"},
        {"text": "Kapal kedua menyusul", "kind": "direct", "speaker": None},
    ],
    "entities": [
        {"name": "Budi Santoso", "type": "PER", "forms": ["Budi Santoso"]},
        {"name": "Turki", "type": "LOC", "forms": ["Turki"]},
    ],
}


def annotated(folder: Path, *names: str) -> Path:
    for name in names:
        (folder / f"{name}.txt").write_text(ARTICLE, "utf8")
        (folder / f"{name}.json").write_text(json.dumps(ANNOTATION), "utf8")
    return folder


def test_annotated_articles_give_their_figures_and_mistakes_as_json(tmp_path: Path) -> None:
    run = kawat("quotes", str(annotated(tmp_path, "a1", "a2")), "--errors", "1")
    assert (run.returncode, run.stderr) == (0, b"")
    figures = json.loads(run.stdout)
    assert list(figures) == ["articles", "direct", "reported", "speakers", "names", "links", "errors"]
    assert figures["articles"] == 2
    assert figures["direct"] == {
        "p": 100.0,
        "r": 50.0,
        "f1": 66.7,
        "wanted": 4,
        "found": 2,
        "right": 2,
        "speaker": 0.0,
    }
    full = {"p": 100.0, "r": 100.0, "f1": 100.0, "wanted": 2, "found": 2, "right": 2}
    assert figures["reported"] == full | {"speaker": 100.0}
    assert figures["speakers"]["explicit"] == {"quotes": 4, "right": 50.0}
    assert figures["names"]["PER"]["r"] == 100.0
    errors = {error["what"]: error for error in figures["errors"]}
    assert errors["direct missed"]["text"] == "Kapal kedua menyusul"
    assert errors["direct speaker"] == {
        "what": "direct speaker",
        "article": "a1",
        "wanted": "Siti Rahma",
        "found": "Budi Santoso (explicit)",
        "before": errors["direct speaker"]["before"],
        "text": "Kapal pertama tiba bulan Maret,",
        "after": '" kata Budi Santoso di Jakarta, Senin (23/11/2026).',
    }


def test_a_list_of_ids_says_which_articles_count(tmp_path: Path) -> None:
    (annotated(tmp_path, "a1", "a2", "a3") / "a4.json").write_text("{", "utf8")  # nobody asked for it
    chosen = tmp_path / "held-out"
    chosen.write_text("a3\na1\n", "utf8")
    run = kawat("quotes", str(tmp_path), "--only", str(chosen))
    assert (run.returncode, run.stderr) == (0, b"")
    figures = json.loads(run.stdout)
    assert figures["articles"] == 2
    assert "errors" not in figures


def test_a_person_at_a_terminal_sees_figures_and_mistakes_in_their_context(tmp_path: Path) -> None:
    shown = at_a_terminal("quotes", str(annotated(tmp_path, "a1")), "--errors", "1")
    lines = [line.split() for line in shown.splitlines()]
    assert ["direct", "quotes", "2", "1", "100.0", "50.0", "66.7", "0.0"] in lines
    assert ["reported", "quotes", "1", "1", "100.0", "100.0", "100.0", "100.0"] in lines
    assert ["explicit", "2", "50.0"] in lines
    assert "a1: annotated Siti Rahma, found Budi Santoso (explicit)" in shown
    assert '"Kapal pertama tiba bulan Maret," kata Budi Santoso' in " ".join(shown.split())


def test_a_broken_annotation_is_the_users_mistake(tmp_path: Path) -> None:
    (annotated(tmp_path, "a1") / "a1.json").write_text('{"quotes": [', "utf8")
    run = kawat("quotes", str(tmp_path))
    assert (run.returncode, run.stdout) == (2, b"")
    assert run.stderr.decode().splitlines() == [f"kawat: {tmp_path}/a1.json: Input data was truncated"]


def test_whatever_is_missing_in_a_folder_of_annotated_articles_is_named(tmp_path: Path) -> None:
    def complaint(folder: Path = tmp_path, only: Path | None = None) -> str:
        with pytest.raises(UsageError) as caught:
            list(compared(read(folder, only)))
        return str(caught.value).replace(str(tmp_path), "DIR")

    assert complaint(tmp_path / "nowhere") == "DIR/nowhere: no such folder"
    assert complaint() == "DIR: no annotated articles in it: ID.txt with ID.json beside it"
    (tmp_path / "a1.txt").write_text(ARTICLE, "utf8")
    assert complaint() == "DIR/a1.json: no such file"
    (tmp_path / "a1.json").write_text('{"quotes": []}', "utf8")
    (tmp_path / "a1.txt").write_bytes("Café".encode("latin-1"))
    assert complaint() == "DIR/a1.txt: not UTF-8; `iconv -t UTF-8` makes it so"
    (tmp_path / "a1.txt").write_text(" \n", "utf8")
    assert complaint().startswith("DIR/a1.txt: empty-payload: ")
    (tmp_path / "a1.txt").unlink()
    assert complaint() == "DIR/a1.txt: no such file"
    (tmp_path / "ids").write_text("a7", "utf8")
    assert complaint(only=tmp_path / "ids") == "DIR/ids: a7: no such article in DIR"
    assert complaint(only=tmp_path / "none") == "DIR/none: no such file"
